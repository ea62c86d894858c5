"""Whether a budget has room for one more request. Pure."""

from dataclasses import dataclass, replace
from decimal import Decimal

from hatch_vibesafe.budget_config import Limits
from hatch_vibesafe.problems import Problem, VibesafeProviderError


class BudgetError(VibesafeProviderError):
    """A request was not sent: the budget has no room for it."""


class NoTimeLeftError(BudgetError):
    """A request was not sent: its provider may be asked only when the time is over. Another one may be asked before."""


@dataclass(frozen=True, slots=True)
class Spent:
    """What requests cost, or are expected to. `money` is in US dollars, None where a price is not known."""

    calls: int = 0
    tokens: int = 0
    money: Decimal | None = Decimal(0)

    def plus(self, other: "Spent") -> "Spent":
        """Return both together; of a sum with something unknown in it, only the known part is known to be spent."""
        return Spent(
            self.calls + other.calls,
            self.tokens + other.tokens,
            (self.money or Decimal(0)) + (other.money or Decimal(0)),
        )

    def minus(self, other: "Spent") -> "Spent":
        """Return this without the other."""
        return self.plus(replace(other, calls=-other.calls, tokens=-other.tokens, money=-(other.money or Decimal(0))))


@dataclass(frozen=True, slots=True)
class Bounds:
    """Whose limits limits are, as people write them."""

    of: str

    def name(self, key: str) -> str:
        """Return one limit's name where it is set."""
        return f"[{self.of}] {key}" if self.of else f"--max-{key}"

    def raised(self, key: str) -> str:
        """Return what raises a limit."""
        return f"raise {key} in [{self.of}]" if self.of else f"raise --max-{key}"


RUN, UNIT, COMMAND = Bounds("budget"), Bounds("budget.unit"), Bounds("")


def refusal(  # noqa: PLR0911 - one answer for each limit
    limits: Limits, spent: Spent, expected: Spent, seconds: float, *, of: Bounds, model: str
) -> Problem | None:
    """Return why a request may not be sent, or None where it may.

    Args:
        limits: The limits.
        spent: What is spent and reserved so far.
        expected: The most that the request is expected to cost.
        seconds: How long the run, or the unit, has been worked on.
        of: Whose limits they are.
        model: The model to be asked, for people.
    """
    after = spent.plus(expected)
    if limits.calls is not None and after.calls > limits.calls:
        return _used_up(of, "calls", f"{limits.calls} calls")
    if limits.tokens is not None and after.tokens > limits.tokens:
        what = f"{limits.tokens} tokens do not hold {expected.tokens} more beside {spent.tokens} spent"
        return Problem(of.name("tokens"), what, f"{of.raised('tokens')}, or lower max_tokens of the provider")
    if limits.seconds is not None and seconds >= limits.seconds:
        return _used_up(of, "seconds", f"{limits.seconds:g} s")
    if limits.money is None:
        return None
    if expected.money is None:
        what = f"the price of {model} is not known, so that no request to it fits a budget of money"
        return Problem(of.name("money"), what, "set input_price and output_price in the provider's table")
    if after.money is not None and after.money > limits.money:
        what = f"{limits.money} USD do not hold {expected.money:.6f} more beside {spent.money or 0:.6f} spent"
        return Problem(of.name("money"), what, f"{of.raised('money')}, or lower max_tokens of the provider")
    return None


def no_time_left(limits: Limits, seconds: float, wait: float, *, of: Bounds, model: str) -> Problem | None:
    """Return why it is not worth waiting before a request: the time would be over then. None where it is."""
    if limits.seconds is None or seconds + wait < limits.seconds:
        return None
    what = f"the budget of {limits.seconds:g} s ends before {model} may be asked again, in {max(1.0, wait):.0f} s"
    return Problem(of.name("seconds"), what, of.raised("seconds"))


def _used_up(of: Bounds, key: str, amount: str) -> Problem:
    return Problem(of.name(key), f"the budget of {amount} is used up", of.raised(key))
