"""What makes a spec weak, before anything is spent on it: a warning each, never a refusal. Pure."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from hatch_vibesafe.problems import Problem
from hatch_vibesafe.spec.example_arguments import arguments_of_another_type
from hatch_vibesafe.spec.impossible_examples import impossible_examples
from hatch_vibesafe.spec.model import Example, Spec, asks
from hatch_vibesafe.spec.parsed import head_of, literal, literal_of, parsed
from hatch_vibesafe.spec.plain_types import plain_types

ENOUGH_EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class _Call:
    """An example that is nothing but a call of the unit.

    Its number, its line, the call, what it passes in one spelling, what it gives and that in one spelling, and whether
    its arguments are all literals.
    """

    number: int
    line: int
    source: str
    passes: str
    gives: str
    meant: str
    is_literal: bool


def weaknesses(spec: Spec) -> tuple[Problem, ...]:
    """Return what to know about a spec whose examples decide little, contradict each other or its types.

    A spec without any example is told elsewhere.
    """
    head = head_of(spec)
    calls = _all_calls(spec, head)
    told = (*_few(spec), *_alike(spec, calls), *_contradicting(spec, calls), *_of_another_type(spec, head, calls))
    return (*told, *arguments_of_another_type(spec), *impossible_examples(spec))


def contradictions(spec: Spec) -> tuple[Problem, ...]:
    """Return why no implementation can be right: one call with two results, or a result that the type forbids.

    Told is only what is certain: calls of literals, in a spec that refers to nothing which could have changed between
    them, compared without doctest options; and never that a flag stands for a number, which it may.
    """
    head = head_of(spec)
    calls = _all_calls(spec, head)
    is_certain = not spec.references and all(call.is_literal for call in calls)
    has_options = any(example.options for example in spec.examples)
    contradicting = _contradicting(spec, calls) if is_certain and not has_options else ()
    return (*contradicting, *_of_another_type(spec, head, calls, certainly=True), *impossible_examples(spec))


def _few(spec: Spec) -> Iterator[Problem]:
    kind = spec.options.kind
    told = sum(spec.unit.name in example.source or asks(kind, [example]) for example in spec.examples)
    if 0 < told < ENOUGH_EXAMPLES:
        what = f"the spec has only {told} example{'s' if told > 1 else ''} of {spec.unit.name}"
        remedy = (
            f"add examples until there are {ENOUGH_EXAMPLES} at least: a border, an empty input, one that goes wrong"
        )
        yield Problem(spec.where, f"{what}: many wrong implementations pass them", remedy)


def _alike(spec: Spec, calls: list[_Call]) -> Iterator[Problem]:
    if len(calls) > 1 and len(calls) == len(spec.examples) and len({call.gives for call in calls}) == 1:
        what = f"all {len(calls)} examples expect the same, {_short(calls[0].gives)}: whoever always gives that passes"
        yield Problem(spec.where, what, "add an example that expects something else")


def _contradicting(spec: Spec, calls: list[_Call]) -> Iterator[Problem]:
    """Yield a problem for each call that is expected to give two things; what happens in between may not change it."""
    if len(calls) != len(spec.examples):
        return
    first: dict[str, _Call] = {}
    for call in calls:
        before = first.setdefault(call.passes, call)
        if before.meant != call.meant:
            what = (
                f"example {call.number} expects {_short(call.gives)} of {call.source} "
                f"and example {before.number} expects {_short(before.gives)}"
                + ("" if before.source == call.source else f" of {before.source}, which is the same call")
            )
            yield Problem(f"{spec.path}:{call.line}  {spec.unit}", what, "correct one of the two")


def _of_another_type(spec: Spec, head: ast.stmt, calls: list[_Call], *, certainly: bool = False) -> Iterator[Problem]:
    annotation = head.returns if calls and isinstance(head, ast.FunctionDef) else None
    types = plain_types(annotation)
    # What returns nothing may print what looks like a value.
    if annotation is None or not types or (certainly and type(None) in types):
        return
    for call in calls:
        example = spec.examples[call.number - 1]
        if example.exception is not None or not example.want.strip() or (certainly and example.options):
            continue
        found = literal(example.want.strip())
        if found is None:
            continue
        value = found.value
        is_flag_for_number = isinstance(value, bool) and bool not in types and not certainly
        if not isinstance(value, types) or is_flag_for_number:
            returns = ast.unparse(annotation)
            what = f"example {call.number} expects {_short(call.gives)}, and the spec is to return {returns}"
            yield Problem(f"{spec.path}:{call.line}  {spec.unit}", what, "correct the example or the annotation")


def _all_calls(spec: Spec, head: ast.stmt) -> list[_Call]:
    numbered = enumerate(spec.examples, start=1)
    return [call for number, example in numbered for call in _calls(number, example, spec, head)]


def _calls(number: int, example: Example, spec: Spec, head: ast.stmt) -> Iterator[_Call]:
    tree = parsed(example.source)
    match [] if tree is None else tree.body:
        case [ast.Expr(value=ast.Call(func=ast.Name(id=name)) as call)] if name == spec.unit.name:
            passes, gives = _passes(call, spec, head), _gives(example)
            yield _Call(number, example.line, ast.unparse(call), passes, gives, _meant(gives), _is_literal(call))


def _passes(call: ast.Call, spec: Spec, head: ast.stmt) -> str:
    """Return what a call passes, each argument by its parameter's name with the literal defaults filled in.

    The call as it is where that cannot be told from the text.
    """
    if not isinstance(head, ast.FunctionDef | ast.AsyncFunctionDef):
        return ast.unparse(call)
    of_head = head.args
    named = [*of_head.posonlyargs, *of_head.args][1 if spec.method else 0 :]
    starred = any(isinstance(each, ast.Starred) for each in call.args) or any(not each.arg for each in call.keywords)
    if starred or of_head.vararg or of_head.kwarg or len(call.args) > len(named):
        return ast.unparse(call)
    passed = {name.arg: value for name, value in zip(named, call.args, strict=False)}
    passed |= {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}
    defaults = dict(zip([name.arg for name in reversed(named)], reversed(of_head.defaults), strict=False))
    defaults |= {
        name.arg: value
        for name, value in zip(of_head.kwonlyargs, of_head.kw_defaults, strict=True)
        if value is not None
    }
    passed |= {name: value for name, value in defaults.items() if name not in passed and literal_of(value) is not None}
    return repr(sorted((name, ast.unparse(value)) for name, value in passed.items()))


def _is_literal(call: ast.Call) -> bool:
    """Return whether nothing that happened before a call could change its arguments."""
    return all(
        literal_of(argument) is not None for argument in (*call.args, *(keyword.value for keyword in call.keywords))
    )


def _gives(example: Example) -> str:
    """Return what is expected in one spelling."""
    if example.exception is not None:
        return example.exception
    found = literal(example.want.strip())
    return example.want.strip() if found is None else repr(found.value)


def _meant(text: str) -> str:
    """Return a value's text with the elements of sets in one order: a doctest takes them in any."""
    found = literal(text)
    return text if found is None else _ordered(found.value)


def _ordered(value: object) -> str:
    match value:
        case set():
            return f"{{{', '.join(sorted(map(_ordered, value)))}}}"
        case list() | tuple():
            return f"{type(value).__name__}({', '.join(map(_ordered, value))})"
        case dict():
            return f"dict({', '.join(f'{_ordered(key)}: {_ordered(each)}' for key, each in value.items())})"
        case _:
            return repr(value)


def _short(text: str) -> str:
    return text if len(text) <= len("0123456789") * 6 else f"{text[:57]}..."
