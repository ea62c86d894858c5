"""Units that are methods: how they are called, and what of a class body does not hold for a function outside of it.

An implementation is a function of a module of its own. Python loads it while it makes the class, so that the class does
not exist yet; and in it neither `super()` nor a private name means what it means in a class body.
"""

import ast
from collections.abc import Iterator, Sequence
from itertools import chain

from hatch_vibesafe.spec.canonical import FunctionNode
from hatch_vibesafe.spec.decorator import Complaint
from hatch_vibesafe.spec.model import MethodKind
from hatch_vibesafe.spec.names import assigned_names, free_names, function_names
from hatch_vibesafe.spec.walking import walk

_KINDS: dict[str, MethodKind] = {
    "classmethod": "class",
    "staticmethod": "static",
    "property": "property",
    "cached_property": "property",
}


def method_kind(decorators: Sequence[ast.expr]) -> MethodKind:
    """Return how a method is called, by the decorators above ours."""
    names = [each.attr if isinstance(each, ast.Attribute) else getattr(each, "id", "") for each in decorators]
    return next((_KINDS[name] for name in names if name in _KINDS), "instance")


def bound_to_the_class(
    node: FunctionNode, pre_hole: Sequence[ast.stmt], classes: Sequence[ast.ClassDef], known: frozenset[str]
) -> Iterator[Complaint]:
    """Yield what of a method's head, and of the code before its hole, does not work outside of its class.

    Args:
        node: The method.
        pre_hole: The code before its hole.
        classes: The classes around it, outermost first.
        known: The names that its module binds.
    """
    for line, what in bound_to_a_class(chain([node.args], pre_hole)):
        yield Complaint(line, f"{what}, and an implementation stands outside of the class", "write it without")
    head = function_names(node, ()).chains
    in_class = set.union(*(assigned_names(each.body) for each in classes)) - known
    for name in sorted({each[0] for each in head} & in_class):
        what = f"the signature names {name}, which only the class body knows"
        yield Complaint(node.lineno, what, f"define {name} above the class")
    if (classes[0].name,) in {each[:1] for each in free_names(pre_hole).chains}:
        what = f"the code before the hole names {classes[0].name}, which does not exist yet while it is being made"
        yield Complaint(pre_hole[0].lineno, what, "write `type(self)`, or move what needs it into another function")


def bound_to_a_class(nodes: Iterator[ast.AST]) -> Iterator[tuple[int, str]]:
    """Yield the line and the words of what means something else in a class body than in a function outside of it."""
    for node in (found for each in nodes for found in walk(each)):
        match node:
            case ast.Call(func=ast.Name(id="super"), args=[]):
                yield node.lineno, "`super()` without arguments needs the class around it"
            case ast.Name(id="__class__"):
                yield node.lineno, "`__class__` is what a class body gives its methods"
            case ast.Attribute(attr=name) if name.startswith("__") and not name.endswith("__"):
                yield node.lineno, f"the private name `{name}` is another one within a class"
            case _:
                pass
