"""Calls of a unit as source text: those in its examples, and any other. Pure."""

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from hatch_vibesafe.spec.contract_expressions import is_awaited_lazily
from hatch_vibesafe.spec.model import Example, Spec
from hatch_vibesafe.spec.source import parse
from hatch_vibesafe.spec.walking import walk

ParameterKind = Literal["positional", "ordinary", "rest", "named", "more"]
ON_AN_OBJECT = ("instance", "property")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a unit.

    Attributes:
        name: Its name.
        kind: How it is given: by position alone, either way, as `*rest`, by name alone, or as `**more`.
        annotation: Its type, as it stands.
        default: The source of its default, or None.
    """

    name: str
    kind: ParameterKind
    annotation: ast.expr | None
    default: str | None


@dataclass(frozen=True, slots=True)
class UnitCall:
    """The source of the value of every parameter, in their order."""

    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """One call to judge a candidate by.

    Attributes:
        call: The call.
        example: The example that it stands in; None for a generated one.
        setup: What runs before it: the statements of earlier examples.
    """

    call: UnitCall
    example: Example | None = None
    setup: tuple[str, ...] = ()


def parameters_of(spec: Spec) -> tuple[Parameter, ...]:
    """Return the parameters of a unit, in their order."""
    return _parameters(spec.head, spec.method, spec.unit.qualname)


@lru_cache(maxsize=256)
def _parameters(head: str, method: str, qualname: str) -> tuple[Parameter, ...]:
    """Return the parameters of a definition: they are asked for many times."""
    arguments = _definition(head).args
    receiver = arguments.posonlyargs or arguments.args
    if method == "class":  # the class is not given: it is what the method is called on
        receiver[:1] = []
    elif method in ON_AN_OBJECT and receiver:
        receiver[0].annotation = ast.parse(qualname.rpartition(".")[0], mode="eval").body
    positional: list[tuple[ast.arg, ParameterKind]] = [(item, "positional") for item in arguments.posonlyargs]
    positional += [(item, "ordinary") for item in arguments.args]
    missing = len(positional) - len(arguments.defaults)
    found = [
        _parameter(item, kind, arguments.defaults[number - missing] if number >= missing else None)
        for number, (item, kind) in enumerate(positional)
    ]
    if arguments.vararg is not None:
        found.append(_parameter(arguments.vararg, "rest", ast.Tuple([], ast.Load())))
    found += [
        _parameter(item, "named", default)
        for item, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    ]
    if arguments.kwarg is not None:
        found.append(_parameter(arguments.kwarg, "more", ast.Dict([], [])))
    return tuple(found)


def definition_of(spec: Spec) -> ast.FunctionDef | ast.AsyncFunctionDef:
    """Return the unit's definition without a body."""
    return _definition(spec.head)


def _definition(head: str) -> ast.FunctionDef | ast.AsyncFunctionDef:
    (node,) = parse(f"{head}\n    ...").body
    assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)  # noqa: S101 - that is what a head is
    return node


def example_cases(spec: Spec, parameters: tuple[Parameter, ...]) -> tuple[Case, ...]:
    """Return the calls of the unit in its examples whose arguments are all written out."""
    return _example_cases(spec.unit.qualname, spec.method, spec.examples, parameters)


@lru_cache(maxsize=256)
def _example_cases(
    qualname: str, method: str, examples: tuple[Example, ...], parameters: tuple[Parameter, ...]
) -> tuple[Case, ...]:
    cases: list[Case] = []
    setup: list[str] = []
    for example in examples:
        try:
            statements = parse(example.source).body
        except SyntaxError:
            continue
        nodes = (node for item in statements for node in walk(item))
        calls = (call for node in nodes if (call := _as_call(node, qualname, method)) is not None)
        bound = [values for call in calls if (values := bind(call, parameters)) is not None]
        cases += [Case(call, example, tuple(setup)) for call in bound]
        if any(not isinstance(item, ast.Expr) for item in statements):
            setup.append(example.source)
    return tuple(cases)


def bind(node: ast.Call, parameters: tuple[Parameter, ...]) -> UnitCall | None:
    """Return what a call gives each parameter; None where that cannot be told from its text."""
    if any(isinstance(item, ast.Starred) for item in node.args) or any(item.arg is None for item in node.keywords):
        return None
    given: dict[str, ast.expr] = {str(item.arg): item.value for item in node.keywords}
    waiting = list(node.args)
    values: dict[str, str] = {}
    for parameter in parameters:
        match parameter.kind:
            case "positional" | "ordinary" if waiting:
                values[parameter.name] = ast.unparse(waiting.pop(0))
            case "ordinary" | "named" if parameter.name in given:
                values[parameter.name] = ast.unparse(given.pop(parameter.name))
            case "rest":
                values[parameter.name] = ast.unparse(ast.Tuple(waiting, ast.Load()))
                waiting = []
            case "more":
                keys: list[ast.expr | None] = [ast.Constant(name) for name in given]
                values[parameter.name] = ast.unparse(ast.Dict(keys, list(given.values())))
                given = {}
            case _ if parameter.default is not None:
                values[parameter.name] = parameter.default
            case _:
                return None
    return UnitCall(tuple(values.values())) if not waiting and not given else None


def invocation(spec: Spec, parameters: tuple[Parameter, ...]) -> str:
    """Return the source of a call that gives each parameter the variable of its name; an async unit is waited for."""
    call = _call(spec, [_argument(item, item.name) for item in parameters])
    return f"__import__('asyncio').run({call})" if _is_awaited(spec) else call


def doctest_line(spec: Spec, parameters: tuple[Parameter, ...], call: UnitCall) -> str:
    """Return a call as the line of a doctest."""
    shown: list[str] = []
    by_name = False
    for parameter, value in zip(parameters, call.values, strict=True):
        if value == parameter.default:
            by_name = True
        elif by_name and parameter.kind == "ordinary":
            shown.append(f"{parameter.name}={value}")
        else:
            shown.append(_argument(parameter, value))
    text = _call(spec, shown)
    if spec.method in ON_AN_OBJECT:
        text = f"{shown[0]}.{spec.unit.name}"
        text += f"({', '.join(shown[1:])})" if spec.method == "instance" else ""
    return f">>> asyncio.run({text})" if _is_awaited(spec) else f">>> {text}"


def _is_awaited(spec: Spec) -> bool:
    """Whether a call has to be awaited: that of an asynchronous generator has not, but each of its items."""
    return spec.is_async and not is_awaited_lazily(definition_of(spec).returns)


def _argument(parameter: Parameter, value: str) -> str:
    forms: Mapping[ParameterKind, str] = {"rest": "*{1}", "named": "{0}={1}", "more": "**{1}"}
    return forms.get(parameter.kind, "{1}").format(parameter.name, value)


def _call(spec: Spec, arguments: list[str]) -> str:
    return f"{_function(spec)}({', '.join(arguments)})"


def _function(spec: Spec) -> str:
    """Return what takes all parameters: for what is called on an object, that is the first of them."""
    return f"{spec.unit.qualname}.fget" if spec.method == "property" else spec.unit.qualname


def _parameter(node: ast.arg, kind: ParameterKind, default: ast.expr | None) -> Parameter:
    return Parameter(node.arg, kind, node.annotation, None if default is None else ast.unparse(default))


def _as_call(node: ast.AST, qualname: str, method: str) -> ast.Call | None:
    """Return a call of the unit with all that it gives, what it is called on first; None for any other syntax."""
    last, name = qualname.split(".")[-2:][0], qualname.rpartition(".")[2]
    match node, method:
        case ast.Call(func=ast.Name(id=called)), "" if called == name:
            return node
        case ast.Attribute(value=on, attr=called, ctx=ast.Load()), "property" if called == name:
            return ast.Call(node, [on], [])
        case ast.Call(func=ast.Attribute(value=on, attr=called)), "instance" if called == name:
            by_class = isinstance(on, ast.Name | ast.Attribute) and ast.unparse(on).split(".")[-1] == last
            return ast.Call(node.func, [*([] if by_class else [on]), *node.args], node.keywords)
        case ast.Call(func=ast.Attribute(attr=called)), "class" | "static" if called == name:
            return node
        case _:
            return None
