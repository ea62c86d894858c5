"""The decorator: where a baked package is, it returns the verified implementation itself; else the checkout decides."""

import os
import sys

from vibesafe_runtime._exceptions import VibesafeCheckpointMissing, VibesafeConfigurationError
from vibesafe_runtime._finder import VerifiedLoader, baked_package_of, check_running
from vibesafe_runtime._problems import Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from importlib.machinery import ModuleSpec
    from types import FrameType, FunctionType
    from typing import Literal, TypeVar, overload

    from vibesafe_runtime._baked import BakedPackage

    F = TypeVar("F", bound=Callable[..., object])
    Kind = Literal["function", "http", "cli"]
else:
    FunctionType = type(lambda: None)

ENVIRONMENT = "VIBESAFE_ENV"
MODES = ("dev", "prod")
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
    spec: ModuleSpec | None = stub.__globals__.get("__spec__")
    package = None if spec is None else baked_package_of(spec.name, spec)
    if spec is not None and package is not None:
        _check_environment()
        return _baked_implementation(package, spec.name, stub, frame)
    return _checkout_implementation(stub, stub.__module__ if spec is None else spec.name)


def _check_environment() -> None:
    mode = os.environ.get(ENVIRONMENT)
    if mode is not None and mode not in MODES:
        what = f"is {mode!r}, but only {' or '.join(map(repr, MODES))} can stand there"
        raise VibesafeConfigurationError(
            Problem(ENVIRONMENT, what, f"unset {ENVIRONMENT}, or export {ENVIRONMENT}=prod")
        )


def _baked_implementation(package: "BakedPackage", module: str, stub: "FunctionType", frame: "FrameType") -> object:
    name = package.implementation_module(module, stub.__qualname__)
    path = package.path_of(name)
    if path is None:
        where = f"{module}/{stub.__qualname__}"
        raise package.missing(where, f"has no implementation in {package.name}")
    check_running(package, module, stub.__globals__, frame)
    # A module that runs by `python -m` has no name of its own yet; the implementation may import from it.
    borrowed = module not in sys.modules
    if borrowed:
        sys.modules[module] = sys.modules[stub.__globals__["__name__"]]
    try:
        __import__(name)
        if not hasattr(sys.modules[name], stub.__name__):
            # It was imported before its spec module, for which it now waits: run it again, and it will not have to.
            del sys.modules[name]
            __import__(name)
    finally:
        if borrowed:
            del sys.modules[module]
    found = sys.modules[name]
    if not isinstance(found.__loader__, VerifiedLoader):
        raise package.mismatch(package.place(path), "was loaded by something that does not verify it")
    return getattr(found, stub.__name__)


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
