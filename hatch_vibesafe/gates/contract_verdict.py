"""What a call shows against a candidate, given what held before it, what it did and what holds after it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from hatch_vibesafe.gates.contract_sources import Sources
from hatch_vibesafe.gates.unit_calls import Case
from hatch_vibesafe.gates.values import Outcome, Raised
from hatch_vibesafe.spec.model import Clause

_TOO_MUCH = ("MemoryError", "RecursionError")


@dataclass(frozen=True, slots=True)
class Judged:
    """What came of one call.

    Attributes:
        case: The call.
        violation: What it shows against the candidate; empty where nothing.
        got: What came back or was raised, for people; empty where nothing did.
        unjudged: Why nothing can be said of it; empty where something can.
        broken: The clauses that it breaks.
    """

    case: Case
    violation: str = ""
    got: str = ""
    unjudged: str = ""
    broken: tuple[Clause, ...] = ()


@dataclass(frozen=True, slots=True)
class Before:
    """What holds before a call.

    Attributes:
        allowed: Whether it is within `Requires`.
        raising: The clauses of `Raises` whose condition holds.
        unknown: Why that cannot be told; empty where it can.
    """

    allowed: bool
    raising: tuple[Clause, ...] = ()
    unknown: str = ""


@dataclass(frozen=True, slots=True)
class Done:
    """What a candidate did with a call.

    Attributes:
        values: What it returned and what its arguments are like then, each as source text; None for an argument that
            cannot be carried over.
        raised: What it raised.
        got: What it returned, for people.
        uncarried: Why what it returned cannot be carried over.
        wrong: Why it is refused whatever the contract says.
        unjudged: Why nothing can be said of it.
    """

    values: tuple[str | None, ...] = ()
    raised: Raised | None = None
    got: str = ""
    uncarried: str = ""
    wrong: str = ""
    unjudged: str = ""


Answer = tuple[Outcome, object] | str
"""What an example showed, with its last value as data; or why there is no answer."""


@dataclass(frozen=True, slots=True)
class Judge:
    """Judges the calls of one candidate.

    Attributes:
        own: The unit's contract.
        kinds: The classes that each exception of the contract covers, by their full names.
    """

    own: Sources
    kinds: Mapping[str, frozenset[str]]

    def judged(self, case: Case, before: Before, done: Done, after: Answer) -> Judged:
        """Return what a call within `Requires` shows; `after` says which clauses of `Ensures` hold then."""
        if done.wrong or done.unjudged:
            return Judged(case, done.wrong, unjudged=done.unjudged)
        if done.raised is not None:
            return self._raise(case, before, done.raised)
        if before.raising:
            why = f"breaks `{before.raising[0].text}`: nothing was raised"
            return Judged(case, why, f"returned {done.got}", broken=before.raising)
        return self._return(case, done, after)

    def _raise(self, case: Case, before: Before, raised: Raised) -> Judged:
        got = f"raised {raised.text.strip()}"
        if raised.made_up:
            return Judged(case, "raises an exception that the implementation defines itself", got)
        if any(self._covers(clause, raised) for clause in before.raising):
            return Judged(case, got=got)
        if before.raising:
            return Judged(
                case, f"breaks `{before.raising[0].text}`: another exception was raised", got, broken=before.raising
            )
        declared = next((clause for clause in self.own.raises if self._covers(clause, raised)), None)
        if declared is not None:
            why = f"breaks `{declared.text}`: raised where this does not hold"
            return Judged(case, why, got, broken=(declared,))
        return self._unnamed_raise(case, raised, got)

    def _unnamed_raise(self, case: Case, raised: Raised, got: str) -> Judged:
        if raised.qualname in _TOO_MUCH:
            return Judged(case, unjudged=f"it {got}")
        is_expected = case.example is not None and case.example.exception is not None
        if is_expected or not (self.own.raises or self.own.requires):
            return Judged(case, got=got)  # the example, or nothing at all, speaks of it
        return Judged(case, "raises what the contract does not name, for a call within Requires", got)

    def _covers(self, clause: Clause, raised: Raised) -> bool:
        return f"{raised.module}.{raised.qualname}" in self.kinds[clause.exception]

    def _return(self, case: Case, done: Done, after: Answer) -> Judged:
        got = f"returned {done.got}"
        if not self.own.ensures:
            return Judged(case, got=got)
        if done.uncarried:
            return Judged(case, f"returns {done.uncarried}, and Ensures is checked on plain values only", got)
        match after:
            case str(why):
                return Judged(case, unjudged=f"the contract {why}")
            case (Outcome(raised=Raised() as raised), _):
                names = " and ".join(f"`{clause.text}`" for clause in self.own.ensures)
                why = f"breaks {names}: evaluating that raises {raised.text.strip()}"
                return Judged(case, why, got, broken=self.own.ensures)
            case (_, ["tuple", list(held)]) if len(held) == len(self.own.ensures):
                pairs = zip(self.own.ensures, held, strict=True)
                broken = {clause: truth for clause, truth in pairs if truth != ["bool", True]}
                return Judged(case, _breaks(broken), got, broken=tuple(broken))
            case _:
                return Judged(case, unjudged="the contract has no readable answer")


def _breaks(broken: Mapping[Clause, object]) -> str:
    """Return which clauses do not hold, and why those that could not be evaluated do not; nothing where all hold."""
    names = " and ".join(f"`{clause.text}`" for clause in broken)
    raised = [(clause, why) for clause, truth in broken.items() for why in _reason(truth)]
    if not raised:
        return f"breaks {names}" if broken else ""
    (clause, why), *_ = raised
    what = "that" if len(raised) == len(broken) else f"`{clause.text}`"
    return f"breaks {names}: evaluating {what} raises {why}"


def _reason(truth: object) -> tuple[str, ...]:
    match truth:
        case ["str", str(why)]:
            return (why,)
        case _:
            return ()
