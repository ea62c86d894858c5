"""`vibesafe compile`: have implementations written for units that need one, and gate them."""

import shlex

import click

from hatch_vibesafe.cli import options, output
from hatch_vibesafe.cli.announcement import announce
from hatch_vibesafe.cli.main import EXIT_FINDINGS, EXIT_INTERRUPTED
from hatch_vibesafe.cli.progress import Progress
from hatch_vibesafe.cli.recording import recording
from hatch_vibesafe.cli.session import open_session
from hatch_vibesafe.cli.verdicts import finding_as_json
from hatch_vibesafe.gates.vacuity import vacuous_clauses
from hatch_vibesafe.generate.ambiguity import ambiguities
from hatch_vibesafe.generate.compile import CompileOptions, CompileResult, compile_units
from hatch_vibesafe.generate.events import Event


@click.command(
    name="compile",
    epilog="Examples:  vibesafe compile   |   vibesafe compile --target app.math -j 8   |   vibesafe compile --force",
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
    allow_unsandboxed: bool,
    as_json: bool,
) -> int:
    """Have implementations written for units that need one, and gate them; `vibesafe save` makes them active.

    A unit that is up to date costs nothing. An answer that was paid for is replayed where the request is the same. What
    a gate refuses goes into the next prompt, until the provider's `attempts` are used up. With --samples, answers that
    all pass and disagree prove that the spec is ambiguous: that is a problem, and `vibesafe tighten` asks about it.
    """
    session = open_session(targets, allow_unsandboxed=allow_unsandboxed)
    announce(session.project.config)
    output.print_warnings(session.weaknesses(waiting_only=not force))
    with Progress(quiet=as_json) as progress, recording(session.project, "compile", session.specs) as recorder:

        def on_event(event: Event) -> None:
            recorder.show(event)
            progress.show(event)

        again = _command(targets, jobs, samples, offline=offline, allow_unsandboxed=allow_unsandboxed)
        chosen = CompileOptions(force=force, jobs=jobs, offline=offline, samples=samples, command=again)
        results = compile_units(session.project, session.scan, session.specs, chosen, on_event)
    is_interrupted = any(result.outcome == "interrupted" for result in results)
    passed = {result.unit: result.checkpoint for result in results if result.outcome == "passed" and result.checkpoint}
    warnings = () if is_interrupted else vacuous_clauses(session.project, session.scan, passed)
    several = samples > 1 and not is_interrupted
    ambiguous = ambiguities(session.project, session.scan, passed) if several else ()
    warnings += ambiguous if accept_ambiguous else ()
    problems = (*session.scan_problems, *(problem for result in results for problem in result.problems))
    problems += () if accept_ambiguous else ambiguous
    if as_json:
        output.print_json(
            {
                "units": [_document(result) for result in results],
                "problems": output.problems_as_json(problems),
                "warnings": output.problems_as_json(warnings),
            }
        )
    else:
        count = {outcome: sum(result.outcome == outcome for result in results) for outcome in ("passed", "failed")}
        calls = sum(result.calls for result in results)
        click.echo(
            f"{count['passed']} passed, {count['failed']} failed, {len(results)} units, {calls} answers asked for"
        )
        output.print_warnings(warnings)
        output.print_problems(problems)
        if count["passed"]:
            click.echo("make them active: vibesafe save")
    if is_interrupted:
        click.echo(f"what is finished is kept; this goes on: {again}", err=True)
        return EXIT_INTERRUPTED
    return EXIT_FINDINGS if problems else 0


def _command(targets: tuple[str, ...], jobs: int, samples: int, *, offline: bool, allow_unsandboxed: bool) -> str:
    """Return the command that goes on with this run. Not with `--force`: what is finished would be asked for again."""
    words = ["vibesafe", "compile"]
    for target in targets:
        words += ["--target", target]
    usual = CompileOptions()
    words += ["--jobs", str(jobs)] if jobs != usual.jobs else []
    words += ["--samples", str(samples)] if samples != usual.samples else []
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
