"""A run of `compile` as it happens: one line an event, and on a terminal one more line that says where it stands."""

from types import TracebackType
from typing import Self

from rich.markup import escape
from rich.status import Status

from hatch_vibesafe.cli.loudness import loudness
from hatch_vibesafe.cli.output import console
from hatch_vibesafe.cli.verdicts import finding_text
from hatch_vibesafe.generate.events import Asked, Event, Failed, Interrupted, Passed, Refused, Requested, Started

_SHOWN = 100


class Progress:
    """Shows events until the run ends. Plain lines where there is no terminal."""

    def __init__(self, *, quiet: bool) -> None:
        """Show nothing at all where `quiet`."""
        self._console = console()
        self._quiet = quiet
        self._status: Status | None = None
        self._waiting = 0

    def __enter__(self) -> Self:
        """Begin the line that says where the run stands."""
        if not self._quiet and self._console.is_terminal:
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
        text = _line(event)
        if text and not self._quiet:
            self._console.print(text)
        if self._status is not None:
            self._status.update(f"{self._waiting} units to go")


def _line(event: Event) -> str:  # noqa: PLR0911 - one return for each kind of event
    """Return an event's line as rich markup; empty where it is not worth one."""
    match event:
        case Started(up_to_date=done, to_compile=waiting):
            return f"{len(waiting)} units to compile, {len(done)} up to date"
        case Asked(unit=unit, call=call, provider=provider):
            return f"[dim]asked[/]    {escape(str(unit))}  answer {call} from {escape(provider)}"
        case Requested(unit=unit, attempt=attempt) if attempt.what:
            return f"[yellow]no answer[/]  {escape(str(unit))}  {escape(attempt.provider)} {escape(_cut(attempt.what))}"
        case Refused(unit=unit, findings=findings, repeated=repeated):
            again = " (the same as before)" if repeated else ""
            why = _cut(finding_text(findings[0])) if findings else ""
            return f"[red]refused[/]  {escape(str(unit))}{again}  {escape(why)}"
        case Passed(unit=unit, checkpoint=checkpoint, repairs=repairs):
            repaired = f"  ({'; '.join(repairs)})" if repairs else ""
            return f"[green]passed[/]   {escape(str(unit))}  {checkpoint[:12]}{escape(repaired)}"
        case Failed(unit=unit):
            return f"[red]failed[/]   {escape(str(unit))}"
        case Interrupted(waiting=waiting):
            return f"interrupted; {waiting} answers are still on their way and are kept"
        case _:
            return ""


def _cut(text: str) -> str:
    """Return a text as one line, cut where it is long; with `--verbose` as it is."""
    line = " ".join(text.split())
    if loudness() == "verbose":
        return text
    return line if len(line) <= _SHOWN else f"{line[: _SHOWN - 1]}…"
