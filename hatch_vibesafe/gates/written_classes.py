"""What a class of the project is made of, by its source: its fields with their types. Pure."""

import ast
from dataclasses import dataclass

from hatch_vibesafe.spec.dotted import last_name

_OPTIONAL = "NotRequired"
_PLAIN_BASES = {"object", "NamedTuple", "TypedDict"}


@dataclass(frozen=True, slots=True)
class WrittenClass:
    """A class whose fields its own source says.

    Attributes:
        fields: The type of each, in the order in which they are given.
        optional: The keys that a typed dict need not have.
        is_typed_dict: Whether its objects are dicts.
    """

    fields: dict[str, ast.expr | None]
    optional: frozenset[str]
    is_typed_dict: bool


def written_class(node: ast.stmt | None) -> WrittenClass | None:
    """Return what a class is made of; None where its source alone does not say that."""
    if not isinstance(node, ast.ClassDef) or {last_name(base) for base in node.bases} - _PLAIN_BASES:
        return None
    made = [each for each in node.body if isinstance(each, ast.FunctionDef) and each.name == "__init__"]
    if made:
        taken = (*made[0].args.args[1:], *made[0].args.kwonlyargs)
        return WrittenClass({each.arg: each.annotation for each in taken}, frozenset(), is_typed_dict=False)
    fields = {
        each.target.id: each.annotation
        for each in node.body
        if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name)
    }
    is_total = not any(each.arg == "total" and ast.unparse(each.value) == "False" for each in node.keywords)
    optional = {
        name
        for name, each in fields.items()
        if not is_total or (isinstance(each, ast.Subscript) and last_name(each.value) == _OPTIONAL)
    }
    is_typed_dict = any(last_name(base) == "TypedDict" for base in node.bases)
    return WrittenClass(dict(fields), frozenset(optional), is_typed_dict)
