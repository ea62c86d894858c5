"""Part of the structure gate: no call may change what a later one does, beyond remembering an answer. Pure.

Threat: an implementation that is right for as many calls as there are examples and wrong afterwards, or that hands out
the same object each time. A memory whose key holds every parameter remembers answers and nothing else.
"""

import ast
from collections.abc import Iterator

from hatch_vibesafe.gates.verdict import Finding
from hatch_vibesafe.spec.canonical import FunctionNode
from hatch_vibesafe.spec.walking import walk

_CHANGING = frozenset(
    {"add", "append", "appendleft", "clear", "discard", "extend", "extendleft", "insert", "pop", "popitem", "popleft"}
    | {"remove", "reverse", "rotate", "send", "set", "sort", "subtract", "throw", "update"}
)
_REMEDY = "make it anew in each call; to remember answers use functools.lru_cache, or a dict keyed by all parameters"


def kept_state(tree: ast.Module, gate: str) -> Iterator[Finding]:
    """Yield a finding for each place where a function changes what stands at module level."""
    names = {name for statement in tree.body for name in _bound(statement)}
    for function in _outermost(tree.body):
        seen = names - _local(function)
        seen |= _aliases(function, seen) | _kept_defaults(function) | _own_class(function)
        yield from (
            Finding(gate, line, f"changes `{name}`, which the next call would see: {_REMEDY}")
            for line, name in _changes(function, seen)
        )


def _aliases(function: FunctionNode, names: set[str]) -> set[str]:
    """Return the names that a function gives to what stands at module level."""
    return {
        target.id
        for node in walk(function)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Name) and node.value.id in names
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def _kept_defaults(function: FunctionNode) -> set[str]:
    """Return the parameters whose default is one object for all calls, and can be changed."""
    given = function.args
    plain = [*given.posonlyargs, *given.args]
    pairs = [*zip(plain[len(plain) - len(given.defaults) :], given.defaults, strict=True)]
    pairs += [(name, value) for name, value in zip(given.kwonlyargs, given.kw_defaults, strict=True) if value]
    changeable = ast.List | ast.Dict | ast.Set | ast.ListComp | ast.DictComp | ast.SetComp | ast.Call
    return {name.arg for name, value in pairs if isinstance(value, changeable)}


def _own_class(function: FunctionNode) -> set[str]:
    """Return the parameter of a class method that stands for the class."""
    is_of_class = any(isinstance(each, ast.Name) and each.id == "classmethod" for each in function.decorator_list)
    return {each.arg for each in [*function.args.posonlyargs, *function.args.args][:1]} if is_of_class else set()


def _outermost(body: list[ast.stmt]) -> Iterator[FunctionNode]:
    """Yield the functions of a module and the methods of its classes."""
    for statement in body:
        if isinstance(statement, FunctionNode):
            yield statement
        elif isinstance(statement, ast.ClassDef):
            yield from _outermost(statement.body)


def _bound(statement: ast.stmt) -> Iterator[str]:
    match statement:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.Assign() | ast.AnnAssign():
            yield from (
                node.id for node in walk(statement) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
            )


def _changes(function: FunctionNode, names: set[str]) -> Iterator[tuple[int, str]]:
    for node in walk(function):
        match node:
            case ast.Global(names=declared, lineno=line):
                yield from ((line, name) for name in declared)
            case ast.Call(lineno=line):
                name, keys = _called_on(node)
            case ast.expr(lineno=line):
                name, keys = _written_to(node)
            case ast.AugAssign(target=ast.Subscript(value=ast.Name(id=name)), lineno=line):
                keys = []
            case _:
                continue
        if not isinstance(node, ast.Global) and name in names and not (keys and _is_memory(function, keys)):
            yield line, name


def _called_on(call: ast.Call) -> tuple[str, list[ast.expr]]:
    """Return the name whose object a call changes, and under which key; an empty name where it changes none."""
    match call:
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="setdefault")):
            return name, call.args[:1]
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=attribute)) if attribute in _CHANGING:
            return name, []
        case ast.Call(func=ast.Name(id="next" | "setattr" | "delattr"), args=[ast.Name(id=name), *_]):
            return name, []
        case _:
            return "", []


def _written_to(node: ast.expr) -> tuple[str, list[ast.expr]]:
    """Return the name whose object an assignment or a deletion changes, and under which key."""
    match node:
        case ast.Attribute(value=ast.Name(id=name), ctx=ast.Store() | ast.Del()):
            return name, []
        case ast.Subscript(value=ast.Name(id=name), slice=key, ctx=ast.Store()):
            return name, [key]
        case ast.Subscript(value=ast.Name(id=name), ctx=ast.Del()):
            return name, []
        case _:
            return "", []


def _is_memory(function: FunctionNode, keys: list[ast.expr]) -> bool:
    """Whether a key holds every parameter, itself or as a name that was made of them."""
    found = {node.id for key in keys for node in walk(key) if isinstance(node, ast.Name)}
    for node in walk(function):
        if isinstance(node, ast.Assign) and any(isinstance(it, ast.Name) and it.id in found for it in node.targets):
            found |= {inner.id for inner in walk(node.value) if isinstance(inner, ast.Name)}
    return _parameters(function) <= found


def _parameters(function: FunctionNode) -> set[str]:
    return {node.arg for node in walk(function.args) if isinstance(node, ast.arg)}


def _local(function: FunctionNode) -> set[str]:
    """Return the names that a function binds itself."""
    declared = {name for node in walk(function) if isinstance(node, ast.Global) for name in node.names}
    stored = {node.id for node in walk(function) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    return (stored | _parameters(function)) - declared
