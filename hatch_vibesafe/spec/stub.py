"""The stubs of a module: definitions under our decorator, with their holes."""

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from hatch_vibesafe.spec.canonical import FunctionNode
from hatch_vibesafe.spec.decorator import Complaint, Decoration, read_decoration
from hatch_vibesafe.spec.methods import bound_to_the_class, method_kind
from hatch_vibesafe.spec.model import MethodKind
from hatch_vibesafe.spec.module import Module
from hatch_vibesafe.spec.names import own_statements
from hatch_vibesafe.spec.runtime_names import RuntimeNames
from hatch_vibesafe.spec.stub_kinds import kind_complaints

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
        classes: The classes around a method, outermost first.
        decoration: Our decorator on it.
        overloads: The `typing.overload` stubs of the same name.
        docstring: The string that the body begins with.
        pre_hole: The statements between the docstring and the hole.
        complaints: What is wrong with it.
    """

    module: Module
    node: FunctionNode
    qualname: str
    classes: tuple[ast.ClassDef, ...]
    decoration: Decoration
    overloads: tuple[FunctionNode, ...]
    docstring: ast.Constant | None
    pre_hole: tuple[ast.stmt, ...]
    complaints: tuple[Complaint, ...]

    @property
    def method(self) -> MethodKind:
        """How it is called where it is a method."""
        return method_kind(self.decoration.above) if self.classes else ""


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
            missing = _missing_annotations(stub) if require_annotations else []
            stubs.append(replace(stub, complaints=(*stub.complaints, *missing)))
    return stubs, complaints


def _definitions(body: Iterable[ast.stmt], around: tuple[_Named, ...]) -> Iterator[tuple[_Named, tuple[_Named, ...]]]:
    """Yield every function and class, with the functions and classes around it."""
    for node in own_statements(body):
        if isinstance(node, _NAMED):
            yield node, around
            yield from _definitions(node.body, (*around, node))


def _overloads(body: Iterable[ast.stmt], name: str, runtime: RuntimeNames) -> tuple[FunctionNode, ...]:
    functions = (node for node in own_statements(body) if isinstance(node, FunctionNode))
    return tuple(node for node in functions if node.name == name and runtime.is_overload(node.decorator_list))


def _stub(
    module: Module,
    runtime: RuntimeNames,
    node: FunctionNode,
    around: tuple[_Named, ...],
    decoration: Decoration,
) -> Stub:
    classes = tuple(each for each in around if isinstance(each, ast.ClassDef))
    in_function = next((each.name for each in around if not isinstance(each, ast.ClassDef)), "")
    body = around[-1].body if around else module.source.tree.body
    docstring, statements = _split_docstring(node.body)
    pre_hole, hole_complaints = _split_hole(node, statements, runtime)
    complaints = [*decoration.complaints]
    if in_function:
        what = f"the unit is nested in the function {in_function}: it does not exist until {in_function} runs"
        complaints.append(Complaint(around[-1].lineno, what, "move it to the top level of the module"))
    else:
        complaints += _other_definitions(body, node, runtime, in_class=bool(classes))
    if classes:
        complaints += bound_to_the_class(node, pre_hole, classes, frozenset(module.bindings))
    complaints += kind_complaints(module, node, decoration, pre_hole, is_method=bool(classes))
    return Stub(
        module=module,
        node=node,
        qualname=".".join([*(item.name for item in around), node.name]),
        classes=classes,
        decoration=decoration,
        overloads=_overloads(body, node.name, runtime),
        docstring=docstring,
        pre_hole=tuple(pre_hole),
        complaints=(*complaints, *hole_complaints),
    )


def _missing_annotations(stub: Stub) -> list[Complaint]:
    node, arguments = stub.node, stub.node.args
    positional = [*arguments.posonlyargs, *arguments.args]
    # What a method is called on has no annotation in anybody's code.
    receiver = positional[:1] if stub.method not in {"", "static"} else []
    every = [*positional, arguments.vararg, *arguments.kwonlyargs, arguments.kwarg]
    complaints = [
        Complaint(item.lineno, f"the parameter {item.arg} has no type annotation", f"annotate it: `{item.arg}: TYPE`")
        for item in every
        if item is not None and item.annotation is None and item not in receiver
    ]
    if node.returns is None:
        complaints.append(Complaint(node.lineno, "the return type is not annotated", "annotate it: `-> TYPE`"))
    return complaints


def _other_definitions(
    body: Iterable[ast.stmt], node: FunctionNode, runtime: RuntimeNames, *, in_class: bool
) -> list[Complaint]:
    """Return a complaint where a definition in the same block hides the unit; two units are told elsewhere."""
    complaints: list[Complaint] = []
    for other in body:
        if not isinstance(other, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        if other is node or other.name != node.name or runtime.is_overload(other.decorator_list):
            continue
        if in_class and _is_accessor(other.decorator_list, node.name):
            continue
        if read_decoration(other.decorator_list, runtime) is None:
            what = f"{node.name} is defined again in line {other.lineno}: only the last definition would count"
            complaints.append(Complaint(node.lineno, what, "rename or remove one of them"))
    return complaints


def _is_accessor(decorators: Sequence[ast.expr], name: str) -> bool:
    """Return whether a definition adds to the property of its name: `@total.setter`."""
    return any(
        isinstance(each, ast.Attribute) and isinstance(each.value, ast.Name) and each.value.id == name
        for each in decorators
    )


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
