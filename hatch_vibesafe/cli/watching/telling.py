"""What a watch tells: lines for people, JSON lines for programs; each at once."""

import json
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import click

from hatch_vibesafe.cli import terminal
from hatch_vibesafe.cli.output import STATE_STYLES, problems_as_json
from hatch_vibesafe.cli.verdicts import finding_as_json, finding_text
from hatch_vibesafe.cli.watching.changes import Change
from hatch_vibesafe.gates.verdict import Verdict
from hatch_vibesafe.identity import UnitId
from hatch_vibesafe.problems import Problem, render

_COLOURS = {"refused": "red", "gone": "yellow", "passed": "green"} | STATE_STYLES


@dataclass(frozen=True, slots=True)
class Teller:
    """Tells what happens, in lines of text or of JSON."""

    as_json: bool

    def began(self, name: str, states: Mapping[UnitId, str]) -> None:
        """Say what is watched."""
        self._tell(
            {"event": "watching", "units": {str(unit): state for unit, state in states.items()}},
            lambda: click.echo(f"watching {name}: {_counted(states)}; Ctrl-C ends it"),
        )

    def changed(self, files: Sequence[str], changes: Sequence[Change]) -> None:
        """Say which files changed, and what that changed."""
        document = {"event": "changed", "files": list(files), "units": [_document(each) for each in changes]}
        self._tell(document, lambda: _say_changes(files, changes))

    def problems(self, problems: Sequence[Problem]) -> None:
        """Say what is wrong with files or configuration now; that nothing is any more where it is nothing."""
        self._tell(
            {"event": "problems", "problems": problems_as_json(problems)},
            lambda: click.echo(render(list(problems)) if problems else "the sources can be read again"),
        )

    def judged(self, unit: UnitId, verdict: Verdict, submitting: str) -> None:
        """Say what the gates say of what is active, under the spec as it is now."""
        findings = [finding_as_json(finding) for finding in verdict.findings]
        document = {"event": "judged", "unit": str(unit), "passed": verdict.passed, "findings": findings}
        problems = {"problems": problems_as_json(verdict.faults)} if verdict.faults else {}
        self._tell(document | problems, lambda: _say_verdict(unit, verdict, submitting))

    def settled(self, states: Mapping[UnitId, str], seconds: float) -> None:
        """Say where all stands once a change is worked through."""
        units = {str(unit): state for unit, state in states.items()}
        self._tell(
            {"event": "settled", "units": units, "seconds": round(seconds, 3)},
            lambda: click.echo(f"  {_counted(states)}  ({seconds:.1f} s)"),
        )

    def _tell(self, document: Mapping[str, object], text: Callable[[], None]) -> None:
        if self.as_json:
            click.echo(json.dumps(document))
        else:
            text()
        sys.stdout.flush()


def _counted(states: Mapping[UnitId, str]) -> str:
    counts = Counter(states.values())
    return ", ".join(f"{count} {state}" for state, count in sorted(counts.items())) or "no unit yet"


def _document(change: Change) -> dict[str, object]:
    return {
        "unit": str(change.unit),
        "how": change.how,
        "state": change.state,
        "parts": list(change.parts),
        "problems": problems_as_json(change.problems),
    }


def _say_changes(files: Sequence[str], changes: Sequence[Change]) -> None:
    named = ", ".join(files[:3]) + (f" and {len(files) - 3} more" if len(files) > 3 else "")  # noqa: PLR2004 - a line
    click.echo(f"{datetime.now():%H:%M:%S}  {named}")  # noqa: DTZ005 - the reader's own clock
    for change in changes:
        _say(change.how, f"{change.unit}{_why(change)}", style=change.state or change.how)
    if problems := [problem for change in changes for problem in change.problems]:
        click.echo(render(problems))


def _why(change: Change) -> str:
    if change.how == "state":
        return f"  {change.state}"
    return f"  {', '.join(change.parts)}" if change.parts else ""


def _say_verdict(unit: UnitId, verdict: Verdict, submitting: str) -> None:
    if verdict.faults:
        click.echo(render(list(verdict.faults)))
    elif verdict.passed:
        _say("passed", f"{unit}  what is active also passes the spec as it is now: {submitting}")
    for finding in verdict.findings:
        _say("refused", f"{unit}  {finding_text(finding)}")


def _say(word: str, rest: str, style: str = "") -> None:
    first, _, more = rest.partition("\n")
    click.echo(f"  {terminal.styled(f'{word:<8}', _COLOURS.get(style or word))}  {first}")
    for line in more.split("\n") if more else ():
        click.echo(f"            {line}")
