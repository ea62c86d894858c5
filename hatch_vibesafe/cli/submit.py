"""`vibesafe submit`: code written elsewhere, through the same validation and gates."""

import shlex
import sys
from pathlib import Path

import click

from hatch_vibesafe.cli import options, output
from hatch_vibesafe.cli.announcement import announce
from hatch_vibesafe.cli.main import EXIT_FINDINGS
from hatch_vibesafe.cli.recording import recording
from hatch_vibesafe.cli.session import open_session
from hatch_vibesafe.cli.verdicts import finding_as_json, finding_problems
from hatch_vibesafe.gates.vacuity import vacuous_clauses
from hatch_vibesafe.generate.ambiguity import ambiguities
from hatch_vibesafe.generate.submit import SubmitResult, submit
from hatch_vibesafe.problems import Problem, VibesafeConfigurationError
from hatch_vibesafe.spec.model import Spec


@click.command(
    name="submit",
    epilog="Examples:  vibesafe submit app.math/add add.py --author Ada   |   agent | vibesafe submit app.math/add -",
)
@options.unit
@click.argument("file", type=click.Path(allow_dash=True))
@click.option("--author", default="", help="Who or what wrote it; recorded as it is given.")
@options.allow_unsandboxed
@options.as_json
def command(unit: str, file: str, author: str, *, allow_unsandboxed: bool, as_json: bool) -> int:
    """Put the module in FILE (- for standard input) through the same validation and gates as an answer of a model.

    Exits 0 when it passed and was stored (with provenance "submitted"; `vibesafe save` makes it active), 1 with the
    findings when it was refused.
    """
    session = open_session((unit,), allow_unsandboxed=allow_unsandboxed)
    announce(session.project.config)
    spec = session.one_spec(unit)
    text = _text(file)
    with recording(session.project, "submit", (spec,)) as recorder:
        recorder.begin((spec.unit,))
        result = submit(session.project, session.scan, spec, text, author)
        recorder.verdict(spec.unit, result.verdict, result.checkpoint)
    again = shlex.join(["vibesafe", "submit", str(spec.unit), file])
    remedy = f"change the code and submit it again: {again}"
    problems = finding_problems(spec, result.verdict, remedy)
    accepted = {} if result.checkpoint is None else {spec.unit: result.checkpoint}
    warnings = vacuous_clauses(session.project, session.scan, accepted)
    warnings += ambiguities(session.project, session.scan, accepted)
    output.print_warnings(warnings if not as_json else ())
    if as_json:
        told = {"problems": output.problems_as_json(problems), "warnings": output.problems_as_json(warnings)}
        output.print_json(_document(spec, result) | told)
    elif result.checkpoint is not None:
        for repair in result.repairs:
            click.echo(f"put right: {repair}")
        click.echo(f"passed  {spec.unit}  {result.checkpoint[:12]}; make it active: vibesafe save --target {spec.unit}")
    else:
        output.print_problems(problems)
    return 0 if result.checkpoint is not None else EXIT_FINDINGS


def _text(file: str) -> str:
    """Return the module's text.

    Raises:
        VibesafeConfigurationError: if the file cannot be read or is not UTF-8.
    """
    try:
        return (sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()).decode("utf-8")
    except OSError as error:
        problem = Problem(file, f"cannot be read: {error.strerror}", "name a readable file, or - for standard input")
        raise VibesafeConfigurationError(problem) from error
    except UnicodeDecodeError as error:
        problem = Problem(file, f"is not UTF-8: byte {error.start}", "save it as UTF-8")
        raise VibesafeConfigurationError(problem) from error


def _document(spec: Spec, result: SubmitResult) -> dict[str, object]:
    return {
        "unit": str(spec.unit),
        "passed": result.checkpoint is not None,
        "checkpoint": result.checkpoint,
        "repairs": list(result.repairs),
        "findings": [finding_as_json(finding) for finding in result.verdict.findings],
    }
