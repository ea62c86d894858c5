"""Values that a candidate returned, as source text that makes the same values elsewhere. Pure.

Threat: the texts come from a process that ran the candidate, and are evaluated in one that never does. So nothing of
them is code: numbers and texts are written anew here, and of what `repr` says of an object only the call of the class
that the worker named is taken, with plain values and other such calls as its arguments.
"""

import ast
import math
import re
from collections.abc import Callable, Container

from hatch_vibesafe.gates.values import MalformedAnswerError
from hatch_vibesafe.spec.source import parse

STANDARD = {
    "decimal.Decimal": "decimal.Decimal",
    "fractions.Fraction": "fractions.Fraction",
    "datetime.date": "datetime.date",
    "datetime.datetime": "datetime.datetime",
    "datetime.time": "datetime.time",
    "datetime.timedelta": "datetime.timedelta",
    "datetime.timezone": "datetime.timezone",
    "Decimal": "decimal.Decimal",
    "Fraction": "fractions.Fraction",
}
_SPELLED_OUT = re.compile(
    r"__import__\('(?:importlib'\)\.import_module\('[\w.]+|decimal|fractions|datetime)'\)\.(?=[A-Za-z_])"
)
_UTC = "datetime.timezone.utc"
_CLASS = re.compile(r"(?:[A-Z]\w*\.)*[A-Z]\w*")
_SHOWN_MEMBER = re.compile(r"<(\w+)\.(\w+): [^<>]*>")
_MEMBER = re.compile(r"<(\w+)\.(\w+): .*>", re.DOTALL)


class NotCarriedError(ValueError):
    """A value that cannot be made again elsewhere."""


def carried(node: object, modules: Container[str]) -> str:
    """Return the source of a value as the worker encoded it. `modules` are the project's, whose classes may be made.

    Raises:
        NotCarriedError: if it is not plain data, an enum's member, or made by a dataclass or the like.
        MalformedAnswerError: if it is no value at all.
    """
    match node:
        case ["none"]:
            return "None"
        case ["bool", bool(truth)]:
            return repr(truth)
        case ["str" | "int" | "float" | "complex" | "bytes" as kind, *texts]:
            return _scalar(kind, texts)
        case ["list" | "tuple" | "set" | "frozenset" as kind, list(items)]:
            return _sequence(kind, [carried(item, modules) for item in items])
        case ["dict", list(pairs)]:
            return f"{{{', '.join(_pair(pair, modules) for pair in pairs)}}}"
        case ["object", str(module), str(qualname), str(text), False]:
            return _object(module, qualname, text, modules)
        case ["object", str(module), str(qualname), *_]:
            raise NotCarriedError(f"an object of {module}.{qualname}")
        case ["unreadable"]:
            raise NotCarriedError("a value that is too large or too deep")
    raise MalformedAnswerError("it shows a value of no known kind")


def readable(source: str) -> str:
    """Return the source of a value as a person writes it: numbers in tens, classes by their names alone."""
    try:
        text = ast.unparse(ast.parse(source, mode="eval"))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return source
    return _SPELLED_OUT.sub("", text)


def _pair(pair: object, modules: Container[str]) -> str:
    match pair:
        case [key, value]:
            return f"{carried(key, modules)}: {carried(value, modules)}"
    raise MalformedAnswerError("a dict's item is no pair")


def _sequence(kind: str, items: list[str]) -> str:
    inside = ", ".join(items)
    if kind == "list":
        return f"[{inside}]"
    if kind == "tuple":
        return f"({inside},)" if items else "()"
    return f"{kind}([{inside}])"


def _scalar(kind: str, texts: list[object]) -> str:
    plain = [text for text in texts if isinstance(text, str)]
    if None in texts:
        raise NotCarriedError("a value that is too large")
    if len(plain) != len(texts):
        raise MalformedAnswerError(f"it is no {kind}")
    try:
        return _SCALARS[kind](*plain)
    except (ValueError, TypeError, OverflowError) as error:
        raise MalformedAnswerError(f"it is no {kind}") from error


def _float(text: str) -> str:
    value = float.fromhex(text)
    if math.isnan(value):
        return "(1e999 - 1e999)"
    return repr(value).replace("inf", "1e999")


_SCALARS: dict[str, Callable[..., str]] = {
    "str": repr,
    "int": lambda text: hex(int(text, 16)),
    "float": _float,
    "complex": lambda real, imaginary: f"complex({_float(real)}, {_float(imaginary)})",
    "bytes": lambda text: repr(text.encode("latin-1")),
}


def _object(module: str, qualname: str, text: str, modules: Container[str]) -> str:
    name = f"{module}.{qualname}"
    if name not in STANDARD and module not in modules:
        raise NotCarriedError(f"an object of {name}")
    member = _MEMBER.fullmatch(text)
    if member is not None and member[1] == qualname.rpartition(".")[2] and module in modules:
        return f"{_imported(module, qualname)}.{member[2]}"
    match _statements(text) or _statements(_SHOWN_MEMBER.sub(r"\1.\2", text)):
        case [ast.Expr(value=ast.Call() as call)] if name in STANDARD or ast.unparse(call.func) == qualname:
            return _made(call, module, modules)
        case [ast.Expr(value=ast.Attribute() as constant)] if ast.unparse(constant) == _UTC:
            return f"{_imported('datetime', 'timezone')}.utc"
    raise NotCarriedError(f"an object of {name}, which its repr() does not make again")


def _statements(text: str) -> list[ast.stmt]:
    try:
        return parse(text.strip()).body
    except (SyntaxError, RecursionError, MemoryError):
        return []


def _made(node: ast.expr, module: str, modules: Container[str]) -> str:
    """Return the source of a call that stands in the `repr` of an object of a class in `module`."""
    match node:
        case ast.Call(func=func, args=args, keywords=keywords) if all(item.arg for item in keywords):
            spelled = ast.unparse(func)
            if spelled in STANDARD:
                made = _imported(*STANDARD[spelled].split("."))
            elif module in modules and _CLASS.fullmatch(spelled):
                made = _imported(module, spelled)
            else:
                raise NotCarriedError(f"an object of {spelled}")
            given = [_made(item, module, modules) for item in args]
            given += [f"{item.arg}={_made(item.value, module, modules)}" for item in keywords]
            return f"{made}({', '.join(given)})"
        case ast.List(elts=items) | ast.Tuple(elts=items) | ast.Set(elts=items):
            kind = type(node).__name__.lower()
            return _sequence(kind, [_made(item, module, modules) for item in items])
        case ast.Dict(keys=keys, values=values) if None not in keys:
            every = [_made(item, module, modules) for item in (*filter(None, keys), *values)]
            pairs = zip(every[: len(values)], every[len(values) :], strict=True)
            return f"{{{', '.join(f'{key}: {value}' for key, value in pairs)}}}"
        case ast.Constant() | ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=ast.Constant()):
            return ast.unparse(node)
        case ast.Attribute() if ast.unparse(node) == _UTC:
            return f"{_imported('datetime', 'timezone')}.utc"
        case ast.Attribute(value=ast.Name(id=name), attr=member) if module in modules and _CLASS.fullmatch(name):
            return f"{_imported(module, name)}.{member}"
        case _:
            raise NotCarriedError("an object that holds what its repr() does not make again")


def _imported(module: str, qualname: str) -> str:
    return f"__import__('importlib').import_module({module!r}).{qualname}"
