"""Finds examples that come back in the code in whatever form: what goes in, as value or text, and what comes out.

Threat: a look-up that no branch and no table shows: entries of a packed text, a comparison of a text's beginning.
Nobody who computes an answer has to write a telling input down, let alone with its answer, let alone those of most
examples. Pure.
"""

import ast
from collections.abc import Collection, Iterator, Sequence

from hatch_vibesafe.gates.cases import Case, Literal, literal, strength
from hatch_vibesafe.gates.fact_tables import facts
from hatch_vibesafe.spec.walking import walk

_STRONG = 2
_SHORTEST_TEXT = 5
_SHORTEST_PIECE = 3


def recurring(tree: ast.Module, known: Sequence[Case]) -> frozenset[int]:
    """Return the numbers of the examples that come back, where those are most of them; else nothing.

    One counts where its arguments stand in the code, or more than half of the text that shows them, and its answer too.
    What a table of facts holds beside does not count.
    """
    readable = [case for case in known if case.whole and case.output is not None]
    values = frozenset(written_values(tree, facts(tree, known)))
    texts = [value for value in map(ast.literal_eval, values) if isinstance(value, str)]
    found = [case for case in readable if case.output in values and _comes_back(case, values, texts)]
    inputs = {case.whole for case in found}
    is_most = len(inputs) >= _STRONG and 2 * len(inputs) >= len({case.whole for case in readable})
    return frozenset(case.number for case in found) if is_most else frozenset()


def written_values(tree: ast.Module, but: Collection[int] = frozenset()) -> Iterator[Literal]:
    """Yield each value that is written out, but for docstrings and some nodes; what is in another one too."""
    said = {id(node.value) for node in walk(tree) if isinstance(node, ast.Expr)} | {*but}
    for node in walk(tree):
        if isinstance(node, ast.expr) and id(node) not in said and (shown := literal(node)) is not None:
            yield shown


def _comes_back(case: Case, values: frozenset[Literal], texts: Sequence[str]) -> bool:
    if any(shown in values for shown in case.whole if strength(shown) == _STRONG and len(shown) >= _SHORTEST_TEXT):
        return True
    for shown in case.whole:
        value = ast.literal_eval(shown)
        text = value if isinstance(value, str) else shown
        if len(text) >= _SHORTEST_TEXT and any(_is_piece(each, text) or text in each for each in texts):
            return True
    return False


def _is_piece(part: str, text: str) -> bool:
    return len(part) >= _SHORTEST_PIECE and 2 * len(part) > len(text) and part in text
