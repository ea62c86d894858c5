"""Where a candidate's imports come from: the project's files, the given implementations, and what is installed."""

import functools
import importlib
import importlib.machinery
import sys
import types
from pathlib import Path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

STAND_IN = "hatch_vibesafe.dev"


class FreshLoader(importlib.machinery.SourceFileLoader):
    """Loads a source file from its source: a planted `.pyc` is never run."""

    def get_code(self, fullname: str) -> types.CodeType:  # noqa: ARG002 - the signature is the import system's
        """Compile what the source file holds now."""
        return self.source_to_code(self.get_data(self.path), self.path)


class GivenLoader:
    """Loads a module from source that was given, and keeps what it made: `sys.modules` can be changed by what runs."""

    def __init__(self, source: str, path: str, made: dict[str, types.ModuleType]) -> None:
        self._source = source
        self._path = path
        self._made = made

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> None:
        """Leave it to the import system."""

    def exec_module(self, module: types.ModuleType) -> None:
        """Run the source."""
        self._made[module.__name__] = module
        exec(compile(self._source, self._path, "exec", dont_inherit=True), vars(module))  # noqa: S102 - what a loader does


class Modules:
    """Finds the project's modules where the parent says they are, and the implementations that it gave."""

    def __init__(self, files: "Mapping[str, tuple[str, bool]]", implementations: "Mapping[str, str]") -> None:
        self._files = files
        self.made: dict[str, types.ModuleType] = {}
        self._sources = {name.rpartition(".")[0]: "" for name in implementations} | dict(implementations)

    def find_spec(self, name: str, *_: object) -> importlib.machinery.ModuleSpec | None:
        """Return the spec of a module that is ours to load, or None."""
        if name in self._sources:
            file = given_path(name)
            loader = GivenLoader(self._sources[name], file, self.made)
            is_package = not self._sources[name]
            spec = importlib.machinery.ModuleSpec(name, loader, origin=file, is_package=is_package)  # type: ignore[arg-type]  # a loader by its methods
            spec.has_location = not is_package
            return spec
        if name not in self._files:
            return None
        file, is_package = self._files[name]
        spec = importlib.machinery.ModuleSpec(name, FreshLoader(name, file), origin=file, is_package=is_package)
        spec.has_location = True
        if is_package:
            spec.submodule_search_locations = [str(Path(file).parent)]
        return spec


def given_path(name: str) -> str:
    """Return the file name under which tracebacks show an implementation."""
    return f"{name.replace('.', '/')}.py"


def stand_in(names: "Mapping[str, str]", available: set[str], called: "list[str] | None" = None) -> dict[str, object]:
    """Stand where the decorator looks a checkout's implementations up; return what it was given, by unit id.

    A unit without an implementation fails when it is called, not when its module is imported; then it joins `called`.
    """
    resolved: dict[str, object] = {}

    def implementation(function: types.FunctionType, *_: object) -> object:
        unit = f"{function.__module__}/{function.__qualname__}"
        if names.get(unit) in available:
            found = vars(importlib.import_module(names[unit]))[function.__name__]
        else:
            found = missing(unit, function, [] if called is None else called)
        resolved[unit] = found
        return found

    module = types.ModuleType(STAND_IN)
    module.implementation = implementation  # type: ignore[attr-defined]  # the interface that the decorator calls
    package = types.ModuleType(STAND_IN.partition(".")[0])
    package.__path__ = []
    sys.modules[package.__name__] = package
    sys.modules[STAND_IN] = module
    return resolved


def missing(unit: str, stub: types.FunctionType, called: list[str]) -> "Callable[..., object]":
    """Return what stands for a unit that has no implementation: its signature is the stub's, for whoever asks."""

    @functools.wraps(stub)
    def call(*_: object, **__: object) -> object:
        from vibesafe_runtime import Problem, VibesafeCheckpointMissing  # noqa: PLC0415 - found by this job's path

        called.append(unit)
        what = "another unit that this one calls has no active implementation"
        raise VibesafeCheckpointMissing(Problem(unit, what, f"vibesafe compile --target {unit}, then vibesafe save"))

    return call
