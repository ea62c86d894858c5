"""`vibesafe check`: all of it for CI. Needs no key and no network, and writes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from hatch_vibesafe.cli import formats, options, output
from hatch_vibesafe.cli.formats.findings import Finding, Place, broken
from hatch_vibesafe.cli.found_here import BEHAVIOUR, GATES, FoundHere
from hatch_vibesafe.cli.main import EXIT_FINDINGS
from hatch_vibesafe.cli.session import Session, open_session
from hatch_vibesafe.identity import CheckpointHash, Digest, digest
from hatch_vibesafe.problems import Problem, VibesafeError
from hatch_vibesafe.spec.model import Spec
from hatch_vibesafe.store.acknowledgements import acknowledgements_digest
from hatch_vibesafe.store.drift import orphans


@click.command(
    name="check",
    epilog="Examples:  vibesafe check   |   vibesafe check --no-gates   |   vibesafe check --format sarif > out.sarif",
)
@options.target
@click.option("--no-gates", is_flag=True, help="Trust the stored evidence: do not gate the active checkpoints again.")
@options.again
@options.allow_unsandboxed
@click.option(
    "--format",
    "form",
    type=click.Choice(formats.FORMATS),
    default=formats.TEXT,
    show_default=True,
    help="What is printed: text for people, a JSON document, SARIF 2.1.0, JUnit XML, or a GitHub workflow's commands.",
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
def command(
    targets: tuple[str, ...], *, no_gates: bool, again: bool, allow_unsandboxed: bool, form: str, as_json: bool
) -> int:
    """Do all of it for CI: scan, drift, stored bytes, evidence, and every gate again on what is active.

    What is active and does other things than the checkpoint before it, under the same spec, needs a reason that was
    given to `vibesafe save --acknowledge`.

    Finds everything that would make a build fail. Needs no key and no network, and writes nothing that is committed.
    What passed on this machine before is not gated again while nothing changed that could change the verdict; committed
    evidence alone is not believed.
    """
    if as_json and form not in (formats.TEXT, formats.JSON):
        raise click.UsageError(f"--json says --format json, and --format says {form}: leave one of them out")
    try:
        found = _check(targets, no_gates=no_gates, again=again, allow_unsandboxed=allow_unsandboxed)
    except VibesafeError as error:
        # The table of problems is printed where every command ends, and with --json the document too.
        if not as_json:
            _print_refusal(error.problems, form)
        raise
    _print(found, formats.JSON if as_json else form)
    return EXIT_FINDINGS if found.problems else 0


@dataclass(frozen=True, slots=True)
class _Checked:
    """What was checked, how many units were gated again, and every rule that was found broken."""

    session: Session
    gated: int
    findings: tuple[Finding, ...]

    @property
    def problems(self) -> tuple[Problem, ...]:
        return tuple(finding.problem for finding in self.findings if finding.level == "error")

    @property
    def warnings(self) -> tuple[Problem, ...]:
        return tuple(finding.problem for finding in self.findings if finding.level == "warning")


def _check(targets: tuple[str, ...], *, no_gates: bool, again: bool, allow_unsandboxed: bool) -> _Checked:
    session = open_session(targets, allow_unsandboxed=allow_unsandboxed)
    drift = tuple(problem for status in session.statuses.values() for problem in status.problems)
    refused, gated = ((), 0) if no_gates else _gated(session, again=again)
    left_over = () if targets else orphans(session.scan, session.index)
    findings = (
        *broken("scan", session.scan_problems),
        *broken("drift", drift),
        *refused,
        *broken("dependencies", _frozen_drift(session)),
        *broken("orphan", left_over, "warning"),
    )
    return _Checked(session, gated, findings)


def _frozen_drift(session: Session) -> tuple[Problem, ...]:
    """Return what is installed otherwise than endpoints were frozen with."""
    if not any(spec.options.kind == "http" for spec in session.specs):
        return ()
    from hatch_vibesafe.cli.http_dependencies import drifted  # noqa: PLC0415 - only endpoints have such

    return drifted(session)


def _print(checked: _Checked, form: str) -> None:
    session = checked.session
    if form == formats.JSON:
        output.print_json(
            {
                "units": {str(unit): status.state for unit, status in session.statuses.items()},
                "gated": checked.gated,
                "problems": output.problems_as_json(checked.problems),
                "warnings": output.problems_as_json(checked.warnings),
            }
        )
    elif form in formats.REPORTS:
        usable = (Place(spec.path, spec.line, str(spec.unit)) for spec in session.specs)
        unusable = (Place(unit.path, unit.line, str(unit.unit)) for unit in session.invalid)
        units = (*usable, *unusable)
        _print_report(formats.Report(units, checked.findings, _below_repository(session.project.root)), form)
    else:
        output.print_warnings(checked.warnings)
        output.print_problems(checked.problems)
        problems = len(checked.problems)
        click.echo(f"{len(session.specs)} units checked, {checked.gated} gated again, {problems} problems")


def _print_refusal(problems: Sequence[Problem], form: str) -> None:
    """Print why there is no check, for the program that reads its output."""
    if form == formats.JSON:
        output.print_json({"problems": output.problems_as_json(problems)})
    elif form in formats.REPORTS:
        _print_report(formats.Report((), broken("configuration", problems), _below_repository(Path.cwd())), form)


def _print_report(report: formats.Report, form: str) -> None:
    text = formats.written(report, form)
    if text:
        click.echo(text)


def _below_repository(root: Path) -> str:
    """Return a directory relative to the repository that it lies in; empty where it is its root, or in none."""
    root = root.resolve()
    holding = next((each for each in (root, *root.parents) if (each / ".git").exists()), root)
    return "" if holding == root else root.relative_to(holding).as_posix()


def _gated(session: Session, *, again: bool) -> tuple[tuple[Finding, ...], int]:
    """Return what the gates refuse of what is active, and what diverges without a reason; and how many were gated."""
    found = FoundHere(session, again=again)
    whole = [
        (spec, status.active, session.index.units[spec.unit].evidence)
        for spec in session.specs
        if (status := session.statuses[spec.unit]).active is not None and not status.problems
    ]
    waiting = [each for each in whole if not found.holds(GATES, *each)]
    comparing = [each for each in _with_reasons(session, whole) if not found.holds(BEHAVIOUR, *each)]
    if not waiting and not comparing:
        return (), 0
    from hatch_vibesafe.cli.checking import gate_again, unacknowledged  # noqa: PLC0415 - slow to load

    findings: list[Finding] = []
    refused = gate_again(session, [spec for spec, _, _ in waiting])
    diverging = unacknowledged(session, [spec for spec, _, _ in comparing])
    for kind, rule, asked, said in (
        (GATES, "gate", waiting, refused),
        (BEHAVIOUR, "behaviour", comparing, diverging),
    ):
        for each in asked:
            findings += broken(rule, said[each[0].unit])
            if not said[each[0].unit]:
                found.add(kind, *each)
    found.keep()
    return tuple(findings), len(waiting)


def _with_reasons(
    session: Session, whole: list[tuple[Spec, CheckpointHash, Digest]]
) -> list[tuple[Spec, CheckpointHash, Digest]]:
    """Return the same, bound also to the reasons that were given for diverging."""
    directory = session.project.checkpoints_path
    return [
        (spec, active, digest(f"{evidence} {acknowledgements_digest(directory, spec.unit)}".encode()))
        for spec, active, evidence in whole
    ]
