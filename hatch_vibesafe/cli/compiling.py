"""Having units compiled with the run shown, told and recorded, and saying what came of it: slow to load."""

import os
from collections.abc import Sequence

import click

from hatch_vibesafe.cli import output
from hatch_vibesafe.cli.event_stream import STANDARD_OUTPUT, EventStream, event_stream
from hatch_vibesafe.cli.main import EXIT_FINDINGS, EXIT_INTERRUPTED
from hatch_vibesafe.cli.progress import Progress
from hatch_vibesafe.cli.recording import recording
from hatch_vibesafe.cli.session import Session
from hatch_vibesafe.cli.telemetry import telemetry
from hatch_vibesafe.cli.termination import taken_for_an_interrupt
from hatch_vibesafe.cli.verdicts import finding_as_json
from hatch_vibesafe.gates.vacuity import vacuous_clauses
from hatch_vibesafe.generate.ambiguity import ambiguities
from hatch_vibesafe.generate.compile import CompileOptions, CompileResult, compile_units
from hatch_vibesafe.generate.events import Event
from hatch_vibesafe.generate.recording import secret_values
from hatch_vibesafe.problems import Problem


def compile_session(
    session: Session, chosen: CompileOptions, events: str | None, *, accept_ambiguous: bool, as_json: bool
) -> int:
    """Compile the units that are meant, say what came of them, and return the command's exit code.

    Raises:
        VibesafeError: if the gates cannot run at all, the index cannot be read, or `events` cannot be written.
    """
    secrets = secret_values(os.environ, session.project.config.secret_variables(os.environ))
    is_quiet = as_json or events == STANDARD_OUTPUT
    with event_stream(events, secrets, as_json=as_json) as stream:
        results = compiled(session, chosen, stream, quiet=is_quiet)
        is_interrupted = any(result.outcome == "interrupted" for result in results)
        passed = {
            result.unit: result.checkpoint for result in results if result.outcome == "passed" and result.checkpoint
        }
        warnings = () if is_interrupted else vacuous_clauses(session.project, session.scan, passed)
        several = chosen.samples > 1 and not is_interrupted
        ambiguous = ambiguities(session.project, session.scan, passed) if several else ()
        warnings += ambiguous if accept_ambiguous else ()
        problems = (*session.scan_problems, *(problem for result in results for problem in result.problems))
        problems += () if accept_ambiguous else ambiguous
        exit_code = EXIT_INTERRUPTED if is_interrupted else EXIT_FINDINGS if problems else 0
        document = {
            "units": [_document(result) for result in results],
            "problems": output.problems_as_json(problems),
            "warnings": output.problems_as_json(warnings),
        }
        stream.end(exit_code, document)
    if as_json:
        output.print_json(document)
    else:
        _tell(results, problems, warnings, quiet=is_quiet)
    if is_interrupted:
        click.echo(f"what is finished is kept; this goes on: {chosen.command}", err=True)
    return exit_code


def compiled(
    session: Session, chosen: CompileOptions, stream: EventStream, *, quiet: bool
) -> tuple[CompileResult, ...]:
    """Return what became of the units that are meant, with the run shown, told, recorded and sent as it happens.

    Raises:
        VibesafeError: if the gates cannot run at all, or the index cannot be read.
    """
    with (
        taken_for_an_interrupt(),
        telemetry() as send,
        Progress(quiet=quiet) as progress,
        recording(session.project, "compile", session.specs) as recorder,
    ):

        def on_event(event: Event) -> None:
            recorder.show(event)
            stream.show(event, recorder.run)
            send(event, recorder.run)
            progress.show(event)

        return compile_units(session.project, session.scan, session.specs, chosen, on_event, sending=recorder)


def _tell(
    results: Sequence[CompileResult], problems: Sequence[Problem], warnings: Sequence[Problem], *, quiet: bool
) -> None:
    """Tell a person what came of the run; on standard error alone where `quiet`."""
    count = {outcome: sum(result.outcome == outcome for result in results) for outcome in ("passed", "failed")}
    calls = sum(result.calls for result in results)
    summary = f"{count['passed']} passed, {count['failed']} failed, {len(results)} units, {calls} answers asked for"
    click.echo(summary, err=quiet)
    output.print_warnings(warnings)
    output.print_problems(problems)
    if count["passed"]:
        click.echo("make them active: vibesafe save", err=quiet)


def _document(result: CompileResult) -> dict[str, object]:
    return {
        "unit": str(result.unit),
        "outcome": result.outcome,
        "checkpoint": result.checkpoint,
        "calls": result.calls,
        "recorded": result.recorded,
        "findings": [finding_as_json(finding) for finding in result.findings],
    }
