"""A run of `compile` as it happens: one line an event, and on a terminal one more line that says where it stands."""

from types import TracebackType
from typing import TYPE_CHECKING, NamedTuple, Self

import click

from hatch_vibesafe.cli import terminal
from hatch_vibesafe.cli.loudness import loudness
from hatch_vibesafe.cli.output import console
from hatch_vibesafe.cli.verdicts import finding_text
from hatch_vibesafe.generate.events import Asked, Event, Failed, Interrupted, Passed, Refused, Requested, Started

if TYPE_CHECKING:
    from rich.console import Console
    from rich.status import Status

_SHOWN = 100
_STEERING = dict.fromkeys(map(ord, "\a\b\v\f\r"))
"""Left out of every line, as rich does."""


class _Line(NamedTuple):
    """An event's line: its first word, in which style that is, and the rest."""

    word: str
    style: str
    rest: str = ""


class Progress:
    """Shows events until the run ends. Plain lines where there is no terminal."""

    def __init__(self, *, quiet: bool) -> None:
        """Show nothing at all where `quiet`."""
        # Slow to load, and not needed for plain text.
        self._console: Console | None = console() if terminal.is_watched() and not quiet else None
        self._quiet = quiet
        self._status: Status | None = None
        self._waiting = 0

    def __enter__(self) -> Self:
        """Begin the line that says where the run stands."""
        if self._console is not None:
            self._status = self._console.status("reading")
            self._status.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """End that line."""
        if self._status is not None:
            self._status.stop()

    def show(self, event: Event) -> None:
        """Show one event."""
        if isinstance(event, Started):
            self._waiting = len(event.to_compile)
        elif isinstance(event, Passed | Failed):
            self._waiting -= 1
        line = _line(event)
        if line is not None and not self._quiet:
            self._print(line)
        if self._status is not None:
            self._status.update(f"{self._waiting} units to go")

    def _print(self, line: _Line) -> None:
        if self._console is None:
            click.echo(f"{line.word}{line.rest}".translate(_STEERING))
            return
        from rich.text import Text  # noqa: PLC0415 - slow to load, and not needed for plain text

        self._console.print(Text.assemble((line.word, line.style), line.rest))


def _line(event: Event) -> _Line | None:
    """Return an event's line; None where it is not worth one."""
    match event:
        case Started(up_to_date=done, to_compile=waiting):
            line = _Line("", "", f"{len(waiting)} units to compile, {len(done)} up to date")
        case Asked(unit=unit, call=call, provider=provider):
            line = _Line("asked", "dim", f"    {unit}  answer {call} from {provider}")
        case Requested(unit=unit, attempt=attempt) if attempt.what:
            line = _Line("no answer", "yellow", f"  {unit}  {attempt.provider} {_cut(attempt.what)}")
        case Refused(unit=unit, findings=findings, repeated=repeated):
            again = " (the same as before)" if repeated else ""
            why = _cut(finding_text(findings[0])) if findings else ""
            line = _Line("refused", "red", f"  {unit}{again}  {why}")
        case Passed(unit=unit, checkpoint=checkpoint, repairs=repairs):
            repaired = f"  ({'; '.join(repairs)})" if repairs else ""
            line = _Line("passed", "green", f"   {unit}  {checkpoint[:12]}{repaired}")
        case Failed(unit=unit):
            line = _Line("failed", "red", f"   {unit}")
        case Interrupted(waiting=waiting):
            sent = "no answer is" if not waiting else "1 answer is" if waiting == 1 else f"{waiting} answers are"
            kept = ", and kept when it comes" if waiting == 1 else ", and kept when they come" if waiting else ""
            line = _Line("", "", f"interrupted; {sent} on the way{kept}")
        case _:
            return None
    return line


def _cut(text: str) -> str:
    """Return a text as one line, cut where it is long; with `--verbose` as it is."""
    line = " ".join(text.split())
    if loudness() == "verbose":
        return text
    return line if len(line) <= _SHOWN else f"{line[: _SHOWN - 1]}…"
