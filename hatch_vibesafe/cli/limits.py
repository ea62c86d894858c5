"""`--max-calls`, `--max-tokens`, `--max-money`, `--max-seconds`: what one run may cost, beside what is configured."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from math import inf
from typing import TypeVar

import click

from hatch_vibesafe.budget_config import Limits
from hatch_vibesafe.cli.session import Session
from hatch_vibesafe.project import Project

_Command = TypeVar("_Command", bound=Callable[..., object])


class _Amount(click.ParamType[Decimal]):
    """A number above zero, and no infinite one."""

    name = "number"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Decimal:
        """Return the number."""
        try:
            amount = Decimal(str(value))
        except InvalidOperation:
            self.fail(f"{value!r} is no number", param, ctx)
        if not amount.is_finite() or not 0 < float(amount) < inf:
            self.fail(f"{value} is no number above zero", param, ctx)
        return amount


def max_calls(*names: str, default: int | None = None) -> Callable[[_Command], _Command]:
    """Return the option for the most requests; `names` are other names of it."""
    text = "Requests at most, retries and fallbacks included."
    kind = click.IntRange(min=1)
    return click.option(
        *names, "--max-calls", "max_calls", default=default, type=kind, metavar="N", show_default=True, help=text
    )


def max_spent(command: _Command) -> _Command:
    """Add the options for the most tokens, money and time."""
    for name, metavar, kind, text in (
        ("seconds", "S", _Amount(), "Seconds after which nothing more is asked."),
        ("money", "USD", _Amount(), "US dollars at most; nobody is asked whose price is not known."),
        ("tokens", "N", click.IntRange(min=1), "Tokens of prompts and answers at most."),
    ):
        command = click.option(f"--max-{name}", f"max_{name}", type=kind, metavar=metavar, help=text)(command)
    return command


def limits(
    max_calls: int | None, max_tokens: int | None, max_money: Decimal | None, max_seconds: Decimal | None
) -> Limits:
    """Return what the options say."""
    return Limits(max_calls, max_tokens, max_money, None if max_seconds is None else float(max_seconds))


def limited(session: Session, given: Limits) -> Session:
    """Return a session whose runs stay within limits, and within those that are configured."""
    return replace(session, project=limited_project(session.project, given))


def limited_project(project: Project, given: Limits) -> Project:
    """Return a project whose runs stay within limits, and within those that are configured."""
    return replace(project, config=replace(project.config, budget=replace(project.config.budget, command=given)))


def words(given: Limits) -> list[str]:
    """Return the options that say limits, for a command to be typed."""
    amounts = (
        ("calls", given.calls),
        ("tokens", given.tokens),
        ("money", given.money),
        ("seconds", None if given.seconds is None else f"{given.seconds:g}"),
    )
    return [word for name, amount in amounts if amount is not None for word in (f"--max-{name}", str(amount))]
