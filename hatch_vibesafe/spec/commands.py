"""Units of kind "cli": what of a stub cannot be a command. Pure.

What stands on a command line is text, and `typer` turns it into what the annotations say; here only annotations are
refused of which it is known that it cannot. It says the rest itself, when the command is made.
"""

import ast
import sys
from collections.abc import Iterator

from hatch_vibesafe.spec.canonical import FunctionNode
from hatch_vibesafe.spec.contract_expressions import is_lazy
from hatch_vibesafe.spec.decorator import Complaint, Decoration
from hatch_vibesafe.spec.module import Module

_REFUSED = frozenset(
    {"bytes", "bytearray", "memoryview", "complex", "dict", "set", "frozenset", "object", "type", "range", "slice"}
)
_STANDARD = frozenset({("pathlib", "Path"), ("uuid", "UUID"), ("datetime", "datetime")})
_SUPPORTED = "str, int, float, bool, Path, UUID, datetime, an Enum, Literal[...], list[...], tuple[...] or `... | None`"


def command_complaints(
    node: FunctionNode, decoration: Decoration, module: Module, *, is_method: bool
) -> Iterator[Complaint]:
    """Yield what is wrong with a stub as a command."""
    yield from _misnamed(node, is_method=is_method)
    if is_lazy(node.returns):
        what = "the command is a generator, and nothing says when its values are to be shown"
        yield Complaint(node.lineno, what, "return a list, of which each item is a line, or a text")
    arguments = node.args
    for item in arguments.posonlyargs:
        what = f"the parameter {item.arg} is positional only, and a command is called with names"
        yield Complaint(item.lineno, what, "take the `/` out of the signature")
    for spread, stars in ((arguments.vararg, "*"), (arguments.kwarg, "**")):
        if spread is not None:
            what = f"no command line can fill {stars}{spread.arg}"
            yield Complaint(spread.lineno, what, f"write `{spread.arg}: list[str]`, or each parameter out")
    for item in (*arguments.args, *arguments.kwonlyargs):
        wrong = None if item.annotation is None else _unsupported(item.annotation, module, within="")
        if wrong is not None:
            what = f"the parameter {item.arg} has the type {ast.unparse(item.annotation or item)}: {wrong}"
            yield Complaint(item.lineno, what, f"use {_SUPPORTED}")
    yield from _collisions(arguments, module)
    for decorator in decoration.below:
        match decorator:
            case ast.Call(func=ast.Attribute(attr="command") as function):
                what = f"@{ast.unparse(function)}(...) stands below @vibesafe, so that it would run the stub"
                yield Complaint(decorator.lineno, what, "move it above @vibesafe.cli")


def _misnamed(node: FunctionNode, *, is_method: bool) -> Iterator[Complaint]:
    """Yield why nobody can call a command by its name."""
    if is_method:
        what = "a method cannot be a command: nothing says which object it is called on"
        yield Complaint(node.lineno, what, "write a function of the module")
    elif node.name.startswith("_"):
        what = f"the command {node.name} would be called {node.name.replace('_', '-')}, which is read as an option"
        yield Complaint(node.lineno, what, "give it a name that does not begin with _")


def _collisions(arguments: ast.arguments, module: Module) -> Iterator[Complaint]:
    """Yield the parameters of which an option is called like one of another parameter, or like that of the help."""
    required = len(arguments.args) - len(arguments.defaults)
    taken = {"--help": "the help"}
    for position, item in enumerate((*arguments.args, *arguments.kwonlyargs)):
        options = _options(item, module, has_default=position >= required)
        # The help is a parameter of this name itself, whatever its option is called.
        clash = "--help" if item.arg == "help" else next((option for option in options if option in taken), None)
        if clash is not None:
            what = f"the parameter {item.arg} collides with {taken[clash]}, which has the option {clash}"
            yield Complaint(item.lineno, what, "give it another name")
        taken |= {option: f"the parameter {item.arg}" for option in options if option not in taken}


def _options(item: ast.arg, module: Module, *, has_default: bool) -> list[str]:
    """Return what a parameter is called on a command line; nothing where it is an argument or says so itself.

    One that has a default or stands behind the `*` is an option, and so is every bool.
    """
    annotation = item.annotation
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        annotation = _parsed(annotation.value)
    is_option = has_default or (isinstance(annotation, ast.Name) and annotation.id == "bool")
    match annotation:
        case ast.Subscript(value=value, slice=ast.Tuple(elts=[first, *told])) if _name(value, module) == "Annotated":
            for each in told:
                match each:
                    case ast.Call(func=function, args=args) if _name(function, module) in {"Option", "Argument"}:
                        if _name(function, module) == "Argument" or args:
                            return []
                        is_option = True
            annotation = first
    if not is_option:
        return []
    is_flag = annotation is not None and _is_bool(annotation, module)
    # As Typer makes them of names.
    name = item.arg.lower().replace("_", "-")
    return [f"--{name}", f"--no-{name}"] if is_flag else [f"--{name}"]


def _is_bool(node: ast.expr, module: Module) -> bool:
    match node:
        case ast.Subscript(value=value, slice=inside) if _name(value, module) in {"Optional", "Union"}:
            alternatives = [*_alternatives(inside.elts if isinstance(inside, ast.Tuple) else [inside])]
        case _:
            alternatives = [*_alternatives([node])]
    return [each.id for each in alternatives if isinstance(each, ast.Name)] == ["bool"]


def _unsupported(node: ast.expr, module: Module, *, within: str) -> str | None:
    """Return why no command line can fill a parameter of a type; None where it can, or nobody knows."""
    match node:
        case ast.Constant(value=str() as text):
            quoted = _parsed(text)
            return None if quoted is None else _unsupported(quoted, module, within=within)
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return _union([left, right], module, within)
        case ast.Subscript(value=value, slice=inside):
            return _subscript(_name(value, module), inside, module, within)
        case ast.Name() | ast.Attribute():
            return _named(node, module)
        case _:
            return None


def _parsed(text: str) -> ast.expr | None:
    try:
        return ast.parse(text, mode="eval").body
    except SyntaxError:
        return None  # the types gate says so


def _subscript(name: str, inside: ast.expr, module: Module, within: str) -> str | None:
    items = inside.elts if isinstance(inside, ast.Tuple) else [inside]
    match name:
        case "Annotated" | "Optional":
            return _unsupported(items[0], module, within=within)
        case "Union":
            return _union(items, module, within)
        case "list" | "tuple":
            return f"a {name} stands in a {within}" if within else _container(name, items, module)
        case _:
            is_known = name != "Literal" and (name in _REFUSED or name[:1].isupper())
            return f"{name} cannot be read from text" if is_known else None


def _container(name: str, items: list[ast.expr], module: Module) -> str | None:
    if name == "tuple" and any(isinstance(item, ast.Constant) and item.value is Ellipsis for item in items):
        return "a tuple of any length is not known to end: a list is"
    return next(filter(None, (_unsupported(item, module, within=name) for item in items)), None)


def _union(items: list[ast.expr], module: Module, within: str) -> str | None:
    flat = [*_alternatives(items)]
    if len(flat) > 1:
        return "of two types nobody knows which one a text is meant as"
    return _unsupported(flat[0], module, within=within) if flat else None


def _alternatives(items: list[ast.expr]) -> Iterator[ast.expr]:
    for item in items:
        if isinstance(item, ast.BinOp) and isinstance(item.op, ast.BitOr):
            yield from _alternatives([item.left, item.right])
        elif not (isinstance(item, ast.Constant) and item.value is None):
            yield item


def _name(node: ast.expr, module: Module) -> str:
    """Return the name that a generic type has where it comes from."""
    match node:
        case ast.Name(id=name):
            origins = [item.origin for item in module.bindings.get(name, ()) if item.origin is not None]
            return (origins[-1].name or name) if origins else name
        case ast.Attribute(attr=name):
            return name
        case _:
            return ""


def _named(node: ast.Name | ast.Attribute, module: Module) -> str | None:
    name = node.id if isinstance(node, ast.Name) else ""
    bindings = [item for item in module.bindings.get(name, ()) if item.binds]
    if not bindings:
        return f"{name} cannot be read from text" if name in _REFUSED else None
    origin = bindings[-1].origin
    if origin is not None and origin.name is not None:
        top = origin.module.partition(".")[0]
        is_known = (origin.module, origin.name) in _STANDARD or top not in sys.stdlib_module_names
        return None if is_known else f"{origin.name} of {origin.module} cannot be read from text"
    match bindings[-1].node:
        case ast.ClassDef(bases=[]):
            return f"{name} is a class of the project and no Enum, so that no text is one"
        case _:
            return None
