"""Part of the structure gate: the examples of the spec must not come back as branches or tables. Pure.

Threat: an implementation that knows the examples' answers passes every example and is right nowhere else. What the text
of the docstring says itself is a rule and no example; what base cases are made of (0, 1, "") is nobody's.
"""

import ast
from collections.abc import Iterator, Sequence

from hatch_vibesafe.gates.cases import Case, Literal, cases, strength
from hatch_vibesafe.gates.digests import digests
from hatch_vibesafe.gates.look_ups import Entry, LookUp, constants_only, look_ups, results
from hatch_vibesafe.gates.recurring import recurring
from hatch_vibesafe.gates.verdict import Finding
from hatch_vibesafe.gates.wording import is_said, rules
from hatch_vibesafe.spec.canonical import FunctionNode
from hatch_vibesafe.spec.model import Spec
from hatch_vibesafe.spec.walking import walk

_STRONG = 2
_LARGE = 1000
_RATE = 3
_SURELY_MADE = 6
_MANY = 3
_REMEDY = "compute the answer from the arguments; where this is a rule, the text of the docstring has to say it"


def cheats(tree: ast.Module, spec: Spec, gate: str) -> Iterator[Finding]:
    """Yield a finding for each place where an implementation knows the answers of its examples by heart."""
    known = cases(spec)
    if not known or any(_is_missing_key(case, spec) for case in known):
        return
    text = rules(spec)
    found: dict[int, set[int]] = {}
    constants = _constants(tree, spec)
    covered = {case.number for case in known if case.output in constants}
    by_heart: list[tuple[Entry, Case]] = []
    told: set[Literal] = set()
    matched: set[Literal] = set()
    for look_up in look_ups(tree):
        matches = _matches(look_up, known)
        covered |= {case.number for _, case in matches}
        matched |= {entry.key for entry, _ in matches if strength(entry.key)}
        matches = [(entry, case) for entry, case in matches if not _is_rule(entry.key, text)]
        by_heart += matches
        telling = {entry.key for entry in look_up if strength(entry.key)}
        keys = {entry.key for entry, _ in matches}
        told |= telling if keys else set()
        if any(strength(key) == _STRONG for key in keys) and 2 * len(keys) >= len(telling):
            found.setdefault(min(entry.line for entry, _ in matches), set()).update(case.number for _, case in matches)
        by_digest = [] if keys else _digested(look_up, known, text)
        if by_digest:
            found.setdefault(by_digest[0][0].line, set()).update(case.number for _, case in by_digest)
    for line, numbers in sorted(found.items()):
        yield Finding(gate, line, f"knows the answer of {_listed(numbers)} by heart: {_REMEDY}")
    if found:
        return
    wanted = {case.output for case in known}
    covers_all = covered == {case.number for case in known}
    always = len(constants) == 1 and _ignores_arguments(tree, spec)
    is_made = always or any(_is_computed(shown, text) and not _is_kind(shown, known) for shown in constants)
    if constants and constants <= wanted and covers_all and is_made:
        yield Finding(gate, 0, f"gives nothing but the answers of {_listed(covered)}: {_REMEDY}")
        return
    if by_heart and covers_all and _is_telling(by_heart, matched, told):
        line = min(entry.line for entry, _ in by_heart)
        yield Finding(gate, line, f"has a branch of its own for {_listed(covered)}, which are all: {_REMEDY}")
        return
    answers = list(_answers(tree, known, text, gate))
    yield from answers
    told_in_words = {case.number for case in known if any(is_said(shown, text) for shown in case.whole)}
    if not answers and (back := recurring(tree, [case for case in known if case.number not in told_in_words])):
        yield Finding(gate, 0, f"holds what goes into {_listed(set(back))} and what comes out: {_REMEDY}")


def _is_missing_key(case: Case, spec: Spec) -> bool:
    """Whether an example shows the error of a table that does not hold an argument: such a unit is to be a table."""
    shown = (spec.examples[case.number - 1].exception or "").partition(":")
    return case.exception == "KeyError" and shown[2].strip() in case.whole


def _is_rule(key: Literal, text: str) -> bool:
    """Whether the words of a docstring say a value, or each word of which it is put together."""
    if is_said(key, text):
        return True
    value = ast.literal_eval(key) if key.startswith("(") else ()
    return bool(value) and all(isinstance(each, str) and each.isalpha() and is_said(repr(each), text) for each in value)


def _unit(tree: ast.Module, spec: Spec) -> FunctionNode | None:
    found = (node for node in tree.body if isinstance(node, FunctionNode) and node.name == spec.unit.name)
    return next(found, None)


def _constants(tree: ast.Module, spec: Spec) -> frozenset[Literal]:
    function = _unit(tree, spec)
    return frozenset() if function is None else constants_only(function) - {"None"}


def _ignores_arguments(tree: ast.Module, spec: Spec) -> bool:
    """Whether the unit has parameters, and its body never looks at one."""
    function = _unit(tree, spec)
    if function is None:
        return False
    parameters = {node.arg for node in walk(function.args) if isinstance(node, ast.arg)}
    read = {node.id for statement in function.body for node in walk(statement) if isinstance(node, ast.Name)}
    return bool(parameters) and not parameters & read


def _is_telling(by_heart: Sequence[tuple[Entry, Case]], matched: set[Literal], told: set[Literal]) -> bool:
    """Whether these are more than base cases, and more than a few entries of a long table."""
    keys = {entry.key for entry, _ in by_heart if strength(entry.key)}
    if 2 * len(matched) <= len(told):
        return False
    return len(keys) > 1 or any(
        entry.key in keys and strength(entry.key) + strength(case.output or "None") > _STRONG
        for entry, case in by_heart
    )


def _matches(look_up: LookUp, known: Sequence[Case]) -> list[tuple[Entry, Case]]:
    return [
        (entry, case) for entry in look_up for case in known if _is_input(entry.key, case) and _is_answer(entry, case)
    ]


def _digested(look_up: LookUp, known: Sequence[Case], text: str) -> list[tuple[Entry, Case]]:
    """Return what tells examples apart by their sizes, sums and checksums, where a look-up knows nothing else."""
    telling = {entry.key for entry in look_up if strength(entry.key) and not is_said(entry.key, text)}
    is_strong = any(strength(key) == _STRONG for key in telling)
    if not is_strong and len(telling) < _MANY:
        return []
    made = {case: digests(case) for case in known}
    found = [
        (entry, case)
        for entry in look_up
        for case in known
        if entry.key in telling and entry.key in made[case] and not entry.is_open and _is_answer(entry, case)
    ]
    numbers = {case.number for _, case in found}
    is_large = any(len(entry.key) > _SURELY_MADE for entry, _ in found)
    is_all = numbers == {case.number for case in known}
    is_enough = is_large or (len(numbers) > 1 and (is_strong or is_all))
    return found if {entry.key for entry, _ in found} == telling and is_enough else []


def _is_input(key: Literal, case: Case) -> bool:
    if key in case.whole or key in case.inputs:
        return True
    value = ast.literal_eval(key) if key.startswith(("(", "[")) else None
    if not isinstance(value, tuple | list) or not value:
        return False
    return all(repr(each) in case.inputs for each in value) and any(strength(repr(each)) == _STRONG for each in value)


def _is_whole(key: Literal, case: Case) -> bool:
    """Whether a value is all that goes into an example, or all literals of it."""
    if key in case.whole:
        return True
    value = ast.literal_eval(key)
    return isinstance(value, tuple | list) and len(value) > 1 and frozenset(map(repr, value)) <= case.inputs


def _is_answer(entry: Entry, case: Case) -> bool:
    """Whether what is given for a value is what the example says; where either cannot be read, it is taken for it."""
    if case.exception:
        return f"raise {case.exception}" in entry.results
    if case.output is None:
        return bool(entry.results) and strength(entry.key) == _STRONG and _is_whole(entry.key, case)
    if entry.is_open:
        return strength(entry.key) == _STRONG and entry.key in case.whole
    return case.output in entry.results


def _answers(tree: ast.Module, known: Sequence[Case], text: str, gate: str) -> Iterator[Finding]:
    """Yield a finding where most of what is given as it stands are answers of examples, whatever tells them apart."""
    shown_by = {shown: case.number for case in known for shown in (case.output, *case.items) if shown is not None}
    wanted = {it: number for it, number in shown_by.items() if _is_computed(it, text) and not _is_kind(it, known)}
    readable = {case.output for case in known if case.output is not None}
    given = [(line, shown) for line, shown in results(tree) if strength(shown)]
    taken = {shown: line for line, shown in given if shown in wanted}
    if len(taken) >= 2 and 2 * len(taken) >= len(readable) and 2 * len(taken) > len({shown for _, shown in given}):  # noqa: PLR2004 - half
        numbers = {wanted[shown] for shown in taken}
        line = min(taken.values())
        yield Finding(gate, line, f"gives the answers of {_listed(numbers)} as they stand there: {_REMEDY}")


def _is_computed(shown: Literal, text: str) -> bool:
    """Whether an answer is made of arguments: single words and small numbers may be names and rates."""
    if strength(shown) < _STRONG or is_said(shown, text):
        return False
    value = ast.literal_eval(shown)
    if isinstance(value, int):
        return abs(value) >= _LARGE
    return not (isinstance(value, str) and value.isalpha())


def _is_kind(shown: Literal, known: Sequence[Case]) -> bool:
    """Whether this is a number of a few digits, where examples share answers: a rate or price of a kind of things."""
    if not isinstance(ast.literal_eval(shown), float) or len(shown.strip("-0.").replace(".", "")) > _RATE:
        return False
    return len({case.output for case in known}) < len(known)


def _listed(numbers: set[int]) -> str:
    return f"example{'s' if len(numbers) > 1 else ''} {', '.join(map(str, sorted(numbers)))}"
