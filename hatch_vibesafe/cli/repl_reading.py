"""Where the lines of `vibesafe repl` come from: a terminal, with history and completion, or whatever is piped in."""

import contextlib
import os
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

from hatch_vibesafe.cli.repl_lines import completions
from hatch_vibesafe.identity import UnitId
from hatch_vibesafe.problems import Problem, VibesafeConfigurationError
from hatch_vibesafe.store.machine import state_directory

if TYPE_CHECKING:
    from prompt_toolkit.history import History

Units = Callable[[], Sequence[UnitId]]
"""Says which units the project has now."""


class Reader(Protocol):
    """Reads lines."""

    def read(self, prompt: str) -> str | None:
        """Return the next line, or None where there is none any more; raises `KeyboardInterrupt` for Ctrl-C."""
        ...


class PipeReader:
    """Reads standard input, which is no terminal; a command that asks takes its answers from the next lines."""

    def read(self, prompt: str) -> str | None:  # noqa: ARG002 - nobody is there to be prompted
        """Return the next line."""
        return sys.stdin.readline() or None


class TerminalReader:
    """Reads a terminal."""

    def __init__(self, units: Units) -> None:
        """Prepare history and completion.

        Raises:
            VibesafeConfigurationError: if the package that edits lines is not installed.
        """
        try:
            from prompt_toolkit import PromptSession  # noqa: PLC0415 - of the extra [dev], and slow to load
            from prompt_toolkit.completion import CompleteEvent, Completer, Completion  # noqa: PLC0415 - likewise
            from prompt_toolkit.document import Document  # noqa: PLC0415 - likewise
        except ImportError as error:
            what = f"cannot edit lines: {error.name} is not installed"
            raise VibesafeConfigurationError(
                Problem("vibesafe repl", what, 'pip install "hatch-vibesafe[dev]"')
            ) from error

        class Words(Completer):
            """Completes words and unit ids."""

            def get_completions(
                self,
                document: Document,
                complete_event: CompleteEvent,  # noqa: ARG002 - the library's signature
            ) -> "list[Completion]":
                """Return what the word before the cursor can become."""
                text = document.text_before_cursor
                start = -len(text.rpartition(" ")[2])
                return [Completion(word, start_position=start) for word in completions(text, units())]

        self._session: PromptSession[str] = PromptSession(
            history=_history(), completer=Words(), complete_while_typing=False
        )

    def read(self, prompt: str) -> str | None:
        """Return the next line."""
        try:
            return self._session.prompt(prompt)
        except EOFError:
            return None


def reader(units: Units) -> Reader:
    """Return what reads standard input."""
    return TerminalReader(units) if sys.stdin.isatty() and sys.stdout.isatty() else PipeReader()


def _history() -> "History":
    """Return what was typed before on this machine, readable by its user alone; else of this session alone."""
    from prompt_toolkit.history import FileHistory, InMemoryHistory  # noqa: PLC0415 - of the extra [dev]

    with contextlib.suppress(OSError, RuntimeError):
        path = state_directory() / "repl_history"
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600))
        return FileHistory(str(path))
    return InMemoryHistory()
