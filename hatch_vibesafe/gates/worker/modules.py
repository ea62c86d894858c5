"""Where a candidate's imports come from: the project's files, the given implementations, and what is installed.

A candidate runs without its unit's docstring, in which the examples say what they should give; every line stays where
it was. So what ships is byte for byte what was gated, except for that one constant.
"""

import ast
import contextlib
import functools
import gc
import importlib
import importlib.machinery
import sys
import types
from pathlib import Path

from hatch_vibesafe.gates.worker.origins import Frozen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from hatch_vibesafe.gates.worker.messages import Shared
    from hatch_vibesafe.gates.worker.origins import Origins

STAND_IN = "hatch_vibesafe.dev"
STAND_INS = (STAND_IN.partition(".")[0], STAND_IN)


class ProjectLoader(importlib.machinery.SourceFileLoader):
    """Loads a module of the project from the source that was given for its file, which itself is out of sight."""

    def __init__(self, name: str, path: str, source: str) -> None:
        super().__init__(name, path)
        self._source = source

    def get_code(self, fullname: str) -> types.CodeType:  # noqa: ARG002 - the signature is the import system's
        """Compile the source: a planted `.pyc` is never run."""
        return self.source_to_code(self._source, self.path)

    def exec_module(self, module: types.ModuleType) -> None:
        """Run the source, and have it at hand for who shows it in a message: the file may be seen and not read."""
        try:
            super().exec_module(module)
        finally:
            if "linecache" in sys.modules:
                lines = self._source.splitlines(keepends=True)
                sys.modules["linecache"].cache[self.path] = (len(self._source), None, lines, self.path)

    def get_source(self, fullname: str) -> str:  # noqa: ARG002 - likewise
        """Return the source, for who shows it."""
        return self._source


class GivenLoader:
    """Loads a module from source that was given."""

    def __init__(self, source: str, path: str) -> None:
        self._source = source
        self._path = path

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> None:
        """Leave it to the import system."""

    def exec_module(self, module: types.ModuleType) -> None:
        """Run the source."""
        exec(compile(self._source, self._path, "exec", dont_inherit=True), vars(module))  # noqa: S102 - what a loader does


class CandidateLoader(GivenLoader):
    """Loads the candidate without its unit's docstring, once, between two looks at the classes that there are."""

    def __init__(self, source: str, path: str, qualname: str, origins: "Origins", examples: "Iterable[str]") -> None:
        super().__init__(source, path)
        self._name = qualname.rpartition(".")[2]
        self._once: list[Callable[[types.ModuleType], None]] = [self._run(origins, tuple(examples))]

    def exec_module(self, module: types.ModuleType) -> None:
        """Run the source; nothing that is left here leads to what judges it."""
        if not self._once:
            raise ImportError("an implementation is imported once", name=module.__name__)
        self._once.pop()(module)

    def _run(self, origins: "Origins", examples: tuple[str, ...]) -> "Callable[[types.ModuleType], None]":
        def run(module: types.ModuleType) -> None:
            tree = without_docstring(ast.parse(self._source, self._path), self._name)
            code = compile(tree, self._path, "exec", dont_inherit=True)
            import_beforehand([self._source, *examples])
            origins.before()
            try:
                exec(code, vars(module))  # noqa: S102 - what a loader does
            finally:
                origins.after()

        return run


def without_docstring(tree: ast.Module, name: str) -> ast.Module:
    """Return a module whose functions of this name have no docstring; every line stays where it was."""
    for node in tree.body:
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) or node.name != name:
            continue
        if ast.get_docstring(node, clean=False) is not None:
            node.body[0] = ast.copy_location(ast.Pass(), node.body[0])
    return tree


def import_beforehand(sources: "Iterable[str]") -> None:
    """Import what these sources import, where that can be done: its classes are to be known before a candidate runs."""
    for source in (each for each in sources if "import" in each):  # the others are too many to be parsed for nothing
        with contextlib.suppress(SyntaxError, ValueError):
            for node in ast.walk(ast.parse(source)):
                if isinstance(node, ast.Import):
                    for alias in node.names:
                        import_if_possible(alias.name)
                elif isinstance(node, ast.ImportFrom) and node.module is not None and node.level == 0:
                    import_if_possible(node.module)
                    for alias in node.names:
                        if not hasattr(sys.modules.get(node.module), alias.name):
                            import_if_possible(f"{node.module}.{alias.name}")


def import_if_possible(name: str) -> None:
    """Import a module; why that fails is said where the import stands."""
    with contextlib.suppress(Exception):
        importlib.import_module(name)


class Project:
    """A batch's modules and implementations, laid out once: each child of a warm process finds them in memory."""

    def __init__(self, shared: "Shared") -> None:
        self.path = shared["path"]
        self.names = shared["names"]
        self.places = shared["modules"]
        self.files = {name: (*self.places[name], source) for name, source in shared["sources"].items()}
        self.namespaces = {
            name.rsplit(".", count)[0] for name in self.places for count in range(1, name.count(".") + 1)
        }
        self.implementations = {self.names[unit]: source for unit, source in shared["implementations"].items()}
        self.packages = {name.rpartition(".")[0] for name in self.implementations}
        self.frozen: Frozen | None = None

    def freeze(self) -> None:
        """Keep what there is now apart from what is made later, for the children that are to be."""
        gc.collect()
        sources = (*(source for _, _, source in self.files.values()), *self.implementations.values())
        packages = (name.rpartition(".")[0] for name in self.names.values())
        names = (*self.files, *self.namespaces, *self.names.values(), *packages, *STAND_INS)
        self.frozen = Frozen(sources, names)
        gc.freeze()

    def give(self, name: str, source: str) -> None:
        """Put an implementation in place; what was accepted for its unit earlier would be an answer."""
        self.implementations[name] = source
        self.packages.add(name.rpartition(".")[0])


class Modules:
    """Finds the project's modules where the parent says they are, and the implementations that it gave."""

    def __init__(self, project: Project, candidate: "tuple[str, CandidateLoader] | None" = None) -> None:
        self._project = project
        self._candidate = candidate

    def find_spec(
        self, name: str, path: "Sequence[str] | None" = None, _target: object = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Return the spec of a module that is ours to load, or None."""
        source = self._source(name)
        if source is not None:
            file = given_path(name)
            given = GivenLoader(source, file)
            if self._candidate is not None and self._candidate[0] == name:
                given = self._candidate[1]
            is_package = not source
            spec = importlib.machinery.ModuleSpec(name, given, origin=file, is_package=is_package)  # type: ignore[arg-type]  # a loader by its methods
            spec.has_location = not is_package
            return spec
        if name not in self._project.files:
            return self._namespace(name, path) if name in self._project.namespaces else None
        file, is_package, source = self._project.files[name]
        loader = ProjectLoader(name, file, source)
        spec = importlib.machinery.ModuleSpec(name, loader, origin=file, is_package=is_package)
        spec.has_location = True
        if is_package:
            spec.submodule_search_locations = [str(Path(file).parent)]
        return spec

    def _source(self, name: str) -> str | None:
        """Return the source of an implementation, nothing for a package of them, and None for any other module."""
        project = self._project
        return project.implementations.get(name, "" if name in project.packages else None)

    def _namespace(self, name: str, path: "Sequence[str] | None") -> importlib.machinery.ModuleSpec:
        """Return the spec of a namespace package of the project, whose directories are out of sight here."""
        installed = importlib.machinery.PathFinder.find_spec(name, path)
        return installed or importlib.machinery.ModuleSpec(name, None, is_package=True)


def given_path(name: str) -> str:
    """Return the file name under which tracebacks show an implementation."""
    return f"{name.replace('.', '/')}.py"


def stand_in(project: Project, called: "list[str] | None" = None) -> dict[str, object]:
    """Stand where the decorator looks a checkout's implementations up; return what it was given, by unit id.

    A unit without an implementation fails when it is called, not when its module is imported; then it joins `called`.
    """
    resolved: dict[str, object] = {}

    def implementation(function: types.FunctionType, *_: object) -> object:
        unit = f"{function.__module__}/{function.__qualname__}"
        name = project.names.get(unit)
        if name in project.implementations:
            found = vars(importlib.import_module(name))[function.__name__]
        else:
            found = missing(unit, function, [] if called is None else called)
        resolved[unit] = found
        return found

    module = types.ModuleType(STAND_IN)
    module.implementation = implementation  # type: ignore[attr-defined]  # the interface that the decorator calls
    package = types.ModuleType(STAND_INS[0])
    package.__path__ = []
    sys.modules |= zip(STAND_INS, (package, module), strict=True)
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
