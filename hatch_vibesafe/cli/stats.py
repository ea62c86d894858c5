"""`vibesafe stats`: what passed and what it cost, by model, template and strategy."""

import operator
from pathlib import Path

import click

from hatch_vibesafe.cli import options, output
from hatch_vibesafe.cli.ledger import opened_ledger
from hatch_vibesafe.project import open_project
from hatch_vibesafe.store.ledger.statistics import Exchange, Figures, LedgerTry, figures
from hatch_vibesafe.store.ledger.wilson import Rate

GROUPS = ("model", "template", "strategy")


@click.command(name="stats", epilog="Examples:  vibesafe stats   |   vibesafe stats --by strategy --json")
@click.option("--by", "groups", type=click.Choice(GROUPS), multiple=True, help="Only by this. Repeatable.")
@options.as_json
def command(groups: tuple[str, ...], *, as_json: bool) -> int:
    """Count what passed at the first answer and in the end, and what a solved unit cost, from the ledger.

    Each rate stands with its 95 % Wilson score interval. What nobody counted is shown as "?", never as zero; an amount
    that some requests may have added to, which broke off or were lost with their command, is shown as ">= ".
    """
    with opened_ledger(open_project(Path.cwd())) as engine:
        if engine is None:
            exchanges: tuple[Exchange, ...] = ()
            tries: tuple[LedgerTry, ...] = ()
        else:
            from hatch_vibesafe.store.ledger.reading import (  # noqa: PLC0415 - needs the extra [dev]
                read_exchanges,
                read_tries,
            )

            exchanges, tries = read_exchanges(engine), read_tries(engine)
    chosen = [group for group in GROUPS if not groups or group in groups]
    found = {group: figures(exchanges, operator.attrgetter(group), tries) for group in chosen}
    if as_json:
        by_group: dict[str, object] = {f"by_{group}": [_document(each) for each in found[group]] for group in chosen}
        output.print_json(by_group | {"problems": []})
    elif not (exchanges or tries):
        click.echo("the ledger tells of no answer yet; vibesafe compile writes it")
    else:
        for group in chosen:
            columns = (
                group,
                "first answer",
                "in the end",
                "calls",
                "calls/solved",
                "tokens/solved",
                "$/solved",
                "failed",
            )
            output.print_table(columns, [_row(each) for each in found[group]])
            click.echo()
    return 0


def rate_text(rate: Rate) -> str:
    """Return a rate for people: `2 of 3, 67 % (21-94 %)`."""
    if rate.share is None:
        return "none"
    return f"{rate.passed} of {rate.total}, {rate.share:.0%} ({rate.low * 100:.0f}-{rate.high:.0%})"


def rate_document(rate: Rate) -> dict[str, object]:
    """Return a rate in its JSON form."""
    return {"passed": rate.passed, "total": rate.total, "rate": rate.share, "low": rate.low, "high": rate.high}


def _row(each: Figures) -> tuple[str, ...]:
    calls, tokens, cost = (each.each_solved(amount) for amount in (each.calls, each.tokens, each.cost))
    least = ">= " if each.uncounted else ""
    return (
        each.group,
        rate_text(each.first),
        rate_text(each.end),
        str(each.calls),
        "?" if calls is None else f"{calls:.1f}",
        "?" if tokens is None else f"{least}{tokens:.0f}",
        "?" if cost is None else f"{least}{cost:.4f}",
        ", ".join(f"{count} {reason}" for reason, count in each.failed.items()),
    )


def _document(each: Figures) -> dict[str, object]:
    return {
        "group": each.group,
        "first_answer": rate_document(each.first),
        "in_the_end": rate_document(each.end),
        "calls": each.calls,
        "tokens": each.tokens,
        "failed": dict(each.failed),
        "uncounted": each.uncounted,
        "cost": each.cost,
        "calls_per_solved": each.each_solved(each.calls),
        "tokens_per_solved": each.each_solved(each.tokens),
        "cost_per_solved": each.each_solved(each.cost),
    }
