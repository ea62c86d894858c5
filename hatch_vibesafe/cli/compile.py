"""`vibesafe compile`: have implementations written for units that need one, and gate them."""

import shlex
from decimal import Decimal

import click

from hatch_vibesafe.budget_config import Limits
from hatch_vibesafe.cli import limits, options, output
from hatch_vibesafe.cli.announcement import announce, trying
from hatch_vibesafe.cli.event_stream import STANDARD_OUTPUT
from hatch_vibesafe.cli.session import open_session
from hatch_vibesafe.generate.options import CompileOptions
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
        from hatch_vibesafe.cli.estimate import tell_estimate  # noqa: PLC0415 - slow to load

        _refuse_events(events)
        chosen = CompileOptions(force=force, offline=offline, samples=samples)
        return tell_estimate(session, chosen, as_json=as_json)
    with trying(session.project.config):
        from hatch_vibesafe.cli.compiling import compile_session  # noqa: PLC0415 - slow to load: meanwhile it is tried

    announce(session.project.config)
    output.print_warnings(session.weaknesses(waiting_only=not force))
    again = _command(targets, jobs, samples, given, offline=offline, allow_unsandboxed=allow_unsandboxed)
    chosen = CompileOptions(force=force, jobs=jobs, offline=offline, samples=samples, command=again)
    return compile_session(session, chosen, events, accept_ambiguous=accept_ambiguous, as_json=as_json)


def _refuse_events(events: str | None) -> None:
    if events is not None:
        what = "nothing happens that could be told: an estimate asks nobody"
        raise VibesafeConfigurationError(Problem("--events and --estimate", what, "leave out one of them"))


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
