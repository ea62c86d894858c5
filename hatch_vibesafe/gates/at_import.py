"""Part of the structure gate: what a module computes while it is imported, it computes of constants. Pure.

Threat: code that runs where no call of the unit is looked at: in an assignment, a default, a decorator, a base, a class
body. There may be called what only makes a value: of the builtins classes and a few functions, of the standard library
what needs no capability, of a dependency whatever it has; of the implementation's own classes those without methods
that run by themselves, and none of its functions.
"""

import ast
import builtins
import sys
from collections.abc import Iterator
from itertools import chain

from hatch_vibesafe.gates.capabilities import needs
from hatch_vibesafe.gates.imported_names import dotted_name, root_of
from hatch_vibesafe.gates.own_names import OwnNames, is_one_of
from hatch_vibesafe.gates.verdict import Finding
from hatch_vibesafe.spec.canonical import FunctionNode
from hatch_vibesafe.spec.model import Spec
from hatch_vibesafe.spec.walking import walk

_FUNCTIONS = frozenset(
    {"abs", "all", "any", "ascii", "bin", "chr", "divmod", "format", "hex", "len", "max", "min", "oct", "ord", "pow"}
    | {"repr", "round", "sorted", "sum"}
)
_CLASSES = frozenset(name for name, value in vars(builtins).items() if isinstance(value, type))
_KEEPING = frozenset(
    {"functools.partial", "functools.partialmethod", "functools.cached_property", "functools.lru_cache"}
    | {"functools.cache", "functools.cmp_to_key", "dataclasses.field", "collections.defaultdict"}
    | {"property", "staticmethod", "classmethod"}
)
"""What keeps a function that it is given, and does not call it yet."""
_PASSING_ONCE = frozenset({"iter", "map", "filter", "zip", "enumerate", "reversed"})
_DECORATORS = frozenset({"property", "staticmethod", "classmethod"})
_DECORATING = ("functools", "dataclasses", "contextlib", "abc", "typing", "typing_extensions", "enum", "warnings")
_OF_A_DECORATED = frozenset({"setter", "getter", "deleter", "register"})
_METACLASSES = frozenset({"abc.ABCMeta", "enum.EnumMeta", "enum.EnumType"})
_HOOKS = frozenset(
    {"__init_subclass__", "__class_getitem__", "__set_name__", "__prepare__", "__mro_entries__", "__del__"}
    | {"__instancecheck__", "__subclasscheck__", "__subclasshook__", "__getattribute__", "__reduce__", "__reduce_ex__"}
)
"""Methods that run where nothing shows it."""
_REMEDY = "compute it inside the function (functools.cache remembers an answer)"


def at_import(tree: ast.Module, spec: Spec, gate: str) -> Iterator[Finding]:
    """Yield a finding for each place where the import of an implementation would run more than it may."""
    names = OwnNames.of(tree, spec)
    for line, message in chain(_block(tree.body, names), _hooks(tree)):
        yield Finding(gate, line, message)


def _block(body: list[ast.stmt], names: OwnNames) -> Iterator[tuple[int, str]]:
    for statement in body:
        match statement:
            case ast.Assign(value=value):
                yield from _assigned([value], names)
            case ast.AnnAssign(annotation=annotation, value=value):
                yield from _assigned([annotation] if value is None else [annotation, value], names)
            case ast.ClassDef():
                yield from _class(statement, names)
            case ast.FunctionDef() | ast.AsyncFunctionDef() if statement.name != names.unit:
                yield from chain.from_iterable(_decorator(each, names) for each in statement.decorator_list)
                yield from chain.from_iterable(_expression(each, names) for each in _head(statement))
            case _:
                continue


def _assigned(parts: list[ast.expr], names: OwnNames) -> Iterator[tuple[int, str]]:
    yield from chain.from_iterable(_expression(each, names) for each in parts)
    yield from _kept(parts[-1], names)


def _class(node: ast.ClassDef, names: OwnNames) -> Iterator[tuple[int, str]]:
    yield from chain.from_iterable(_decorator(each, names) for each in node.decorator_list)
    above = (*node.bases, *(keyword.value for keyword in node.keywords))
    yield from chain.from_iterable(_expression(each, names) for each in above)
    yield from _metaclass(node, names)
    yield from _block(node.body, names)


def _head(function: FunctionNode) -> Iterator[ast.expr]:
    """Yield the expressions of a head that run when it is defined."""
    arguments = function.args
    yield from arguments.defaults
    yield from (each for each in arguments.kw_defaults if each is not None)
    annotated = (node.annotation for node in walk(arguments) if isinstance(node, ast.arg))
    yield from (each for each in (*annotated, function.returns) if each is not None)


def _expression(node: ast.expr, names: OwnNames) -> Iterator[tuple[int, str]]:
    """Yield what an expression runs and may not; what a lambda would run runs only where something calls it."""
    if isinstance(node, ast.Lambda):
        yield from chain.from_iterable(_expression(each, names) for each in _defaults(node))
        return
    if isinstance(node, ast.NamedExpr):
        yield node.lineno, f"binds `{ast.unparse(node.target)}` inside of an expression when it is imported: assign it"
    if isinstance(node, ast.Attribute) and node.attr in names.methods and root_of(node) not in names.imports:
        yield node.lineno, f"uses its own `{node.attr}` when it is imported: {_REMEDY}"
    if isinstance(node, ast.Call):
        message = _called(node.func, names)
        if message:
            yield node.lineno, f"{message} when it is imported: {_REMEDY}"
        elif _shown(node.func, names) not in _KEEPING:
            yield from _given(node, names)
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr):
            yield from _expression(child, names)
        elif isinstance(child, ast.keyword | ast.comprehension | ast.Slice):
            yield from chain.from_iterable(
                _expression(each, names) for each in ast.iter_child_nodes(child) if isinstance(each, ast.expr)
            )


def _defaults(node: ast.Lambda) -> Iterator[ast.expr]:
    yield from node.args.defaults
    yield from (each for each in node.args.kw_defaults if each is not None)


def _given(call: ast.Call, names: OwnNames) -> Iterator[tuple[int, str]]:
    """Yield the own functions that are handed to something which may call them."""
    for argument in (*call.args, *(keyword.value for keyword in call.keywords)):
        for node in walk(argument):
            if is_one_of(node, names.functions) and isinstance(node, ast.Name):
                message = f"hands its own `{node.id}` to `{_shown(call.func, names)}` when it is imported: {_REMEDY}"
                yield node.lineno, message
            elif isinstance(node, ast.Lambda):
                yield from _expression(node.body, names)


def _called(function: ast.expr, names: OwnNames) -> str:
    """Return what is wrong with calling something at import; empty where it only makes a value."""
    match function:
        case ast.Name(id=name):
            is_right = name in names.classes or _is_offered(function, names)
            is_right = is_right or (name not in names.bound and name in _FUNCTIONS | _CLASSES)
        case ast.Attribute() if root_of(function) in names.imports:
            is_right = _is_offered(function, names)
        case ast.Attribute(attr=attribute, value=value):
            holders = (each for each in walk(value) if is_one_of(each, names.functions))
            is_right = attribute not in names.methods and not any(holders)
        case ast.Subscript(value=ast.Name() | ast.Attribute() as value):
            return _called(value, names)
        case _:
            is_right = False
    return "" if is_right else f"calls `{ast.unparse(function)}`"


def _is_offered(function: ast.expr, names: OwnNames) -> bool:
    """Return whether something is imported, not of the project, and computes alone."""
    root = root_of(function)
    is_foreign = root in names.imports and root not in names.project
    return is_foreign and not needs(dotted_name(function, names.imports))


def _shown(function: ast.expr, names: OwnNames) -> str:
    return dotted_name(function, names.imports) if root_of(function) in names.imports else ast.unparse(function)


def _kept(value: ast.expr, names: OwnNames) -> Iterator[tuple[int, str]]:
    """Yield an iterator that is kept for all calls: each would see what the last one left of it."""
    called = _shown(value.func, names) if isinstance(value, ast.Call) else ""
    if isinstance(value, ast.GeneratorExp) or called in _PASSING_ONCE or called.startswith("itertools."):
        yield value.lineno, "keeps an iterator, of which the next call would see the rest: keep a tuple"


def _decorator(node: ast.expr, names: OwnNames) -> Iterator[tuple[int, str]]:
    function = node.func if isinstance(node, ast.Call) else node
    dotted = _shown(function, names)
    is_known = (
        root_of(function) in names.project
        or (dotted in _DECORATORS and dotted not in names.bound)
        or (isinstance(function, ast.Attribute) and function.attr in _OF_A_DECORATED and dotted not in names.imports)
        or (root_of(function) in names.imports and _may_decorate(dotted))
    )
    if not is_known:
        yield node.lineno, f"decorates with `{ast.unparse(function)}`, which runs when it is imported: {_REMEDY}"
    elif isinstance(node, ast.Call):
        if dotted not in _KEEPING:
            yield from _given(node, names)
        for argument in (*node.args, *(keyword.value for keyword in node.keywords)):
            yield from _expression(argument, names)


def _may_decorate(dotted: str) -> bool:
    if dotted in {"functools.partial", "functools.reduce"}:
        return False
    module = dotted.partition(".")[0]
    return module in _DECORATING or module not in sys.stdlib_module_names


def _metaclass(node: ast.ClassDef, names: OwnNames) -> Iterator[tuple[int, str]]:
    chosen = [keyword.value for keyword in node.keywords if keyword.arg in {"metaclass", None}]
    if any(_shown(each, names) not in _METACLASSES for each in chosen) or any(
        isinstance(base, ast.Name) and base.id == "type" for base in node.bases
    ):
        yield node.lineno, f"gives `{node.name}` a metaclass, or makes one: write a plain class"


def _hooks(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in walk(tree):
        if isinstance(node, FunctionNode) and node.name in _HOOKS:
            yield node.lineno, f"defines `{node.name}`, which runs where nothing shows it: write it as a plain method"
    for node in tree.body:
        if isinstance(node, FunctionNode) and node.name in {"__getattr__", "__dir__"}:
            yield node.lineno, f"defines `{node.name}` for the module: define the names themselves"
