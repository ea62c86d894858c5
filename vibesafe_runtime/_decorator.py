"""The decorator: where a baked package is, it returns the verified implementation itself; else the checkout decides."""

import sys

from vibesafe_runtime._exceptions import Problem, VibesafeCheckpointMissing, VibesafeConfigurationError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from importlib.machinery import ModuleSpec
    from types import FrameType, FunctionType
    from typing import Literal, TypeVar, overload

    F = TypeVar("F", bound=Callable[..., object])
    Kind = Literal["function", "http", "cli"]
else:
    FunctionType = type(lambda: None)

KINDS = ("function", "http", "cli")
_TEXT_OPTIONS = ("provider", "template", "model", "method", "path")


class Decorator:
    """What `@vibesafe`, `@vibesafe.func`, `@vibesafe.http` and `@vibesafe.cli` are.

    Called with a function it returns the function's implementation; called with options, a decorator that does.
    """

    __slots__ = ("_kind",)

    def __init__(self, kind: "Kind | None" = None) -> None:
        self._kind = kind

    if TYPE_CHECKING:

        @overload
        def __call__(self, function: "F", /) -> "F": ...

        @overload
        def __call__(
            self,
            /,
            *,
            kind: "Kind | None" = None,
            provider: str | None = None,
            template: str | None = None,
            model: str | None = None,
            method: str | None = None,
            path: str | None = None,
            tags: "Sequence[str]" = (),
        ) -> "Callable[[F], F]": ...

    def __call__(self, function: "Callable[..., object] | None" = None, /, **options: object) -> object:
        """Return the implementation of `function`, or a decorator with these options.

        Raises:
            VibesafeCheckpointMissing: if there is no implementation.
            VibesafeConfigurationError: if the options, what is decorated or `VIBESAFE_ENV` cannot be used.
            VibesafeHashMismatch: if anything differs from what was locked.
        """
        if options:
            _check_options(self._kind, options)
        if function is None:
            return lambda function: _implementation(function, sys._getframe(1))  # noqa: SLF001 - see below
        return _implementation(function, sys._getframe(1))  # noqa: SLF001 - see `check_running`


class Vibesafe(Decorator):
    """The decorator of any kind, and the decorators of one kind as its attributes."""

    __slots__ = ()

    func = Decorator("function")
    http = Decorator("http")
    cli = Decorator("cli")


vibesafe = Vibesafe()


def _check_options(kind: str | None, options: dict[str, object]) -> None:
    """Check the options of a decorator.

    Raises:
        VibesafeConfigurationError: with every option that is unknown or cannot be used.
    """
    problems = []
    written = {name: value for name, value in options.items() if value is not None}
    asked = written.setdefault("kind", kind or "function")
    if asked not in KINDS or (kind is not None and asked != kind):
        expected = repr(kind) if kind else ", ".join(map(repr, KINDS))
        problems.append(_option_problem("kind", f"is {asked!r}, but only {expected} can stand here"))
    for name, value in written.items():
        if name == "tags":
            if not isinstance(value, (tuple, list)) or not all(isinstance(tag, str) and tag for tag in value):
                problems.append(_option_problem(name, f"is {value!r}, but must be a tuple or list of texts"))
        elif name in _TEXT_OPTIONS:
            if not isinstance(value, str) or not value:
                problems.append(_option_problem(name, f"is {value!r}, but must be a text that is not empty"))
            elif name in {"method", "path"} and asked != "http":
                problems.append(_option_problem(name, f"belongs to kind 'http', but this unit is of kind {asked!r}"))
        elif name != "kind":
            problems.append(_option_problem(name, f"is none of kind, tags, {', '.join(_TEXT_OPTIONS)}"))
    if problems:
        raise VibesafeConfigurationError(*problems)


def _option_problem(name: str, what: str) -> Problem:
    return Problem(f"@vibesafe({name}=...)", f"the option {name} {what}", "correct the decorator's options")


def _implementation(stub: object, frame: "FrameType") -> object:
    if not isinstance(stub, FunctionType):
        what = f"decorates a {type(stub).__name__}, but only a function or a method can be a unit"
        where = f"{frame.f_code.co_filename}:{frame.f_lineno}"
        remedy = "put @vibesafe next to the `def`, below every other decorator"
        raise VibesafeConfigurationError(Problem(where, what, remedy))
    # Here and not above, because an import of this package alone needs none of it.
    from vibesafe_runtime._finder import baked_implementation  # noqa: PLC0415 - see above

    spec: ModuleSpec | None = stub.__globals__.get("__spec__")
    if spec is None:
        return _checkout_implementation(stub, stub.__module__)
    return baked_implementation(spec, stub, frame) or _checkout_implementation(stub, spec.name)


def _checkout_implementation(stub: "FunctionType", module: str) -> object:
    # In production there is nothing of this name, and an import ends here: closed.
    try:
        __import__("hatch_vibesafe.dev")
    except ModuleNotFoundError as error:
        if error.name not in {"hatch_vibesafe", "hatch_vibesafe.dev"}:
            raise
        what = "has no baked package, and the development tools that could read a source checkout are not installed"
        remedy = "install a wheel built with the vibesafe build hook; in a checkout: pip install 'hatch-vibesafe[dev]'"
        raise VibesafeCheckpointMissing(Problem(f"{module}/{stub.__qualname__}", what, remedy)) from None
    # The options are checked and no more: the checkout reads them, with all of the spec, from the source.
    return sys.modules["hatch_vibesafe.dev"].implementation(stub, module, stub.__globals__.get("__file__"))
