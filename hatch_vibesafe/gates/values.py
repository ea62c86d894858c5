"""What the worker says that an example showed, read back strictly and turned into the text that `doctest` compares."""

import ast
from collections.abc import Callable
from dataclasses import dataclass

from hatch_vibesafe.spec.walking import walk


class MalformedAnswerError(ValueError):
    """The worker, or a candidate in its place, sent what is no answer."""


@dataclass(frozen=True, slots=True)
class Raised:
    """An exception that ended an example.

    Attributes:
        module: The module of its class.
        qualname: Its class.
        message: What `str` says of it.
        made_up: Whether the implementation made the class.
        line: The last line of the implementation that it passed through; 0 for none.
    """

    module: str
    qualname: str
    message: str
    made_up: bool
    line: int

    @property
    def text(self) -> str:
        """Its last line as a traceback shows it."""
        name = self.qualname if self.module in {"builtins", "__main__"} else f"{self.module}.{self.qualname}"
        return f"{name}: {self.message}\n" if self.message else f"{name}\n"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one example.

    Attributes:
        text: What it showed: printed text, and the `repr` of values, in order.
        raised: The exception that ended it, or None.
        refusals: Why it cannot be believed; empty where it can.
        has_set: Whether a set is among the values, whose order means nothing.
    """

    text: str
    raised: Raised | None = None
    refusals: tuple[str, ...] = ()
    has_set: bool = False


def read_outcome(answer: object) -> Outcome:
    """Return what the answer to one example says.

    Raises:
        MalformedAnswerError: if it is not an answer.
    """
    match answer:
        case ["example", list(events), raised, list(refusals)]:
            reading = _Reading([_text(refusal) for refusal in refusals])
            text = "".join(reading.event(event) for event in events)
            return Outcome(text, _raised(raised), tuple(reading.refusals), reading.has_set)
    raise MalformedAnswerError("it is no answer to an example")


def value_text(node: object) -> str:
    """Return what `repr` gives for a value that the worker encoded.

    Raises:
        MalformedAnswerError: if it is no value.
    """
    return _Reading([]).value(node)


def _raised(raised: object) -> Raised | None:
    match raised:
        case None:
            return None
        case [str(module), str(qualname), str(message), bool(made_up), int(line)]:
            return Raised(module, qualname, message, made_up, line)
    raise MalformedAnswerError("it describes no exception")


class _Reading:
    """Collects, while values are turned into text, why they cannot be believed."""

    def __init__(self, refusals: list[str]) -> None:
        self.refusals = refusals
        self.has_set = False

    def event(self, event: object) -> str:
        match event:
            case ["text", str(text)]:
                return text
            case ["value", value]:
                return f"{self.value(value)}\n"
            case ["cut"]:
                self.refusals.append("it prints more than can be compared")
                return ""
        raise MalformedAnswerError("it shows neither a text nor a value")

    def value(self, node: object) -> str:
        """Return what `repr` gives for a value in this process, where no candidate has a say."""
        match node:
            case ["none"]:
                return "None"
            case ["bool", bool(truth)]:
                return repr(truth)
            case ["str" | "int" | "float" | "complex" | "bytes" as kind, *texts]:
                return self._scalar(kind, texts)
            case ["object", str(module), str(qualname), text, bool(made_up)]:
                return self._object(f"{module}.{qualname}", text, made_up=made_up)
        return self._container(node)

    def _container(self, node: object) -> str:
        match node:
            case ["list" | "tuple" | "set" | "frozenset" as kind, list(items)]:
                return self._sequence(kind, [self.value(item) for item in items])
            case ["dict", list(pairs)]:
                return f"{{{', '.join(self._pair(pair) for pair in pairs)}}}"
            case ["unreadable"]:
                return self._unreadable()
        raise MalformedAnswerError("it shows a value of no known kind")

    def _object(self, name: str, text: object, *, made_up: bool) -> str:
        if made_up:
            self.refusals.append(f"it shows an object of {name}, a class of the implementation itself")
        return self._unreadable() if text is None else _text(text)

    def _pair(self, pair: object) -> str:
        match pair:
            case [key, value]:
                return f"{self.value(key)}: {self.value(value)}"
        raise MalformedAnswerError("a dict's item is no pair")

    def _sequence(self, kind: str, items: list[str]) -> str:
        inside = ", ".join(items)
        match kind:
            case "list":
                return f"[{inside}]"
            case "tuple":
                return f"({inside},)" if len(items) == 1 else f"({inside})"
        self.has_set = True
        if not items:
            return f"{kind}()"
        return f"{{{inside}}}" if kind == "set" else f"frozenset({{{inside}}})"

    def _scalar(self, kind: str, texts: list[object]) -> str:
        if None in texts:
            return self._unreadable()
        try:
            return repr(_SCALARS[kind](*map(_text, texts)))
        except (ValueError, TypeError, OverflowError) as error:
            if kind == "int" and "digits" in str(error):
                return self._unreadable()
            raise MalformedAnswerError(f"it is no {kind}") from error

    def _unreadable(self) -> str:
        self.refusals.append("it shows a value that is too large or too deep to compare")
        return "..."


_SCALARS: dict[str, Callable[..., object]] = {
    "str": str,
    "int": lambda text: int(text, 16),
    "float": float.fromhex,
    "complex": lambda real, imaginary: complex(float.fromhex(real), float.fromhex(imaginary)),
    "bytes": lambda text: text.encode("latin-1"),  # not as digits, in which the parent would miss a key
}


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    raise MalformedAnswerError("it is no text")


def same_but_for_set_order(one: str, other: str) -> bool:
    """Return whether two texts are the same Python expression up to the order in which sets show what they hold."""
    try:
        return _unordered(one) == _unordered(other)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False


def _unordered(text: str) -> str:
    tree = ast.parse(text.strip(), mode="eval")
    for node in walk(tree):
        if isinstance(node, ast.Set):
            node.elts.sort(key=ast.dump)
    return ast.dump(tree)
