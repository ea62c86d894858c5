"""The stubs of a module: definitions under our decorator, with their holes."""

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from hatch_vibesafe.spec.canonical import FunctionNode
from hatch_vibesafe.spec.decorator import Complaint, Decoration, read_decoration
from hatch_vibesafe.spec.module import Module
from hatch_vibesafe.spec.names import own_statements
from hatch_vibesafe.spec.runtime_names import RuntimeNames

_Named = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
_NAMED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_PUT_HOLE = "end the function's body with `raise VibeCoded()`, once"


@dataclass(frozen=True, slots=True)
class Stub:
    """A definition under our decorator.

    Attributes:
        module: Where it stands.
        node: The definition.
        qualname: Its name, with those of the classes and functions around it.
        decoration: Our decorator on it.
        overloads: The `typing.overload` stubs of the same name.
        docstring: The string that the body begins with.
        pre_hole: The statements between the docstring and the hole.
        complaints: What is wrong with it.
    """

    module: Module
    node: FunctionNode
    qualname: str
    decoration: Decoration
    overloads: tuple[FunctionNode, ...]
    docstring: ast.Constant | None
    pre_hole: tuple[ast.stmt, ...]
    complaints: tuple[Complaint, ...]


def find_stubs(module: Module, *, require_annotations: bool) -> tuple[list[Stub], list[Complaint]]:
    """Return every stub of a module in the order of its lines, also those that cannot be used.

    The complaints are about what stands under our decorator and is no function.
    """
    runtime = RuntimeNames(module)
    if not runtime.present:
        return [], []
    stubs: list[Stub] = []
    complaints: list[Complaint] = []
    for node, around in _definitions(module.source.tree.body, ()):
        decoration = read_decoration(node.decorator_list, runtime)
        if decoration is None:
            continue
        if isinstance(node, ast.ClassDef):
            what = f"the class {node.name} is decorated with @vibesafe, and only functions can be"
            complaints.append(Complaint(node.lineno, what, "remove the decorator"))
        else:
            stub = _stub(module, runtime, node, around, decoration)
            missing = _missing_annotations(node) if require_annotations else []
            stubs.append(replace(stub, complaints=(*stub.complaints, *missing)))
    return stubs, complaints


def _definitions(body: Iterable[ast.stmt], around: tuple[_Named, ...]) -> Iterator[tuple[_Named, tuple[_Named, ...]]]:
    """Yield every function and class, with the functions and classes around it."""
    for node in own_statements(body):
        if isinstance(node, _NAMED):
            yield node, around
            yield from _definitions(node.body, (*around, node))


def _overloads(module: Module, name: str, runtime: RuntimeNames) -> tuple[FunctionNode, ...]:
    nodes = (item.node for item in module.bindings.get(name, ()))
    functions = (node for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return tuple(node for node in functions if node.name == name and runtime.is_overload(node.decorator_list))


def _stub(
    module: Module,
    runtime: RuntimeNames,
    node: FunctionNode,
    around: tuple[_Named, ...],
    decoration: Decoration,
) -> Stub:
    complaints = [*decoration.complaints, *_place(around)]
    if not around:
        complaints += _other_definitions(module, node, runtime)
    docstring, statements = _split_docstring(node.body)
    pre_hole, hole_complaints = _split_hole(node, statements, runtime)
    names = [item.name for item in around]
    return Stub(
        module=module,
        node=node,
        qualname=".".join([*names, node.name]),
        decoration=decoration,
        overloads=() if around else _overloads(module, node.name, runtime),
        docstring=docstring,
        pre_hole=tuple(pre_hole),
        complaints=(*complaints, *hole_complaints),
    )


def _place(around: tuple[_Named, ...]) -> list[Complaint]:
    if not around:
        return []
    inner = around[-1]
    name = inner.name
    if isinstance(inner, ast.ClassDef):
        what = f"the unit is a method of the class {name}: methods are not supported yet"
        return [Complaint(inner.lineno, what, "make it a function of the module, and call that from the method")]
    what = f"the unit is nested in the function {name}: it does not exist until {name} runs"
    return [Complaint(inner.lineno, what, "move it to the top level of the module")]


def _missing_annotations(node: FunctionNode) -> list[Complaint]:
    arguments = node.args
    every = [*arguments.posonlyargs, *arguments.args, arguments.vararg, *arguments.kwonlyargs, arguments.kwarg]
    complaints = [
        Complaint(item.lineno, f"the parameter {item.arg} has no type annotation", f"annotate it: `{item.arg}: TYPE`")
        for item in every
        if item is not None and item.annotation is None and item.arg != "self"
    ]
    if node.returns is None:
        complaints.append(Complaint(node.lineno, "the return type is not annotated", "annotate it: `-> TYPE`"))
    return complaints


def _other_definitions(module: Module, node: FunctionNode, runtime: RuntimeNames) -> list[Complaint]:
    """Return a complaint where a definition in the module's own block hides the unit; two units are told elsewhere."""
    complaints: list[Complaint] = []
    for other in module.source.tree.body:
        if not isinstance(other, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        if other is node or other.name != node.name or runtime.is_overload(other.decorator_list):
            continue
        if read_decoration(other.decorator_list, runtime) is None:
            what = f"{node.name} is defined again in line {other.lineno}: only the last definition would count"
            complaints.append(Complaint(node.lineno, what, "rename or remove one of them"))
    return complaints


def _split_docstring(body: Sequence[ast.stmt]) -> tuple[ast.Constant | None, Sequence[ast.stmt]]:
    match body:
        case [ast.Expr(value=ast.Constant(value=str()) as docstring), *rest]:
            return docstring, rest
        case _:
            return None, body


def _split_hole(
    node: FunctionNode, statements: Sequence[ast.stmt], runtime: RuntimeNames
) -> tuple[Sequence[ast.stmt], list[Complaint]]:
    """Return the statements before the hole, and what is wrong with the hole."""
    holes = [item for item in own_statements(statements) if _is_hole(item, runtime)]
    holes += [item for item in statements if _is_ellipsis(item)]
    last = statements[-1] if statements else None
    if not holes:
        line = last.lineno if last is not None else node.lineno
        return statements, [Complaint(line, "the stub has no hole, the place where the body goes", _PUT_HOLE)]
    complaints: list[Complaint] = []
    if len(holes) > 1:
        lines = ", ".join(str(line) for line in sorted(item.lineno for item in holes))
        complaints.append(Complaint(node.lineno, f"the stub has {len(holes)} holes (lines {lines})", _PUT_HOLE))
    elif holes[0] is not last:
        what = "the hole is not the last statement of the function's body"
        complaints.append(Complaint(holes[0].lineno, what, _PUT_HOLE))
    return (statements[:-1] if not complaints else statements), complaints


def _is_hole(node: ast.stmt, runtime: RuntimeNames) -> bool:
    match node:
        case ast.Raise(exc=ast.expr() as exception):
            raised = exception.func if isinstance(exception, ast.Call) else exception
            return runtime.role(raised) == ("VibeCoded", ())
        case ast.Return(value=ast.Call(func=mark)) | ast.Expr(value=ast.Yield(value=ast.Call(func=mark))):
            return runtime.role(mark) == ("VibesafeHandled", ())
        case _:
            return False


def _is_ellipsis(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and node.value.value is Ellipsis
