"""Units of kind "http": what of a stub cannot be an endpoint. Pure."""

import ast
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from hatch_vibesafe.spec.canonical import FunctionNode
from hatch_vibesafe.spec.contract_expressions import is_lazy
from hatch_vibesafe.spec.decorator import Complaint, Decoration
from hatch_vibesafe.spec.model import Example, UnitOptions, asks
from hatch_vibesafe.spec.names import own_statements, parameter_names
from hatch_vibesafe.spec.walking import walk

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
"""The methods of RFC 9110 and 5789 that a unit can answer."""

_ROUTING = frozenset({*(method.lower() for method in METHODS), "api_route", "route", "websocket"})
_PARAMETER = re.compile(r"\{([A-Za-z_]\w*)(?::([A-Za-z_]\w*))?\}", re.ASCII)
_CONVERTERS = ("str", "path", "int", "float", "uuid")
_IN_A_PATH = re.compile(r"[!$&-;=@-Z_a-z~%]*", re.ASCII)
_INJECTING = frozenset({"Depends", "Security"})
_WITHOUT_BODY = (204, 205, 304)
_LEAST, _MOST = 200, 599


def endpoint_complaints(
    node: FunctionNode, decoration: Decoration, pre_hole: Sequence[ast.stmt], bound: Iterable[str], *, is_method: bool
) -> Iterator[Complaint]:
    """Yield what is wrong with a stub as an endpoint.

    Args:
        node: Its definition.
        decoration: Our decorator on it.
        pre_hole: The code before its hole.
        bound: The names of its module that may stand for something injected: what a dependency takes is not seen.
        is_method: Whether it stands in a class.
    """
    options = decoration.options
    if is_method:
        what = "a method cannot be an endpoint: nothing says which object a request is for"
        yield Complaint(node.lineno, what, "write a function of the module; what it needs can be a dependency")
    yield from _parameters(node)
    if is_lazy(node.returns) or any(
        isinstance(each, ast.Expr) and _is_yield(each) for each in own_statements(pre_hole)
    ):
        what = "the endpoint is a generator, and what it yields would not be validated or documented"
        yield Complaint(node.lineno, what, "return a list or a model")
    yield from _route(node, options, frozenset(bound))
    yield from _status(node, options)
    yield from _decorators(node, decoration)


def is_route_decorator(node: ast.expr) -> bool:
    """Return whether a decorator adds what it decorates to an application or a router: `@router.post("/sum")`."""
    match node:
        case ast.Call(func=ast.Attribute(attr=name), args=[ast.Constant(value=str() as path), *_]):
            return name in _ROUTING and (path.startswith("/") or not path)
        case ast.Call(func=ast.Attribute(attr=name), args=[], keywords=keywords):
            return name in _ROUTING and any(each.arg == "path" for each in keywords)
        case _:
            return False


def route_of(decoration: Decoration) -> tuple[str, str] | None:
    """Return the method and the path, without its parameters' names, under which `mount` adds a unit; None for none.

    What its own route decorator adds has the prefix of a router that nobody sees here.
    """
    options = decoration.options
    if options.kind != "http" or options.path is None or any(map(is_route_decorator, decoration.above)):
        return None
    return options.method or "GET", _PARAMETER.sub("{}", options.path)


def option_complaints(node: FunctionNode, options: UnitOptions) -> Iterator[Complaint]:
    """Yield a complaint for each option that only an endpoint has, on a unit of another kind."""
    for name in ("method", "path", "status"):
        if options.kind != "http" and getattr(options, name) is not None:
            what = f"{name} is an option of kind 'http', and the unit is of kind '{options.kind}'"
            yield Complaint(node.lineno, what, f"write @vibesafe.http(...), or take {name}= out")


def request_complaints(decoration: Decoration, examples: Sequence[Example]) -> Iterator[Complaint]:
    """Yield a complaint where examples ask an endpoint that nothing routes."""
    if decoration.options.kind == "http" and decoration.options.path is None:
        asking = [each for each in examples if asks("http", [each])]
        if asking and not any(map(is_route_decorator, decoration.above)):
            what = "an example sends a request, and the endpoint has no path"
            yield Complaint(asking[0].line, what, 'write @vibesafe.http(path="/..."), or @router.get("/...") above it')


def _is_yield(node: ast.Expr) -> bool:
    return isinstance(node.value, ast.Yield | ast.YieldFrom)


def _parameters(node: FunctionNode) -> Iterator[Complaint]:
    arguments = node.args
    for item in arguments.posonlyargs:
        what = f"the parameter {item.arg} is positional only, and an endpoint is called with names"
        yield Complaint(item.lineno, what, "take the `/` out of the signature")
    for spread, stars in ((arguments.vararg, "*"), (arguments.kwarg, "**")):
        if spread is not None:
            what = f"no request can fill {stars}{spread.arg}"
            yield Complaint(spread.lineno, what, "write each parameter out, or take a list or a model")


def _route(node: FunctionNode, options: UnitOptions, bound: frozenset[str]) -> Iterator[Complaint]:
    if options.method is not None and options.method not in METHODS:
        known = options.method.upper() in METHODS
        remedy = f'write method="{options.method.upper()}"' if known else f"choose from {', '.join(METHODS)}"
        yield Complaint(node.lineno, f"{options.method!r} is no method of HTTP", remedy)
    if options.path is None:
        return
    if not options.path.startswith("/"):
        yield Complaint(node.lineno, f"the path {options.path!r} does not begin with /", f'write "/{options.path}"')
        return
    rest = _PARAMETER.sub("", options.path)
    if not _IN_A_PATH.fullmatch(rest):
        what = f"the path {options.path!r} holds {_first_bad(rest)!r}, which stands in no path as it is"
        yield Complaint(node.lineno, what, "write parameters as {name}, and other characters percent-encoded")
        return
    yield from _path_parameters(node, options.path, bound)


def _path_parameters(node: FunctionNode, path: str, bound: frozenset[str]) -> Iterator[Complaint]:
    found = _PARAMETER.findall(path)
    names = [name for name, _ in found]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield Complaint(node.lineno, f"the path {path!r} has the parameter {name} twice", "rename one of them")
    for converter in sorted({converter for _, converter in found} - {"", *_CONVERTERS}):
        what = f"the path {path!r} converts with {converter!r}, which does not exist"
        yield Complaint(node.lineno, what, f"choose from {', '.join(_CONVERTERS)}")
    own = parameter_names(node.args)
    for name in dict.fromkeys(names):
        if name not in own and not _may_inject(node.args, bound):
            what = f"the path has the parameter {name}, and the signature has not"
            yield Complaint(node.lineno, what, f"add {name} to the signature, or take {{{name}}} out of the path")
    for name in sorted(_with_default(node.args) & {*names}):
        what = f"the parameter {name} is part of the path, so its default would never count"
        yield Complaint(node.lineno, what, "take the default out of the signature")


def _may_inject(arguments: ast.arguments, bound: frozenset[str]) -> bool:
    """Return whether a parameter may be filled by a dependency, which can have parameters of the path itself."""
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    given = [item.annotation for item in every] + [*arguments.defaults, *arguments.kw_defaults]
    for node in chain.from_iterable(walk(item) for item in given if item is not None):
        name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
        if name in _INJECTING or (isinstance(node, ast.Name) and name in bound):
            return True
    return False


def _with_default(arguments: ast.arguments) -> set[str]:
    positional = [*arguments.posonlyargs, *arguments.args]
    with_default = positional[len(positional) - len(arguments.defaults) :]
    by_name = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    return {item.arg for item in with_default} | {item.arg for item, default in by_name if default is not None}


def _first_bad(text: str) -> str:
    return next(each for each in text if not _IN_A_PATH.fullmatch(each))


def _status(node: FunctionNode, options: UnitOptions) -> Iterator[Complaint]:
    status = options.status
    if status is None:
        return
    if not _LEAST <= status <= _MOST:
        what = f"the status {status} does not end a request"
        yield Complaint(node.lineno, what, f"choose one from {_LEAST} to {_MOST}, such as status=201")
    elif status in _WITHOUT_BODY and not _is_none(node.returns):
        what = f"an answer with the status {status} has no content, and the endpoint returns something"
        yield Complaint(node.lineno, what, "annotate it `-> None`, or choose another status")


def _is_none(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _decorators(node: FunctionNode, decoration: Decoration) -> Iterator[Complaint]:
    for item in decoration.below:
        if is_route_decorator(item):
            what = f"{_spelled(item)} stands below @vibesafe, so that requests would reach the stub, which has no body"
            yield Complaint(item.lineno, what, "move it above @vibesafe.http")
    options = decoration.options
    for item in filter(is_route_decorator, decoration.above):
        method, path = _written(item)
        if options.path is not None and path is not None and options.path != path:
            what = f"two paths: {options.path} in @vibesafe.http, and {path} in {_spelled(item)}"
            yield Complaint(node.lineno, what, "leave path= out of @vibesafe.http")
        if options.method is not None and method in METHODS and options.method != method:
            what = f"two methods: {options.method} in @vibesafe.http, and {_spelled(item)}"
            yield Complaint(node.lineno, what, "leave method= out of @vibesafe.http")


def _written(node: ast.expr) -> tuple[str, str | None]:
    match node:
        case ast.Call(func=ast.Attribute(attr=name), args=[ast.Constant(value=str() as path), *_]):
            return name.upper(), path
        case ast.Call(func=ast.Attribute(attr=name)):
            return name.upper(), None
        case _:
            return "", None


def _spelled(node: ast.expr) -> str:
    return f"@{ast.unparse(node.func)}(...)" if isinstance(node, ast.Call) else f"@{ast.unparse(node)}"


def duplicate_routes(
    routes: Sequence[tuple[str, FunctionNode, Decoration]],
) -> Iterator[tuple[int, Complaint]]:
    """Yield the place of each endpoint of one package that answers the same requests as another, and what is wrong.

    Args:
        routes: Of each unit of a package its qualified name with its module, its definition and our decorator on it.
    """
    found: dict[tuple[str, str], list[int]] = {}
    for place, (_, _, decoration) in enumerate(routes):
        route = route_of(decoration)
        if route is not None:
            found.setdefault(route, []).append(place)
    for (method, _), places in found.items():
        for place in places if len(places) > 1 else ():
            name, node, decoration = routes[place]
            others = ", ".join(routes[other][0] for other in places if other != place)
            what = f"{name} answers {method} {decoration.options.path}, and so does {others}"
            yield place, Complaint(node.lineno, what, "give one of them another path or method")
