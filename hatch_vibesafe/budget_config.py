"""`[budget]`: what a run, and each unit in it, may cost."""

from dataclasses import dataclass
from decimal import Decimal

from hatch_vibesafe.toml_table import Table


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that may be spent; None for no limit.

    Attributes:
        calls: Requests that are sent, retries and fallbacks included.
        tokens: Tokens of prompts and answers.
        money: US dollars.
        seconds: Wall time after which nothing more is asked.
    """

    calls: int | None = None
    tokens: int | None = None
    money: Decimal | None = None
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class BudgetConfig:
    """The limits of a run, those of each unit in it, and those that the command line sets for a run beside them."""

    run: Limits = Limits()
    unit: Limits = Limits()
    command: Limits = Limits()


UNLIMITED = BudgetConfig()


def read_budget(table: Table) -> BudgetConfig:
    """Return what `[budget]` and `[budget.unit]` say, with every wrong key recorded in the table."""
    unit = table.table("unit")
    budget = BudgetConfig(_limits(table), _limits(unit))
    unit.refuse_unknown()
    table.refuse_unknown()
    return budget


def _limits(table: Table) -> Limits:
    money = table.positive("money", 0.0)
    return Limits(
        calls=table.positive_integer("calls", 0) or None,
        tokens=table.positive_integer("tokens", 0) or None,
        money=Decimal(str(money)) if money else None,
        seconds=table.positive("seconds", 0.0) or None,
    )
