"""Questions that a spec leaves open: the calls on which implementations disagree that no gate tells apart.

Who answers one decides between them. The question that is asked first is the one whose answer, whichever it is, leaves
the fewest pairs that still disagree; among equals the simplest call.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

from hatch_vibesafe.gates.differences import ENDED, ENDLESS, Runner, Shown, allowed_cases, case_size, shown_by
from hatch_vibesafe.gates.examination import Ground
from hatch_vibesafe.gates.unit_calls import Case, UnitCall, doctest_line, parameters_of
from hatch_vibesafe.spec.model import Spec

MOST_QUESTIONS = 5


@dataclass(frozen=True, slots=True)
class Rivals:
    """Implementations of one spec, and what each shows for the same calls.

    Attributes:
        spec: The spec.
        sources: The implementations, whole modules; the first is the one that would ship.
        cases: The calls.
        shown: What each implementation shows for each call; None where nothing can be said.
    """

    spec: Spec
    sources: tuple[str, ...]
    cases: tuple[Case, ...]
    shown: tuple[tuple[Shown | None, ...], ...]

    def call(self, place: int) -> str:
        """Return a call as a person writes it."""
        return doctest_line(self.spec, parameters_of(self.spec), self.cases[place].call).removeprefix(">>> ")

    def answers(self, place: int, living: Collection[int]) -> tuple[tuple[Shown, tuple[int, ...]], ...]:
        """Return what living rivals show for a call, each with those that show it, the most of them first."""
        groups: list[tuple[Shown, list[int]]] = []
        for number in sorted(living):
            shown = self.shown[number][place]
            if shown is None:
                continue
            known = next((rivals for other, rivals in groups if not shown.differs(other)), None)
            if known is None:
                groups.append((shown, [number]))
            else:
                known.append(number)
        return tuple((shown, tuple(rivals)) for shown, rivals in sorted(groups, key=lambda each: -len(each[1])))

    def after(self, place: int, answer: Shown, living: Collection[int]) -> frozenset[int]:
        """Return the rivals that are left once a call has an answer."""
        return frozenset(
            number for number in living if (shown := self.shown[number][place]) is None or not shown.differs(answer)
        )

    def question(self, living: Collection[int], asked: Collection[int] = ()) -> int | None:
        """Return the place of the call to ask about next; None where those that live agree on every call."""
        best: tuple[int, tuple[int, str], int] | None = None
        for place, case in enumerate(self.cases):
            if place in asked:
                continue
            answers = self.answers(place, living)
            if len(answers) < 2 or not all(_can_be_written(shown) for shown, _ in answers):  # noqa: PLR2004 - a choice
                continue
            pairs = sum(len(rivals) for _, rivals in answers) ** 2 - sum(len(rivals) ** 2 for _, rivals in answers)
            candidate = (-pairs, case_size(case), place)
            best = candidate if best is None else min(best, candidate)
        return None if best is None else best[2]


def rivals_of(spec: Spec, sources: Sequence[str], cases: Sequence[Case], ground: Ground) -> Rivals:
    """Return what implementations show for those of the calls that are within `Requires` and can be written down.

    An implementation that disagrees with itself says nothing about a call.
    """
    writable = [case for case in cases if _is_complete(case)]
    (allowed,) = allowed_cases([(spec, writable)], ground)
    runners = [Runner(spec, source, allowed) for source in sources]
    once, again = (shown_by(runners, ground) for _ in range(2))
    shown = tuple(
        tuple(_agreed(one, other) for one, other in zip(first, second, strict=True))
        for first, second in zip(once, again, strict=True)
    )
    return Rivals(spec, tuple(sources), allowed, shown)


Oracle = Callable[[Case], Shown | None]
"""Whoever answers: what is right for a call, or None for "I do not care"."""


def tightened(rivals: Rivals, oracle: Oracle, most: int = MOST_QUESTIONS) -> tuple[tuple[int, Shown | None], ...]:
    """Return the questions that an oracle was asked, by their places, with its answers."""
    living = frozenset(range(len(rivals.sources)))
    answered: dict[int, Shown | None] = {}
    while len(answered) < most and (place := rivals.question(living, answered)) is not None:
        answer = answered[place] = oracle(rivals.cases[place])
        if answer is not None:
            living = rivals.after(place, answer, living)
    return tuple(answered.items())


def example_lines(spec: Spec, call: UnitCall, answer: Shown) -> tuple[str, ...]:
    """Return the lines of the doctest that says what a call gives."""
    line = doctest_line(spec, parameters_of(spec), call)
    first = [">>> import asyncio"] if spec.is_async and not _imports_asyncio(spec) else []
    if answer.is_exception:
        return (*first, line, "Traceback (most recent call last):", answer.text)
    if answer.text == "None":
        return (*first, f"{line} is None", "True")
    return (*first, line, answer.text)


def condition_without(spec: Spec, call: UnitCall) -> str:
    """Return the condition of `Requires` that leaves one call out."""
    given = [(each.name, value) for each, value in zip(parameters_of(spec), call.values, strict=True)]
    if len(given) == 1:
        return f"{given[0][0]} != {given[0][1]}"
    return f"({', '.join(name for name, _ in given)}) != ({', '.join(value for _, value in given)})"


def _can_be_written(shown: Shown) -> bool:
    """Return whether an answer can stand in a doctest: one line, that says the same tomorrow."""
    hides = shown.text in {ENDLESS, ENDED} or "\n" in shown.text or " at 0x" in shown.text
    return not hides and not (shown.has_set and not shown.text.startswith(("{", "set(", "frozenset(")))


def _is_complete(case: Case) -> bool:
    """Return whether a call means the same wherever it stands: it uses nothing that an earlier example made."""
    return all(line.lstrip().startswith(("import ", "from ")) for line in case.setup)


def _agreed(one: Shown | None, other: Shown | None) -> Shown | None:
    if one is None or other is None or one.differs(other):
        return None
    return replace(one, beside="")  # what a call prints, or leaves of its arguments, no answer could say


def _imports_asyncio(spec: Spec) -> bool:
    return any("import asyncio" in example.source for example in spec.examples)
