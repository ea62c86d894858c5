"""What a run would ask and cost, before anything is asked. Pure: a prompt as it would be sent, prices, and what was.

It is a range. At its lower end every first answer passes; at its upper end every question is asked that a unit may
have. Not in it is what is sent again because a request failed. An unknown price makes the cost unknown, never zero.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import cycle, islice
from math import ceil

from hatch_vibesafe.generate.gateway.member import EXPECTED_OUTPUT
from hatch_vibesafe.generate.gateway.prices import cost
from hatch_vibesafe.generate.next_prompt import NextPrompt
from hatch_vibesafe.generate.token_count import estimated_tokens, token_count
from hatch_vibesafe.provider_config import ProviderConfig
from hatch_vibesafe.store.ledger.statistics import Figures

_LESS, _MORE = 0.75, 1.25
"""How far an estimate of tokens may be from what the model's own tokenizer counts."""

_FEEDBACK = 2500
"""Tokens that a refused attempt and what was said of it may add to a prompt."""

_SHORTEST_ANSWER = 10


@dataclass(frozen=True, slots=True)
class Amounts:
    """What requests come to at one end of the range; `money` is in US dollars, None where a price is not known."""

    calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    money: Decimal | None = Decimal(0)

    def plus(self, other: "Amounts") -> "Amounts":
        """Return both together."""
        unknown = self.money is None or other.money is None
        return Amounts(
            self.calls + other.calls,
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            None if unknown else (self.money or Decimal(0)) + (other.money or Decimal(0)),
        )


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a unit, or several together, would cost.

    Attributes:
        units: How many units it is for.
        least: Where every first answer passes.
        most: Where every question is asked.
        likely: The calls that so many units have cost until now, as the ledger tells it; None where it tells nothing.
    """

    units: int = 0
    least: Amounts = Amounts()
    most: Amounts = Amounts()
    likely: float | None = 0.0

    def plus(self, other: "Estimate") -> "Estimate":
        """Return both together."""
        unknown = self.likely is None or other.likely is None
        return Estimate(
            self.units + other.units,
            self.least.plus(other.least),
            self.most.plus(other.most),
            None if unknown else (self.likely or 0.0) + (other.likely or 0.0),
        )


@dataclass(frozen=True, slots=True)
class Plan:
    """How a run would go.

    Attributes:
        samples: How many lines of questions each unit has side by side.
        calls: The most requests that a unit's budget allows; None for any number.
        escalation: Who is asked once where nothing passes; None for nobody.
    """

    samples: int = 1
    calls: int | None = None
    escalation: ProviderConfig | None = None


def estimate(
    found: NextPrompt, providers: Mapping[str, ProviderConfig], plan: Plan, calls_a_unit: Mapping[str, float]
) -> Estimate:
    """Return what one unit would cost.

    Args:
        found: What would be asked of it next.
        providers: The configured providers, by name: those that may answer in the first one's place have other prices.
        plan: How the run would go.
        calls_a_unit: How many answers a unit has cost until now, by provider.
    """
    most = _most(found, providers, plan)
    before = calls_a_unit.get(found.config.name)
    likely = None if before is None else min(float(most.calls), max(0.0, before - _is_answered(found)))
    return Estimate(1, _least(found, providers), most, likely)


def _least(found: NextPrompt, providers: Mapping[str, ProviderConfig]) -> Amounts:
    """Return what a unit costs whose first answer passes."""
    if _is_answered(found):
        return Amounts()
    shortest = _SHORTEST_ANSWER if found.prompt.beginning else max(_SHORTEST_ANSWER, _stub_tokens(found))
    tokens = _tokens_of_the_prompt(found)[0], min(shortest, _longest_answer(found))
    return Amounts(1, *tokens, _money(_in_turn(found.config, providers), *tokens, highest=False))


def _most(found: NextPrompt, providers: Mapping[str, ProviderConfig], plan: Plan) -> Amounts:
    """Return what a unit costs of which every question is asked, with a refused attempt in those that show one."""
    config, samples = found.config, max(1, plan.samples)
    calls = samples * config.attempts if plan.calls is None else min(samples * config.attempts, plan.calls)
    showing = samples * sum(each == "counterexample" for each in islice(cycle(found.rungs), config.attempts))
    prompt = _tokens_of_the_prompt(found)[1]
    tokens = calls * prompt + min(showing, calls) * _FEEDBACK, calls * _longest_answer(found)
    anybody = [*_in_turn(config, providers), *(providers[name] for name in config.fallback if name in providers)]
    most = Amounts(calls, *tokens, _money(anybody, *tokens, highest=True))
    other = plan.escalation
    if other is None or other.name == config.name or calls == plan.calls:
        return most
    escalated = prompt, other.max_tokens or EXPECTED_OUTPUT
    return most.plus(Amounts(1, *escalated, _money([other], *escalated, highest=True)))


def total(estimates: Iterable[Estimate]) -> Estimate:
    """Return estimates together."""
    together = Estimate()
    for each in estimates:
        together = together.plus(each)
    return together


def by_model(estimates: Iterable[tuple[NextPrompt, Estimate]]) -> Mapping[tuple[str, str], Estimate]:
    """Return estimates together for each provider and model, by their names."""
    groups: dict[tuple[str, str], list[Estimate]] = {}
    for found, each in estimates:
        groups.setdefault((found.config.name, found.config.model), []).append(each)
    return {key: total(groups[key]) for key in sorted(groups)}


def calls_a_unit(figures: Sequence[Figures]) -> Mapping[str, float]:
    """Return how many answers a unit has cost, from the ledger's figures by provider."""
    return {each.group: each.calls / each.end.total for each in figures if each.end.total and each.calls}


def _is_answered(found: NextPrompt) -> bool:
    """Return whether the first answer is there already: recorded, or as a checkpoint that waits for its gates."""
    return found.recorded is not None or found.ungated


def _in_turn(config: ProviderConfig, providers: Mapping[str, ProviderConfig]) -> list[ProviderConfig]:
    return [config, *(providers[name] for name in config.pool if name in providers)]


def _tokens_of_the_prompt(found: NextPrompt) -> tuple[int, int]:
    """Return how many tokens the prompt has at least and at most."""
    counted = token_count(found.prompt.request.messages, found.recorded)
    less, more = (1.0, 1.0) if counted.by == "provider" else (_LESS, _MORE)
    return int(counted.count * less), ceil(counted.count * more)


def _longest_answer(found: NextPrompt) -> int:
    limit = dict(found.prompt.request.sent).get("max_tokens")
    return limit if isinstance(limit, int) else EXPECTED_OUTPUT


def _stub_tokens(found: NextPrompt) -> int:
    # The answer repeats the head and the docstring, and has a body.
    spec = found.spec
    return int(estimated_tokens(spec.head + spec.docstring + spec.pre_hole) * _LESS)


def _money(
    configs: Sequence[ProviderConfig], input_tokens: int, output_tokens: int, *, highest: bool
) -> Decimal | None:
    if not input_tokens and not output_tokens:
        return Decimal(0)
    prices = [cost(config, config.model, input_tokens, output_tokens) for config in configs]
    known = [price for price in prices if price is not None]
    if len(known) < len(prices):
        return None
    return max(known) if highest else min(known)
