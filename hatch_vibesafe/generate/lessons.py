"""What repeated refusals teach: short rules that a person may approve. Pure.

Nothing enters a prompt from here by itself: the words are taken from what tools said of answers.
"""

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from hatch_vibesafe.gates.verdict import Finding
from hatch_vibesafe.generate.candidates import KeptCandidate
from hatch_vibesafe.identity import UnitId
from hatch_vibesafe.lessons_config import is_lesson
from hatch_vibesafe.spec.lessons import Lesson, lessons_for

OFTEN = 3
_RULES: tuple[tuple[str, str, Callable[[re.Match[str]], str]], ...] = (
    (
        "types",
        r'Incompatible return value type \(got "([^"]+)", expected "([^"]+)"\)',
        lambda found: f"Return {found[2]} where the signature says so, not {found[1]}.",
    ),
    ("types", r'Name "(\w+)" is not defined', lambda found: f"Import or define {found[1]} before it is used."),
    ("types", r"Missing return statement", lambda _: "Return a value on every path."),
    (
        "types",
        r'Missing type (?:arguments|parameters) for generic type "([^"]+)"',
        lambda found: f"Write {found[1]} with its type arguments.",
    ),
    (
        "types",
        r"Function is missing a (?:return )?type annotation",
        lambda _: "Annotate every parameter and every result, of helper functions too.",
    ),
    (
        "structure",
        r"knows the answer of examples? ",
        lambda _: "Compute the result from the arguments; never compare them with those of the examples.",
    ),
    ("structure", r"changes `\w+`, which the next call would see", lambda _: "Keep nothing from one call to the next."),
)
_EXPECTED = re.compile(r"\nexpected\n(?P<want>.+?)\ngot\n(?P<got>.+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A rule that refusals suggest.

    Attributes:
        lesson: The rule, for the units in which it was broken.
        times: In how many different candidates.
        seen: One refusal, as the gate said it.
    """

    lesson: Lesson
    times: int
    seen: str


def proposals(candidates: Iterable[KeptCandidate], approved: Iterable[Lesson]) -> tuple[Proposal, ...]:
    """Return the rules that were broken often, or in several units, the most broken first.

    Of an approved rule, in whatever words, only what units broke that it is not for: they are proposed for it too.
    """
    known = tuple(approved)
    broken: dict[str, list[tuple[KeptCandidate, Finding]]] = {}
    for candidate in candidates:
        told = {text: finding for finding in candidate.findings for text in _rules(finding)}
        for text, finding in told.items():
            if not lessons_for(candidate.unit, [each for each in known if each.is_in_other_words(text)]):
                broken.setdefault(text, []).append((candidate, finding))
    found = [
        Proposal(Lesson(text, _units(places)), len(places), _line(places[0][1]))
        for text, places in broken.items()
        if is_lesson(text) and (len(places) >= OFTEN or len(_units(places)) > 1)
    ]
    return tuple(sorted(found, key=lambda each: (-each.times, each.lesson.text)))


def _units(places: Sequence[tuple[KeptCandidate, Finding]]) -> tuple[str, ...]:
    units: set[UnitId] = {candidate.unit for candidate, _ in places}
    return tuple(str(unit) for unit in sorted(units))


def _rules(finding: Finding) -> Iterator[str]:
    for gate, pattern, rule in _RULES:
        matched = re.search(pattern, finding.message) if finding.gate == gate else None
        if matched is not None:
            yield rule(matched)
    if finding.gate == "doctests":
        yield from _wrong_type(finding.message)
    if finding.gate == "lint":
        yield f"Write nothing that ruff refuses as: {_line(finding)}"


def _wrong_type(message: str) -> Iterator[str]:
    matched = _EXPECTED.search(message)
    wanted, got = (_type(matched["want"]), _type(matched["got"])) if matched else ("", "")
    if wanted and got and wanted != got:
        yield f"Return {wanted}, not {got}, where the examples show {wanted}."


def _type(text: str) -> str:
    try:
        return type(ast.literal_eval(text.strip())).__name__
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        return ""


def _line(finding: Finding) -> str:
    return " ".join(finding.message.split())
