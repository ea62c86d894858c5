"""A method as mypy is to judge it: outside of its class, and with the types that a class body gives it. Pure.

What it is called on gets its class for a type, with the class's own type parameters; `Self` becomes a type variable
with the class as its bound, which is what it means (PEP 673). Only lines behind the end are new: errors keep theirs.
"""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from hatch_vibesafe.gates.imported_names import imported
from hatch_vibesafe.spec.canonical import FunctionNode
from hatch_vibesafe.spec.model import Spec
from hatch_vibesafe.spec.names import type_parameters
from hatch_vibesafe.spec.walking import walk

_OWN_CLASS, _SELF, _ANY, _MAKER = "_vibesafe_own_class", "_VibesafeSelf", "_vibesafe_any", "_vibesafe_type_variable"
_TYPING = ("typing", "typing_extensions")


@dataclass(frozen=True, slots=True)
class _Edit:
    """A text in the place of another, on one line; columns count bytes."""

    line: int
    start: int
    end: int
    text: str


def typed(spec: Spec, source: bytes) -> bytes:
    """Return the implementation of a method with the types that it has within its class; any other as it is."""
    tree = ast.parse(source)
    function = next(
        (each for each in tree.body if isinstance(each, FunctionNode) and each.name == spec.unit.name), None
    )
    if function is None or not spec.method:
        return source
    outermost, _, inner = spec.unit.qualname.rpartition(".")[0].partition(".")
    own = ".".join(filter(None, (_OWN_CLASS, inner)))
    edits = [*_selves(tree)]
    behind = [f"from {spec.unit.module} import {outermost} as {_OWN_CLASS}"]
    if edits:
        behind += [f"from typing import Any as {_ANY}, TypeVar as {_MAKER}"]
        parameters = ", ".join(_ANY for _ in _class_parameters(spec))
        behind += [f'{_SELF} = {_MAKER}("{_SELF}", bound="{own}{parameters and f"[{parameters}]"}")']
        own = _SELF
    else:
        own, brought = _with_parameters(own, tree, spec)
        behind += brought
    edits += _receiver(function, spec, own)
    return _edited(source, edits) + ("\n\n" + "\n".join(behind) + "\n").encode()


def _receiver(function: FunctionNode, spec: Spec, own: str) -> Iterator[_Edit]:
    receiver = next(iter([*function.args.posonlyargs, *function.args.args]), None)
    if spec.method == "static" or receiver is None or receiver.annotation is not None:
        return
    line, end = receiver.end_lineno or receiver.lineno, receiver.end_col_offset or 0
    yield _Edit(line, end, end, f': "type[{own}]"' if spec.method == "class" else f': "{own}"')


def _selves(tree: ast.Module) -> Iterator[_Edit]:
    """Yield what makes each `Self` another name."""
    bound = {
        alias.asname or alias.name
        for node in walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module in _TYPING
        for alias in node.names
        if alias.name == "Self"
    }
    modules = {
        alias.asname or alias.name
        for node in walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
        if alias.name in _TYPING
    }
    for node in walk(tree):
        match node:
            case ast.Name(id=name) if name in bound:
                yield _Edit(node.lineno, node.col_offset, node.end_col_offset or 0, _SELF)
            case ast.Attribute(value=ast.Name(id=name), attr="Self") if name in modules and _is_on_one_line(node):
                yield _Edit(node.lineno, node.col_offset, node.end_col_offset or 0, _SELF)
            case ast.Constant(value=str(text)) if text in bound and _is_on_one_line(node):
                yield _Edit(node.lineno, node.col_offset, node.end_col_offset or 0, f'"{_SELF}"')
            case _:
                continue


def _is_on_one_line(node: ast.expr) -> bool:
    return node.lineno == node.end_lineno


def _class_parameters(spec: Spec) -> Mapping[str, bool]:
    """Return the type parameters of the method's class, in order, and whether the module declares them."""
    outermost, *inner = spec.unit.qualname.split(".")[:-1]
    source = next((each.source for each in spec.references if each.name == outermost), "")
    try:
        body = ast.parse(source).body
    except SyntaxError:
        return {}
    node = next((each for each in body if isinstance(each, ast.ClassDef)), None)
    for name in inner:
        within = node.body if node is not None else []
        node = next((each for each in within if isinstance(each, ast.ClassDef) and each.name == name), None)
    if node is None:
        return {}
    own = [str(getattr(each, "name", "")) for each in type_parameters(node)]
    if own:
        return dict.fromkeys(own, False)
    listed = [base for base in node.bases if isinstance(base, ast.Subscript)]
    generic = [base for base in listed if ast.unparse(base.value).rpartition(".")[2] in {"Generic", "Protocol"}]
    names = [name.id for base in generic for name in _elements(base.slice) if isinstance(name, ast.Name)]
    return dict.fromkeys(names, True)


def _elements(node: ast.expr) -> list[ast.expr]:
    return node.elts if isinstance(node, ast.Tuple) else [node]


def _with_parameters(own: str, tree: ast.Module, spec: Spec) -> tuple[str, list[str]]:
    """Return a class with its type parameters, and the lines that bring those which the implementation has not."""
    parameters = _class_parameters(spec)
    bound = {bound for _, bound, _ in imported(tree)}
    bound |= {
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    lines: list[str] = []
    names: list[str] = []
    for name, is_of_module in parameters.items():
        other = name if name in bound else f"{_OWN_CLASS}_{name}"
        names.append(other)
        if other != name and is_of_module:
            lines.append(f"from {spec.unit.module} import {name} as {other}")
        elif other != name:
            lines += [f"from typing import TypeVar as {_MAKER}", f'{other} = {_MAKER}("{other}")']
    return (f"{own}[{', '.join(names)}]" if names else own), lines


def _edited(source: bytes, edits: list[_Edit]) -> bytes:
    lines = source.splitlines(keepends=True)
    for edit in sorted(edits, key=lambda each: (each.line, each.start), reverse=True):
        line = lines[edit.line - 1]
        lines[edit.line - 1] = line[: edit.start] + edit.text.encode() + line[edit.end :]
    return b"".join(lines)
