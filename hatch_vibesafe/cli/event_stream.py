"""`--events`: a run told in JSON lines, one an event, while it happens; a reader that goes away stops no run."""

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from hatch_vibesafe.cli.event_documents import event_document
from hatch_vibesafe.cli.main import EXIT_FINDINGS, EXIT_INTERRUPTED, EXIT_USAGE
from hatch_vibesafe.cli.output import print_warnings, problems_as_json
from hatch_vibesafe.generate.events import Event
from hatch_vibesafe.problems import Problem, VibesafeConfigurationError, VibesafeError
from hatch_vibesafe.redact import without
from hatch_vibesafe.unexpected import unexpected

STANDARD_OUTPUT = "-"


class EventStream:
    """Writes each event as a line, at once. Says nothing where nobody listens."""

    def __init__(self, target: TextIO | None, where: str, secrets: Sequence[str]) -> None:
        """Write to `target`, which people know as `where`; no spelling of one of the secrets is ever written."""
        self._target = target
        self._where = where
        self._secrets = secrets
        self._run = ""

    def show(self, event: Event, run: str) -> None:
        """Write one event of a run."""
        self._run = run
        if self._target is not None:
            self._write(event_document(event))

    def end(self, exit_code: int, document: Mapping[str, object]) -> None:
        """Write the last line: how the command ends, with what `--json` prints."""
        self._write({"event": "ended", "exit_code": exit_code, **document})

    def _write(self, document: Mapping[str, object]) -> None:
        if self._target is None:
            return
        named = {"event": document["event"], "run": self._run, "at": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"}
        line = json.dumps(_mapped(named | dict(document), self._redacted), ensure_ascii=True)
        try:
            self._target.write(line + "\n")
            self._target.flush()
        except BrokenPipeError:
            self._leave()
        except OSError as error:
            self._leave()
            what = f"the events cannot be written any more: {error.strerror or error}"
            print_warnings((Problem(self._where, what, "the run goes on; make room and run it again to have them"),))

    def _redacted(self, text: str) -> str:
        for secret in self._secrets:
            text = without(text, secret)
        return text

    def _leave(self) -> None:
        """Write nothing more. What is in the buffer goes nowhere: Python would stumble over it at its end."""
        target, self._target = self._target, None
        if target is not None:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, target.fileno())
            os.close(nowhere)


@contextmanager
def event_stream(place: str | None, secrets: Sequence[str], *, as_json: bool) -> Iterator[EventStream]:
    """Yield the stream to a file, to standard output where `place` is "-", or to nobody where it is None.

    Raises:
        VibesafeConfigurationError: if the file cannot be opened, or `--json` wants standard output too.
    """
    if place is None:
        yield EventStream(None, "", ())
    elif place == STANDARD_OUTPUT:
        if as_json:
            what = "both would go to standard output"
            remedy = "name a file for the events, or leave out --json: the last event holds its document"
            raise VibesafeConfigurationError(Problem("--events and --json", what, remedy))
        with _ended_by_problems(EventStream(sys.stdout, "standard output", secrets)) as stream:
            yield stream
    else:
        with _opened(place) as target, _ended_by_problems(EventStream(target, place, secrets)) as stream:
            yield stream


def _opened(place: str) -> TextIO:
    try:
        return Path(place).open("w", encoding="ascii", newline="\n")
    except OSError as error:
        what = f"cannot be opened: {error.strerror or error}"
        raise VibesafeConfigurationError(
            Problem(f"--events {place}", what, "name a file that can be written")
        ) from error


@contextmanager
def _ended_by_problems(stream: EventStream) -> Iterator[EventStream]:
    try:
        yield stream
    except VibesafeError as error:
        _end(stream, EXIT_USAGE if isinstance(error, VibesafeConfigurationError) else EXIT_FINDINGS, error.problems)
        raise
    except KeyboardInterrupt:
        _end(stream, EXIT_INTERRUPTED, ())
        raise
    except Exception as error:
        _end(stream, EXIT_FINDINGS, (unexpected("vibesafe", "the command", error),))
        raise


def _end(stream: EventStream, exit_code: int, problems: Sequence[Problem]) -> None:
    stream.end(exit_code, {"units": [], "problems": problems_as_json(problems), "warnings": []})


def _mapped(value: object, change: Callable[[str], str]) -> object:
    """Return a JSON document with every text in it changed."""
    match value:
        case str():
            return change(value)
        case list():
            return [_mapped(each, change) for each in value]
        case dict():
            return {name: _mapped(each, change) for name, each in value.items()}
        case _:
            return value
