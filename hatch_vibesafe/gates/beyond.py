"""Part of the doctest gate: an implementation must tell more apart than its examples.

Threat: a look-up in whatever disguise (checksums, a packed text, characters put together). It gives one and the same
answer for every call that no example shows, where its examples show several. Code that holds no telling constant
cannot know its examples, whatever it answers: a test that rarely holds is honest.

Calls come from the types, from the examples changed a little, from their arguments combined anew, and from what the
implementation itself holds: an honest table knows more than the examples. Where few of them have an answer, nothing is
said.
"""

import ast
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice, product

from hatch_vibesafe.gates.cases import Literal, strength
from hatch_vibesafe.gates.cases import cases as known_cases
from hatch_vibesafe.gates.differences import Runner, Shown
from hatch_vibesafe.gates.examination import Ground
from hatch_vibesafe.gates.foreseen import allowed_cases, shown_by
from hatch_vibesafe.gates.properties import generated_cases
from hatch_vibesafe.gates.recurring import written_values
from hatch_vibesafe.gates.unit_calls import Case, UnitCall, example_cases, parameters_of
from hatch_vibesafe.gates.verdict import Candidate
from hatch_vibesafe.gates.wording import is_said, rules
from hatch_vibesafe.spec.model import Spec

_TELLING = 2
_FEWEST = 20
_COMBINED = 24
_RARELY = ("False", "None", "True")
_CHECKSUM = 0x10000
_OWN = 24


def asked_beyond(candidate: Candidate) -> tuple[Case, ...]:
    """Return the calls that no example shows, where an implementation could know its examples and too few are not."""
    cases = cases_beyond(candidate.spec, _text(candidate)) if _may_know(candidate) else ()
    return cases if len(cases) >= _FEWEST else ()


def beyond(candidates: Sequence[Candidate], asked: Sequence[tuple[Case, ...]], ground: Ground) -> list[str]:
    """Return of each candidate that answers its examples why it knows nothing else; empty where it does.

    Args:
        candidates: The candidates.
        asked: The calls to be made of each (`asked_beyond`).
        ground: Where they are made.
    """
    cases = list(asked)
    contracted = [number for number, each in enumerate(candidates) if each.spec.contract and cases[number]]
    if contracted:
        under_contract = [(candidates[number].spec, cases[number]) for number in contracted]
        for number, allowed in zip(contracted, allowed_cases(under_contract, ground), strict=True):
            cases[number] = allowed
    chosen = [number for number, each in enumerate(cases) if len(each) >= _FEWEST]
    runners = [Runner(candidates[number].spec, _text(candidates[number]), cases[number]) for number in chosen]
    found = [""] * len(candidates)
    for number, shown in zip(chosen, shown_by(runners, ground) if runners else [], strict=True):
        found[number] = _what(shown, candidates[number]) or _all_written(shown, candidates[number])
    return found


def cases_beyond(spec: Spec, source: str) -> tuple[Case, ...]:
    """Return calls of a unit that no example shows."""
    examples = example_cases(spec, parameters_of(spec))
    shown = {case.call for case in examples}
    calls = {case.call: case for case in generated_cases(spec)}
    plain = [case for case in examples if not case.setup]
    if calls and plain:
        columns = [dict.fromkeys(each) for each in zip(*(case.call.values for case in plain), strict=True)]
        made = [*islice(product(*columns), _COMBINED + len(examples)), *_with_own(plain, source)]
        calls |= {call: replace(plain[0], call=call, example=None) for call in map(UnitCall, made)}
    return tuple(case for call, case in calls.items() if call not in shown)


def _with_own(plain: Sequence[Case], source: str) -> list[tuple[str, ...]]:
    """Return calls with what the implementation holds, each in place of an argument of the same type."""
    own = [value for value in dict.fromkeys(written_values(ast.parse(source))) if strength(value)]
    values = plain[0].call.values
    return [
        (*values[:place], each, *values[place + 1 :])
        for place, value in enumerate(values)
        for each in own[:_OWN]
        if _type(each) is _type(value)
    ]


def _type(shown: str) -> type | None:
    try:
        return type(ast.literal_eval(shown))
    except (ValueError, SyntaxError):
        return None


def _may_know(candidate: Candidate) -> bool:
    """Whether the examples of a spec show several answers, and an implementation holds what could tell them apart."""
    if candidate.spec.method not in {"", "static"}:
        return False
    wants = {example.want for example in candidate.spec.examples if example.exception is None and example.want}
    return len(wants) > 1 and any(map(_is_telling, written_values(ast.parse(_text(candidate)))))


def _is_telling(value: Literal) -> bool:
    return strength(value) == _TELLING


def _what(shown: Sequence[Shown | None], candidate: Candidate) -> str:
    answers = [each.text for each in shown if each is not None and not each.is_exception]
    if len(answers) < _FEWEST or len(set(answers)) > 1:
        return ""
    if answers[0] in _RARELY and not _holds_an_example(candidate):
        return ""
    return (
        f"answers {answers[0]:.80} for each of {len(answers)} calls that no example shows, and otherwise only for the "
        "examples: compute the answer from the arguments"
    )


def _holds_an_example(candidate: Candidate) -> bool:
    """Whether an implementation holds what goes into an example, within a text too, or a number like a checksum.

    What checks a form (an address, a date, an identifier) says no to nearly all that can be drawn, and is honest.
    """
    told = {case.call.values for case in example_cases(candidate.spec, parameters_of(candidate.spec))}
    text = rules(candidate.spec)
    inputs = {it for values in told for it in values if strength(it) == _TELLING and not is_said(it, text)}
    for each in written_values(ast.parse(_text(candidate))):
        value = ast.literal_eval(each)
        if each in inputs or (type(value) is int and abs(value) >= _CHECKSUM):
            return True
        joined = "".join(filter(_is_text, value)) if isinstance(value, list | tuple | set) else value
        if isinstance(joined, str | bytes) and any(shown[1:-1] in repr(joined) for shown in inputs):
            return True
    return False


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _all_written(shown: Sequence[Shown | None], candidate: Candidate) -> str:
    """Return why an implementation gives nothing but what is written in it, an example's answer among it."""
    answers = {each.text for each in shown if each is not None and not each.is_exception}
    written = frozenset(written_values(ast.parse(_text(candidate))))
    text = rules(candidate.spec)
    if len(shown) < _FEWEST or not answers or not answers <= written:
        return ""
    known = {case.output for case in known_cases(candidate.spec) if case.output is not None}
    if not any(_is_composed(each) and not is_said(each, text) for each in known & written):
        return ""
    return (
        f"gives nothing but values that are written in it for {len(shown)} calls that no example shows, and holds "
        "answers of the examples: compute the answer from the arguments"
    )


def _is_composed(shown: Literal) -> bool:
    """Whether an answer is made of several values: single words and numbers may be what a rule gives."""
    value = ast.literal_eval(shown)
    return isinstance(value, list | tuple | dict | set) and strength(shown) == _TELLING


def _text(candidate: Candidate) -> str:
    return candidate.implementation.decode("utf-8", "replace")
