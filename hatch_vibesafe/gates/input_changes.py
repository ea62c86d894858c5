"""Values as source text, changed a little, or made simpler. Pure."""

import ast
import copy
from collections.abc import Iterator
from random import Random
from typing import TypeVar

from hatch_vibesafe.spec.walking import walk

Text = TypeVar("Text", str, bytes)

_Container = ast.List | ast.Tuple | ast.Set
_TEXTS = "aZ 0-é"


def changed(source: str, random: Random) -> str:
    """Return a value that differs from this one in one place; the same where there is nothing to change."""
    tree = ast.parse(source, mode="eval")
    places = [node for node in walk(tree) if _is_changeable(node)]
    if not places:
        return source
    _change(random.choice(places), random)
    return ast.unparse(tree)


def simpler(source: str) -> Iterator[str]:
    """Yield values that are simpler than this one, each in one place."""
    count = len(list(walk(ast.parse(source, mode="eval"))))
    seen = {source}
    for number in range(count):
        for way in range(_ways(_node(source, number)[1])):
            tree, node = _node(source, number)
            _simplify(node, way)
            text = ast.unparse(_WithoutPlus().visit(tree))
            if text not in seen:
                seen.add(text)
                yield text


class _WithoutPlus(ast.NodeTransformer):
    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.AST:
        return node.operand if isinstance(node.op, ast.UAdd) else node


def _node(source: str, number: int) -> tuple[ast.Expression, ast.AST]:
    tree = ast.parse(source, mode="eval")
    return tree, list(walk(tree))[number]


def _is_changeable(node: ast.AST) -> bool:
    match node:
        case ast.Constant(value=bool() | int() | float() | str() | bytes()):
            return True
        case _:
            return isinstance(node, _Container) and bool(node.elts)


def _change(node: ast.AST, random: Random) -> None:
    match node:
        case ast.Constant(value=bool() as value):
            node.value = not value
        case ast.Constant(value=int() as value):
            node.value = abs(random.choice((value + 1, value - 1, value * 2, value // 2, 0, 1, random.randint(0, 30))))
        case ast.Constant(value=float() as value):
            node.value = abs(random.choice((value + 1, value / 2, value * 3, 0.0, float(random.randint(0, 30)))))
        case ast.Constant(value=str() as value):
            node.value = _changed_text(value, random)
        case ast.Constant(value=bytes() as value):
            node.value = _changed_text(value.decode("latin-1"), random).encode("latin-1", "replace")
        case ast.List() | ast.Tuple() | ast.Set():
            _change_items(node, random)


def _changed_text(text: str, random: Random) -> str:
    if _is_number(text):
        return random.choice((f"{float(text) * random.randint(0, 9):.2f}", str(random.randint(0, 99)), "0"))
    place = random.randint(0, len(text))
    return random.choice(
        (
            text[:place] + text[place + 1 :],
            text[:place] + random.choice(_TEXTS) + text[place:],
            text[::-1],
            text + text,
            text.swapcase(),
            "",
        )
    )


def _change_items(node: _Container, random: Random) -> None:
    place = random.randrange(len(node.elts))
    match random.randrange(4):
        case 0 if not (isinstance(node, ast.Set) and len(node.elts) == 1):
            del node.elts[place]
        case 1:
            node.elts.insert(place, copy.deepcopy(random.choice(node.elts)))
        case 2:
            node.elts.reverse()
        case _:
            random.shuffle(node.elts)


def _ways(node: ast.AST) -> int:
    match node:
        case ast.Constant(value=int() | float() | str() | bytes() as value) if value:
            return 3
        case ast.List(elts=items) | ast.Tuple(elts=items) | ast.Set(elts=items):
            return 0 if isinstance(node, ast.Set) and len(items) == 1 else len(items)
        case ast.Dict(keys=keys):
            return len(keys)
        case ast.UnaryOp(op=ast.USub()):
            return 1
        case _:
            return 0


def _simplify(node: ast.AST, way: int) -> None:
    match node:
        case ast.Constant(value=bool()):
            node.value = False
        case ast.Constant(value=int() as value):
            node.value = (0, value // 2, value - 1)[way]
        case ast.Constant(value=float() as value):
            node.value = (0.0, float(int(value)), float(int(value / 2)))[way]
        case ast.Constant(value=str() as text):
            node.value = (str(int(float(text))) if way else "0") if _is_number(text) else _shorter(text, way)
        case ast.Constant(value=bytes() as content):
            node.value = _shorter(content, way)
        case ast.List(elts=items) | ast.Tuple(elts=items) | ast.Set(elts=items):
            del items[way]
        case ast.Dict(keys=keys, values=values):
            del keys[way], values[way]
        case ast.UnaryOp():
            node.op = ast.UAdd()


def _shorter(text: Text, way: int) -> Text:
    return (text[:0], text[: len(text) // 2], text[1:])[way]


def _is_number(text: str) -> bool:
    try:
        return abs(float(text)) < 1e12  # noqa: PLR2004 - larger ones are no amounts
    except ValueError:
        return False
