"""What the ledger's exchanges say of models, templates and strategies. Pure."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from hatch_vibesafe.store.ledger.entries import LOST, Paid, TryMade
from hatch_vibesafe.store.ledger.wilson import Rate, rate

_Amount = TypeVar("_Amount", int, float)
UNKNOWN = "(unknown)"
_JUDGED = frozenset({"passed", "refused", "repeated"})
# Of these nobody knows whether they were answered; one that was refused, or went nowhere, certainly was not.
_MAY_HAVE_COST = (LOST, "timeout", "connection", "unreadable", "failed", UNKNOWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange(Paid):
    """One answer as the ledger tells it. What nobody knows is None.

    Attributes:
        run: The run.
        template: The unit's template.
        recorded: Whether it was recorded earlier, and cost nothing.
        prompt: The prompt's digest.
        answer: The answer's digest.
        outcome: "passed", "refused", "repeated", or None where it was never judged.
        why: Why it was refused.
    """

    run: str
    template: str | None
    recorded: bool
    prompt: str | None
    answer: str | None
    outcome: str | None
    why: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerTry(TryMade):
    """One request as the ledger tells it: in which run it was sent, and for a unit of which template."""

    run: str
    template: str | None


@dataclass(frozen=True, slots=True)
class Figures:
    """What a group of exchanges came to.

    Attributes:
        group: The group's name.
        first: Units whose first answer of a run is of this group and was judged: how many it passed.
        end: Units that this group answered: how many an answer of it passed.
        calls: Answers that were asked for, and not replayed.
        tokens: The tokens of the requests that were answered; None where nobody counted some of them.
        cost: Their dollars, likewise.
        failed: How many requests brought no answer, by reason.
        uncounted: How many requests may have cost what nobody counted: they broke off, or were lost with their command.
    """

    group: str
    first: Rate
    end: Rate
    calls: int
    tokens: int | None
    cost: float | None
    failed: Mapping[str, int] = field(default_factory=dict)
    uncounted: int = 0

    def each_solved(self, amount: float | None) -> float | None:
        """Return an amount a solved unit; None where it is not known, or none is solved."""
        return None if amount is None or not self.end.passed else amount / self.end.passed


def figures(
    exchanges: Iterable[Exchange],
    group: Callable[[Exchange | LedgerTry], str | None],
    tries: Iterable[LedgerTry] = (),
) -> tuple[Figures, ...]:
    """Return the figures of each group, by name.

    A unit counts once a run. A recorded answer counts only where nothing tells what became of it when it came: what was
    judged and is judged again says nothing new.
    """
    counted = _without_replays(sorted(exchanges, key=lambda each: (each.at, each.run, each.number)))
    groups: dict[str, list[Exchange]] = {}
    for each in counted:
        groups.setdefault(group(each) or UNKNOWN, []).append(each)
    sent: dict[str, list[LedgerTry]] = {}
    for one in tries:
        sent.setdefault(group(one) or UNKNOWN, []).append(one)
    told = {one.run for each in sent.values() for one in each}
    first: dict[tuple[str, str], Exchange] = {}
    for each in counted:
        key = each.run, each.unit
        if key not in first or each.number < first[key].number:
            first[key] = each
    beginnings = [each for each in first.values() if each.outcome in _JUDGED]
    return tuple(
        _of_group(
            name,
            groups.get(name, []),
            [each for each in beginnings if (group(each) or UNKNOWN) == name],
            sent.get(name, []),
            told,
        )
        for name in sorted({*groups, *sent})
    )


def _of_group(
    name: str,
    exchanges: Sequence[Exchange],
    beginnings: Sequence[Exchange],
    tries: Sequence[LedgerTry],
    told: Collection[str],
) -> Figures:
    """Return a group's figures; `told` are the runs whose requests the ledger tells, which older ledgers did not."""
    judged = {(each.run, each.unit) for each in exchanges if each.outcome in _JUDGED}
    solved = {(each.run, each.unit) for each in exchanges if each.outcome == "passed"}
    asked = [each for each in exchanges if not each.recorded]
    # One request may bring several answers: what it cost stands with the request.
    paid: list[LedgerTry | Exchange] = [each for each in tries if each.outcome == "answered"]
    paid += [each for each in asked if each.run not in told]
    failed = Counter(each.reason or UNKNOWN for each in tries if each.outcome != "answered")
    return Figures(
        group=name,
        first=rate(sum(each.outcome == "passed" for each in beginnings), len(beginnings)),
        end=rate(len(solved), len(judged)),
        calls=len(asked),
        tokens=_sum([each.tokens for each in paid]),
        cost=_sum([each.cost for each in paid]),
        failed=dict(sorted(failed.items())),
        uncounted=sum(failed[reason] for reason in _MAY_HAVE_COST),
    )


def _sum(amounts: Sequence[_Amount | None]) -> _Amount | None:
    known = [amount for amount in amounts if amount is not None]
    return sum(known[1:], known[0]) if known and len(known) == len(amounts) else None


def _without_replays(exchanges: Iterable[Exchange]) -> list[Exchange]:
    judged: set[tuple[str, str | None]] = set()
    kept = []
    for each in exchanges:
        key = each.unit, each.request
        if not each.recorded or key not in judged:
            kept.append(each)
        if each.outcome in _JUDGED:
            judged.add(key)
    return kept
