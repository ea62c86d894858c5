"""Part of the structure gate: what only an example can have told. Pure.

Threat: a value that goes into an example and comes out of it again is one that the implementation is to pass on. Where
it stands in the code, and neither the text nor the project says it, the code passes on this one and no other. And a
result that neither text nor example shows was made up.
"""

import ast
import re
from collections.abc import Collection, Iterator, Sequence

from hatch_vibesafe.gates.cases import cases, strength
from hatch_vibesafe.gates.fact_tables import facts
from hatch_vibesafe.gates.folded import written_texts
from hatch_vibesafe.gates.verdict import Finding
from hatch_vibesafe.gates.wording import is_said, rules
from hatch_vibesafe.spec.canonical import FunctionNode
from hatch_vibesafe.spec.model import Spec
from hatch_vibesafe.spec.walking import walk

_SHORTEST = 3
_DECIMAL = re.compile(r"\bDecimal\b")
_FLOAT = re.compile(r"\bfloat\b")


def foreign_literals(tree: ast.Module, spec: Spec, gate: str) -> Iterator[Finding]:
    """Yield a finding for each literal that only an example can have told, and for each result that nothing shows."""
    text = rules(spec)
    own = "\n".join([spec.head, spec.pre_hole, *spec.header, *(each.source for each in spec.references)])
    texts = list(_texts(tree))
    known = facts(tree, cases(spec))
    for line, value in _put_together(tree, known):
        number = _passed_on(value, spec)
        if number and value not in own and not is_said(repr(value), text):
            yield Finding(gate, line, _told(f"{value!r}", number))
    yield from _letters(texts, text + own.casefold(), spec, gate)
    for function in tree.body:
        if isinstance(function, FunctionNode) and function.name == spec.unit.name:
            yield from _made_up(function, (text, own), spec, gate, known)
    types = "\n".join([spec.head, *(each.source for each in spec.references)])
    if _DECIMAL.search(types) and not _FLOAT.search(types):
        for node in walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "float":
                message = "makes a Decimal a float, which cannot hold its digits: compute with Decimal or with integers"
                yield Finding(gate, node.lineno, message)


def _told(shown: str, number: int) -> str:
    return (
        f"holds {shown}, which goes into example {number} and comes out of it, and which nothing else says: take it "
        "from the arguments; where this is a rule, the text of the docstring has to say it"
    )


def _texts(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield each text in the code that is no docstring, with its line."""
    said = {id(node.value) for node in walk(tree) if isinstance(node, ast.Expr)}
    for node in walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said:
            yield node.lineno, node.value


def _put_together(tree: ast.Module, known: Collection[int]) -> Iterator[tuple[int, str]]:
    """Yield each text in the code, those made of pieces too, with its line; what a table of facts holds is left out."""
    but = {id(node.value) for node in walk(tree) if isinstance(node, ast.Expr)} | {*known}
    yield from dict.fromkeys(written_texts([node for node in walk(tree) if id(node) not in but]))


def _inputs(source: str) -> frozenset[str]:
    """Return the texts in the source of an example."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return frozenset()
    return frozenset(value for _, value in _texts(tree))


def _passed_on(value: str, spec: Spec) -> int:
    """Return the number of the first example into which a text goes, and out of which it comes; 0 for none."""
    if len(value) < _SHORTEST or not value.strip():
        return 0
    for number, example in enumerate(spec.examples, start=1):
        if value in example.want and value in _inputs(example.source) and f"{spec.unit.name}(" in example.source:
            return number
    return 0


def _letters(texts: Sequence[tuple[int, str]], said: str, spec: Spec, gate: str) -> Iterator[Finding]:
    """Yield a finding where the letters beyond ASCII that the code holds are those of the examples, and no others."""
    held = {letter: line for line, value in texts for letter in value if letter.isalnum() and not letter.isascii()}
    shown = {letter for example in spec.examples for value in _inputs(example.source) for letter in value}
    if held and shown >= set(held) and not any(letter.casefold() in said for letter in held):
        letters = ", ".join(map(repr, sorted(held)))
        message = f"holds {letters} alone of all such letters, because an example does: tell by a rule which are meant"
        yield Finding(gate, min(held.values()), message)


def _made_up(
    function: FunctionNode, said: Sequence[str], spec: Spec, gate: str, known: Collection[int]
) -> Iterator[Finding]:
    places = (*said, "\n".join(f"{example.want}{example.source}" for example in spec.examples))
    for node in walk(function):
        if not isinstance(node, ast.Return) or node.value is None or id(node) in known:
            continue
        try:
            value = ast.literal_eval(node.value)
        except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
            continue
        if isinstance(value, bool) or not isinstance(value, int | float) or not (value == -1 or strength(repr(value))):
            continue
        shown = re.compile(rf"(?<![\w.]){re.escape(repr(value))}(?![\w.]\w)(?!\w)")
        if not any(shown.search(place) for place in places):
            message = (
                f"gives {value!r}, which neither the text of the docstring nor an example says: give what they say"
            )
            yield Finding(gate, node.lineno, message)
