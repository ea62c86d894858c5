"""`vibesafe compile --estimate`: what a run would ask and cost; nobody is asked."""

from collections.abc import Mapping
from decimal import Decimal

import click

from hatch_vibesafe.budget_config import BudgetConfig
from hatch_vibesafe.cli import output
from hatch_vibesafe.cli.ledger import opened_ledger
from hatch_vibesafe.cli.main import EXIT_FINDINGS
from hatch_vibesafe.cli.session import Session
from hatch_vibesafe.generate.estimate import Amounts, Estimate, Plan, by_model, calls_a_unit, estimate, total
from hatch_vibesafe.generate.gateway.budget import COMMAND, RUN, UNIT
from hatch_vibesafe.generate.next_prompt import NextPrompt, next_prompts, waiting
from hatch_vibesafe.generate.options import CompileOptions
from hatch_vibesafe.problems import VibesafeError
from hatch_vibesafe.project import Project
from hatch_vibesafe.store.ledger.statistics import figures

_UNKNOWN = "?"
_NOTE = (
    "at least: each first answer passes; at most: every question that a unit may have. Requests that fail and are sent "
    "again come on top; tokens are estimated from the text."
)
_LIMITS = ("calls", "tokens", "money", "seconds")


def tell_estimate(session: Session, options: CompileOptions, *, as_json: bool) -> int:
    """Print what a run would ask and cost; return the exit code."""
    specs = () if options.offline else waiting(session.project, session.specs, force=options.force)
    config = session.project.config
    escalation = config.provider(config.generate.escalate_to or "")
    plan = Plan(options.samples, config.budget.unit.calls, escalation)
    before = _calls_a_unit(session.project) if specs else {}
    providers = {provider.name: provider for provider in config.providers}
    prompts = next_prompts(session.project, session.scan, specs, forgetting=options.force) if specs else ()
    each = [(found, estimate(found, providers, plan, before)) for found in prompts]
    models, together = by_model(each), total(one for _, one in each)
    limits = _limits(config.budget)
    if as_json:
        output.print_json(
            {
                "units": [_of_unit(found, one) for found, one in each],
                "by_model": [
                    {"provider": provider, "model": model, **_document(one)}
                    for (provider, model), one in models.items()
                ],
                "total": _document(together),
                "limits": limits,
                "problems": output.problems_as_json(session.scan_problems),
            }
        )
    else:
        _tell(models, together, limits)
        output.print_problems(session.scan_problems)
    return EXIT_FINDINGS if session.scan_problems else 0


def _tell(models: Mapping[tuple[str, str], Estimate], together: Estimate, limits: Mapping[str, str]) -> None:
    if not together.units:
        click.echo("nobody would be asked")
        return
    rows = [_row(f"{model} ({provider})", each) for (provider, model), each in models.items()]
    if len(rows) > 1:
        rows.append(_row("all", together))
    output.print_table(("model", "units", "requests", "likely", "tokens in", "tokens out", "US dollars"), rows)
    click.echo(_NOTE, err=True)
    if limits:
        click.echo(f"the run ends at {', '.join(f'{name} {amount}' for name, amount in limits.items())}", err=True)


def _row(name: str, each: Estimate) -> tuple[str, ...]:
    least, most = each.least, each.most
    return (
        name,
        str(each.units),
        _span(str(least.calls), str(most.calls)),
        _UNKNOWN if each.likely is None else f"{each.likely:.0f}",
        _span(str(least.input_tokens), str(most.input_tokens)),
        _span(str(least.output_tokens), str(most.output_tokens)),
        _span(_dollars(least.money), _dollars(most.money)),
    )


def _span(least: str, most: str) -> str:
    return least if least == most else f"{least}-{most}"


def _dollars(money: Decimal | None) -> str:
    if money is None:
        return _UNKNOWN
    return f"{money:.4f}" if money else "0"


def _limits(budget: BudgetConfig) -> dict[str, str]:
    """Return the limits that a run has, by the names that people set them under."""
    return {
        of.name(key): str(amount)
        for of, limits in ((COMMAND, budget.command), (RUN, budget.run), (UNIT, budget.unit))
        for key in _LIMITS
        if (amount := getattr(limits, key)) is not None
    }


def _calls_a_unit(project: Project) -> Mapping[str, float]:
    """Return how many answers a unit has cost, by provider; nothing where the ledger cannot tell."""
    try:
        with opened_ledger(project) as engine:
            if engine is None:
                return {}
            from hatch_vibesafe.store.ledger.reading import read_exchanges  # noqa: PLC0415 - needs the extra [dev]

            return calls_a_unit(figures(read_exchanges(engine), lambda exchange: exchange.provider))
    except VibesafeError as error:
        output.print_warnings(error.problems)
        return {}


def _of_unit(found: NextPrompt, each: Estimate) -> dict[str, object]:
    told = {"unit": str(found.spec.unit), "provider": found.config.name, "model": found.config.model}
    return told | _document(each)


def _document(each: Estimate) -> dict[str, object]:
    return {
        "units": each.units,
        "least": _amounts(each.least),
        "most": _amounts(each.most),
        "likely_calls": each.likely,
    }


def _amounts(amounts: Amounts) -> dict[str, object]:
    return {
        "calls": amounts.calls,
        "input_tokens": amounts.input_tokens,
        "output_tokens": amounts.output_tokens,
        "cost": None if amounts.money is None else float(amounts.money),
    }
