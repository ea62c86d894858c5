"""`vibesafe compile`: have implementations written for units that need one, and gate them."""

import os
import shlex
from collections.abc import Sequence
from decimal import Decimal

import click

from hatch_vibesafe.budget_config import Limits
from hatch_vibesafe.cli import limits, options, output
from hatch_vibesafe.cli.announcement import announce
from hatch_vibesafe.cli.estimate import tell_estimate
from hatch_vibesafe.cli.event_stream import STANDARD_OUTPUT, EventStream, event_stream
from hatch_vibesafe.cli.loading import loading
from hatch_vibesafe.cli.main import EXIT_FINDINGS, EXIT_INTERRUPTED
from hatch_vibesafe.cli.progress import Progress
from hatch_vibesafe.cli.recording import recording
from hatch_vibesafe.cli.session import Session, open_session
from hatch_vibesafe.cli.telemetry import telemetry
from hatch_vibesafe.cli.termination import taken_for_an_interrupt
from hatch_vibesafe.cli.verdicts import finding_as_json
from hatch_vibesafe.gates.vacuity import vacuous_clauses
from hatch_vibesafe.generate.ambiguity import ambiguities
from hatch_vibesafe.generate.compile import CompileOptions, CompileResult, compile_units
from hatch_vibesafe.generate.events import Event
from hatch_vibesafe.generate.recording import secret_values
from hatch_vibesafe.problems import Problem, VibesafeConfigurationError


@click.command(
    name="compile",
    epilog="Examples:  vibesafe compile   |   vibesafe compile --target app --jobs 8   |   vibesafe compile --force",
)
@options.target
@click.option("--force", is_flag=True, help="Also units that are up to date; ask anew instead of replaying answers.")
@click.option(
    "--jobs", default=4, type=click.IntRange(1, 256), show_default=True, help="Requests on their way at once."
)
@click.option("--offline", is_flag=True, help="Use recorded answers only; ask nobody.")
@click.option(
    "--samples", default=1, type=click.IntRange(1, 64), show_default=True, help="Answers side by side for each unit."
)
@click.option(
    "--accept-ambiguous", is_flag=True, help="Only warn where answers that all pass disagree with one another."
)
@click.option("--estimate", is_flag=True, help="Say what the run would ask and cost, and ask nothing.")
@limits.max_calls()
@limits.max_spent
@click.option(
    "--events",
    "events",
    is_flag=False,
    flag_value=STANDARD_OUTPUT,
    metavar="[FILE]",
    help="Tell the run in JSON lines while it happens, in FILE or on standard output (docs/events.md).",
)
@options.allow_unsandboxed
@options.as_json
def command(
    targets: tuple[str, ...],
    *,
    force: bool,
    jobs: int,
    offline: bool,
    samples: int,
    accept_ambiguous: bool,
    estimate: bool,
    max_calls: int | None,
    max_tokens: int | None,
    max_money: Decimal | None,
    max_seconds: Decimal | None,
    events: str | None,
    allow_unsandboxed: bool,
    as_json: bool,
) -> int:
    """Have implementations written for units that need one, and gate them; `vibesafe save` makes them active.

    A unit that is up to date costs nothing. An answer that was paid for is replayed where the request is the same. What
    a gate refuses goes into the next prompt, until the provider's `attempts` are used up. With --samples, answers that
    all pass and disagree prove that the spec is ambiguous: that is a problem, and `vibesafe tighten` asks about it.

    --estimate prints how many requests, tokens and US dollars that would be, at least and at most. The --max-...
    options bound this run, beside what [budget] says.
    """
    given = limits.limits(max_calls, max_tokens, max_money, max_seconds)
    session = limits.limited(open_session(targets, allow_unsandboxed=allow_unsandboxed), given)
    if estimate:
        _refuse_events(events)
        chosen = CompileOptions(force=force, offline=offline, samples=samples)
        return tell_estimate(session, chosen, as_json=as_json)
    waiting = [spec for spec in session.specs if force or not session.statuses[spec.unit].current]
    if waiting and not offline:
        loading(session.project, waiting)
    announce(session.project.config)
    output.print_warnings(session.weaknesses(waiting_only=not force))
    again = _command(targets, jobs, samples, given, offline=offline, allow_unsandboxed=allow_unsandboxed)
    chosen = CompileOptions(force=force, jobs=jobs, offline=offline, samples=samples, command=again)
    secrets = secret_values(os.environ, session.project.config.secret_variables(os.environ))
    is_quiet = as_json or events == STANDARD_OUTPUT
    with event_stream(events, secrets, as_json=as_json) as stream:
        results = compiled(session, chosen, stream, quiet=is_quiet)
        is_interrupted = any(result.outcome == "interrupted" for result in results)
        passed = {
            result.unit: result.checkpoint for result in results if result.outcome == "passed" and result.checkpoint
        }
        warnings = () if is_interrupted else vacuous_clauses(session.project, session.scan, passed)
        several = samples > 1 and not is_interrupted
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
        click.echo(f"what is finished is kept; this goes on: {again}", err=True)
    return exit_code


def _refuse_events(events: str | None) -> None:
    if events is not None:
        what = "nothing happens that could be told: an estimate asks nobody"
        raise VibesafeConfigurationError(Problem("--events and --estimate", what, "leave out one of them"))


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


def _command(
    targets: tuple[str, ...], jobs: int, samples: int, given: Limits, *, offline: bool, allow_unsandboxed: bool
) -> str:
    """Return the command that goes on with this run. Not with `--force`: what is finished would be asked for again."""
    words = ["vibesafe", "compile"]
    for target in targets:
        words += ["--target", target]
    usual = CompileOptions()
    words += ["--jobs", str(jobs)] if jobs != usual.jobs else []
    words += ["--samples", str(samples)] if samples != usual.samples else []
    words += limits.words(given)
    words += ["--offline"] if offline else []
    words += ["--allow-unsandboxed"] if allow_unsandboxed else []
    return shlex.join(words)


def _document(result: CompileResult) -> dict[str, object]:
    return {
        "unit": str(result.unit),
        "outcome": result.outcome,
        "checkpoint": result.checkpoint,
        "calls": result.calls,
        "recorded": result.recorded,
        "findings": [finding_as_json(finding) for finding in result.findings],
    }
