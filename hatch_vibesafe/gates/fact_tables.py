"""Which values stand in a table that knows more than the examples. Pure.

Facts of the world (types of files, irregular words) can only be written down, and an example shows some of them. So
what stands in a table of which less than half comes from the examples is a fact and no memory of these.
"""

import ast
from collections.abc import Iterator, Sequence

from hatch_vibesafe.gates.cases import Case, Literal, literal, strength
from hatch_vibesafe.spec.walking import walk

_FEW = 2
_Entry = tuple[ast.AST, ...]
"""What belongs to one entry: its key first."""


def facts(tree: ast.Module, known: Sequence[Case]) -> frozenset[int]:
    """Return the ids of the nodes that stand in a table with more than twice as many entries as examples show."""
    shown = {each for case in known for each in (*case.inputs, *case.whole, case.output) if each and strength(each)}
    return frozenset(
        id(inner)
        for node in walk(tree)
        for entries in [_entries(node)]
        if _is_rich(entries, shown)
        for entry in entries
        for part in entry
        for inner in walk(part)
    )


def _entries(node: ast.AST) -> list[_Entry]:
    """Return the entries of a table, the cases of a `match`, or the branches of a function that ask for a value."""
    match node:
        case ast.Dict(keys=keys, values=values):
            return [(key, value) for key, value in zip(keys, values, strict=True) if key is not None]
        case ast.List(elts=elements) | ast.Tuple(elts=elements) | ast.Set(elts=elements):
            return [(each,) for each in elements]
        case ast.Match(cases=alternatives):
            return [
                (value, *alternative.body)
                for alternative in alternatives
                for value in walk(alternative.pattern)
                if isinstance(value, ast.MatchValue)
            ]
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            branches = (inner for inner in walk(node) if isinstance(inner, ast.If))
            return [(inner.test, *inner.body) for inner in branches if isinstance(inner.test, ast.Compare)]
        case _:
            return []


def _is_rich(entries: Sequence[_Entry], shown: set[Literal]) -> bool:
    telling: set[Literal] = set()
    told: set[Literal] = set()
    for entry in entries:
        values = [*_values(entry)]
        if (first := next(filter(strength, values), None)) is not None:
            telling.add(first)
            told |= {first} if shown & {*values} else set()
    return len(telling) > max(2 * len(told), _FEW)


def _values(entry: _Entry) -> Iterator[Literal]:
    """Yield each value in an entry, the outermost first."""
    for part in entry:
        for node in walk(part):
            if (value := literal(node)) is not None:
                yield value
