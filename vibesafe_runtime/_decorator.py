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
    Contracts = Literal["off", "pre", "full"]
else:
    FunctionType = type(lambda: None)

_SERVED = ("http", "cli")


class Decorator:
    """What `@vibesafe`, `@vibesafe.func`, `@vibesafe.http` and `@vibesafe.cli` are.

    Called with a function it returns the function's implementation; called with options, a decorator that does. The
    options are part of the spec: the scan reads and checks them in the source, before anything is generated or built.
    """

    __slots__ = ("_kind",)

    def __init__(self, kind: str = "") -> None:
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
            capabilities: "Sequence[str]" = (),
            contracts: "Contracts | None" = None,
            status: int | None = None,
        ) -> "Callable[[F], F]": ...

    def __call__(self, function: "Callable[..., object] | None" = None, /, **options: object) -> object:
        """Return the implementation of `function`, or a decorator that does.

        Raises:
            VibesafeCheckpointMissing: if there is no implementation.
            VibesafeConfigurationError: if what is decorated or `VIBESAFE_ENV` cannot be used.
            VibesafeHashMismatch: if anything differs from what was locked.
        """
        if function is None:
            return lambda function: self._replaced(function, options, sys._getframe(1))  # noqa: SLF001 - see below
        return self._replaced(function, options, sys._getframe(1))  # noqa: SLF001 - a module that runs already is found by its frame

    def _replaced(self, stub: object, options: "dict[str, object]", frame: "FrameType") -> "Callable[..., object]":
        found = _implementation(stub, frame)
        kind = self._kind or options.get("kind")
        if kind in _SERVED and isinstance(stub, FunctionType):
            from vibesafe_runtime._units import Unit, keep  # noqa: PLC0415 - only what is served needs it

            keep(Unit(stub, str(kind), options, found))
        return found


class Vibesafe(Decorator):
    """The decorator of any kind, and the decorators of one kind as its attributes."""

    __slots__ = ()

    func = Decorator("function")
    http = Decorator("http")
    cli = Decorator("cli")


vibesafe = Vibesafe()


def _implementation(stub: object, frame: "FrameType") -> "Callable[..., object]":
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
    found: Callable[..., object] | None = baked_implementation(spec, stub, frame)
    return found or _checkout_implementation(stub, spec.name)


def _checkout_implementation(stub: "FunctionType", module: str) -> "Callable[..., object]":
    from vibesafe_runtime._trust import trusted_keys  # noqa: PLC0415 - as above

    where = f"{module}/{stub.__qualname__}"
    if trusted_keys() is not None:
        what = "has no baked package, and this deployment trusts only what its keys signed"
        raise VibesafeCheckpointMissing(Problem(where, what, "install a wheel that a trusted key signed"))
    # In production there is nothing of this name, and an import ends here: closed.
    try:
        __import__("hatch_vibesafe.dev")
    except ModuleNotFoundError as error:
        if error.name not in {"hatch_vibesafe", "hatch_vibesafe.dev"}:
            raise
        what = "has no baked package, and the development tools that could read a source checkout are not installed"
        remedy = "install a wheel built with the vibesafe build hook; in a checkout: pip install 'hatch-vibesafe[dev]'"
        raise VibesafeCheckpointMissing(Problem(where, what, remedy)) from None
    # The options are not passed on: the checkout reads them, with all of the spec, from the source.
    found: Callable[..., object] = sys.modules["hatch_vibesafe.dev"].implementation(
        stub, module, stub.__globals__.get("__file__")
    )
    return found
