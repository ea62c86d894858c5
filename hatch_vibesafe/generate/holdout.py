"""Examples that the model is not shown, so that an answer which only fits what it was shown is found out.

Which ones is decided by the spec hash: the same everywhere, and nothing that an answer could choose. An example is held
back only where its place is easily left empty: it is one call of the unit with a value, no name of another example, and
at least two others stay. A held-back example's expected value never reaches a prompt, also not with a refusal.
"""

import ast
import doctest
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from hatch_vibesafe.gates import doctests
from hatch_vibesafe.gates.verdict import Finding
from hatch_vibesafe.generate.function_repairs import repaired_function
from hatch_vibesafe.generate.python_text import parse
from hatch_vibesafe.identity import tagged_digest
from hatch_vibesafe.spec.model import Example, Spec
from hatch_vibesafe.spec.walking import walk

ENOUGH = 3
_LEAST_SHOWN = 2
_ONE_IN = 3
_UNTOLD = "an example that is not shown fails: follow the description for every input, not only for what is shown"
_EMPTY_LINES = re.compile(r"\n{3,}")


def usual_holdout(*, continues: bool) -> int:
    """Return of how many examples one is held back where the project does not say.

    A model that continues a begun answer is a small one: it needs every example, and learns none by heart.
    """
    return 0 if continues else _ONE_IN


def held_back(spec: Spec, one_in: int) -> tuple[int, ...]:
    """Return the numbers, from 1, of the examples that a model is not shown; none where `one_in` is 0.

    Args:
        spec: The spec.
        one_in: Of how many examples one is held back.
    """
    if one_in == 0 or len(spec.examples) < ENOUGH:
        return ()
    most = min(len(spec.examples) // one_in, len(spec.examples) - _LEAST_SHOWN)
    able = sorted(
        _able(spec), key=lambda number: tagged_digest("vibesafe-holdout/1", f"{spec.spec_hash}{number}".encode())
    )
    return tuple(sorted(able[:most]))


def shown_spec(spec: Spec, held: Collection[int]) -> Spec:
    """Return the spec as a model is shown it, without the held-back examples; its hash is that of the whole spec."""
    if not held:
        return spec
    lines: list[str | None] = [*spec.docstring.split("\n")]
    for number, example in enumerate(_parsed(spec), start=1):
        if number in held:
            length = example.source.count("\n") + example.want.count("\n")
            lines[example.lineno : example.lineno + length] = [None] * length
    docstring = _EMPTY_LINES.sub("\n\n", "\n".join(line for line in lines if line is not None)).strip("\n")
    examples = tuple(each for number, each in enumerate(spec.examples, start=1) if number not in held)
    return replace(spec, docstring=docstring, examples=examples)


def shown_findings(findings: Sequence[Finding], held: Collection[int]) -> tuple[Finding, ...]:
    """Return findings as a model may read them: of a held-back example only that there is one that fails."""
    told = (Finding(each.gate, 0, _UNTOLD) if doctests.example_of(each) in held else each for each in findings)
    return tuple(dict.fromkeys(told))


def shown_code(shown: Spec, implementation: str) -> str:
    """Return an implementation as a model may read it: with the docstring that it was shown."""
    tree = parse(implementation)
    return implementation if tree is None else repaired_function(shown, implementation, tree, generated=True).source


def _parsed(spec: Spec) -> list[doctest.Example]:
    """Return the examples with their places in the docstring; none where the two do not agree."""
    try:
        found = doctest.DocTestParser().get_examples(spec.docstring)
    except ValueError:
        return []
    same = [example.source for example in found] == [example.source for example in spec.examples]
    return found if same else []


def _able(spec: Spec) -> Iterator[int]:
    if not _parsed(spec):
        return
    sources = [example.source for example in spec.examples]
    assigned = {name for example in spec.examples for name in _assigned(example)}
    for number, example in enumerate(spec.examples, start=1):
        is_whole = example.exception is None and bool(example.want.strip())
        if is_whole and sources.count(example.source) == 1 and _is_call(example, spec.unit.name, assigned):
            yield number


def _is_call(example: Example, name: str, assigned: Collection[str]) -> bool:
    """Return whether an example is an expression that calls the unit and needs nothing of another example."""
    tree = parse(example.source)
    match None if tree is None else tree.body:
        case [ast.Expr(value=value)]:
            names = {node.id for node in walk(value) if isinstance(node, ast.Name)}
            return name in names and not names & set(assigned) and "_" not in names
        case _:
            return False


def _assigned(example: Example) -> Iterator[str]:
    tree = parse(example.source)
    for node in [] if tree is None else walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store()) | ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.alias(name=name, asname=alias):
                yield alias or name.partition(".")[0]
