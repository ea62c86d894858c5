"""`vibesafe prompt compare`: which of two templates has more units pass, and how sure that is."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import click

from hatch_vibesafe.budget_config import Limits
from hatch_vibesafe.cli import limits, options, output
from hatch_vibesafe.cli.announcement import announce
from hatch_vibesafe.cli.main import EXIT_FINDINGS, EXIT_INTERRUPTED
from hatch_vibesafe.cli.progress import Progress
from hatch_vibesafe.cli.recording import recording
from hatch_vibesafe.cli.session import open_session
from hatch_vibesafe.cli.stats import rate_document, rate_text
from hatch_vibesafe.generate.comparing import Tally, compiled, contender
from hatch_vibesafe.generate.events import Event
from hatch_vibesafe.generate.gateway.budget import BudgetError
from hatch_vibesafe.generate.result import CompileResult
from hatch_vibesafe.identity import UnitId
from hatch_vibesafe.problems import Problem, VibesafeConfigurationError
from hatch_vibesafe.project import Project, template_files
from hatch_vibesafe.store.ledger.wilson import Rate, rate

CALLS = 50


@dataclass(frozen=True, slots=True)
class _Side:
    template: str
    tally: Tally
    not_reached: tuple[UnitId, ...]
    cut_off: tuple[UnitId, ...]
    problems: tuple[Problem, ...]

    @property
    def first(self) -> Rate:
        return rate(sum(self.tally.first.values()), len(self.tally.first))

    @property
    def end(self) -> Rate:
        ended = (self.tally.answered | self.tally.passed) - {*self.cut_off}
        return rate(len(self.tally.passed), len(ended))


@click.command(
    name="compare", epilog="Example:  vibesafe prompt compare function.j2 mine.j2 --units 'app.*' --calls 100"
)
@click.argument("first", metavar="A")
@click.argument("second", metavar="B")
@click.option("--units", multiple=True, required=True, metavar="UNIT|MODULE|GLOB", help="Which units. Repeatable.")
@limits.max_calls("--calls", default=CALLS)
@limits.max_spent
@click.option(
    "--jobs", default=4, type=click.IntRange(1, 256), show_default=True, help="Requests on their way at once."
)
@options.allow_unsandboxed
@options.as_json
def compare(
    first: str,
    second: str,
    units: tuple[str, ...],
    jobs: int,
    *,
    max_calls: int,
    max_tokens: int | None,
    max_money: Decimal | None,
    max_seconds: Decimal | None,
    allow_unsandboxed: bool,
    as_json: bool,
) -> int:
    """Compile the same units with template A and with template B, and print both pass rates with intervals.

    Every question is asked anew, and what passes is thrown away: no checkpoint is stored, nothing becomes active. The
    ledger tells what it cost. The limits hold for each of the two templates.
    """
    given = limits.limits(max_calls, max_tokens, max_money, max_seconds)
    if first == second:
        remedy = "name another one: ours are function.j2, http_endpoint.j2 and cli_command.j2"
        raise VibesafeConfigurationError(Problem(f"{first} and {second}", "are the same template", remedy))
    session = open_session(units, allow_unsandboxed=allow_unsandboxed)
    for template in (first, second):
        template_files(session.project, template)  # before anything is paid for
    announce(session.project.config)
    sides: list[_Side] = []
    for template in (first, second):
        if not (sides and sides[-1].tally.interrupted):
            sides.append(_side(session.project, template, units, given, jobs, quiet=as_json))
    problems = tuple(dict.fromkeys(problem for side in sides for problem in side.problems))
    if as_json:
        output.print_json(
            {"templates": [_document(side) for side in sides], "problems": output.problems_as_json(problems)}
        )
    else:
        columns = ("template", "first answer", "in the end", "calls", "not reached", "cut off")
        output.print_table(columns, [_row(side) for side in sides])
        if len(sides) > 1:
            click.echo(_verdict(sides))
        output.print_problems(problems)
    if any(side.tally.interrupted for side in sides):
        return EXIT_INTERRUPTED
    return EXIT_FINDINGS if any(not side.tally.answered for side in sides) else 0


def _side(project: Project, template: str, units: tuple[str, ...], given: Limits, jobs: int, *, quiet: bool) -> _Side:
    with (
        contender(project, template, units, given) as each,
        Progress(quiet=quiet) as progress,
        recording(each.project, "prompt compare", each.specs) as recorder,
    ):

        def on_event(event: Event) -> None:
            recorder.show(event)
            progress.show(event)

        tally, results = compiled(each, jobs, on_event, recorder)
    missed = [result for result in results if result.unit not in tally.answered]
    ended_early = [result for result in results if result.unit in tally.answered and _is_cut_off(result)]
    problems = tuple(problem for result in (*missed, *ended_early) for problem in result.problems)
    not_reached, cut_off = (tuple(result.unit for result in each) for each in (missed, ended_early))
    return _Side(template, tally, not_reached, cut_off, problems)


def _is_cut_off(result: CompileResult) -> bool:
    """Return whether a unit had answers, and might have had others if the budget or the user had let it."""
    return isinstance(result.error, BudgetError) or result.outcome == "interrupted"


def _verdict(sides: Sequence[_Side]) -> str:
    """Return what the rates in the end say together, in words."""
    first, second = sides
    if not (first.end.total and second.end.total):
        return "of one of them nothing is known: raise the limits, or name other units"
    for better, other in ((first, second), (second, first)):
        if better.end.low > other.end.high:
            return f"{better.template} is the better one: the intervals do not overlap"
    return "nothing is shown: the intervals overlap; take more units"


def _row(side: _Side) -> tuple[str, ...]:
    return (
        side.template,
        rate_text(side.first),
        rate_text(side.end),
        str(side.tally.calls),
        str(len(side.not_reached)),
        str(len(side.cut_off)),
    )


def _document(side: _Side) -> dict[str, object]:
    return {
        "template": side.template,
        "first_answer": rate_document(side.first),
        "in_the_end": rate_document(side.end),
        "calls": side.tally.calls,
        "not_reached": [str(unit) for unit in side.not_reached],
        "cut_off": [str(unit) for unit in side.cut_off],
    }
