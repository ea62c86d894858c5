"""Which Python files a wheel holds and under which names: hatchling's own answer where hatchling builds the project."""

import os
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from hatchling.builders.wheel import WheelBuilder
from hatchling.plugin.manager import PluginManager

from hatch_vibesafe.problems import Problem, VibesafeConfigurationError
from hatch_vibesafe.unexpected import reason

_NOT_SOURCE = frozenset({"__pycache__", "build", "dist", "node_modules", "site-packages", "venv"})


@dataclass(frozen=True, slots=True)
class WheelFile:
    """A Python file on disk and its place in the wheel.

    Attributes:
        source: Its absolute path.
        path: Its path relative to the project root, with `/`.
        module: The name under which it is imported once installed.
        is_package: Whether it is an `__init__.py`.
        in_wheel: Whether the wheel holds it.
    """

    source: str
    path: str
    module: str
    is_package: bool
    in_wheel: bool


def wheel_files(root: Path) -> tuple[WheelFile, ...]:
    """Return the Python files of a project, sorted by path.

    Where hatchling builds it, these are the files that its wheel holds and, marked so, those that lie in the same
    packages but are left out. Elsewhere (a directory of scripts) they are all modules below `src` or the root.

    Raises:
        VibesafeConfigurationError: if hatchling cannot tell.
    """
    if not built_by_hatchling(root):
        base = root / "src" if (root / "src").is_dir() else root
        return tuple(_found(root, base, PurePosixPath()))
    try:
        builder = WheelBuilder(str(root), plugin_manager=PluginManager())
        included = [(file.path, file.distribution_path) for file in builder.recurse_included_files()]
    except (ValueError, TypeError, OSError) as error:
        raise VibesafeConfigurationError(
            Problem(
                "pyproject.toml",
                f"hatchling cannot tell what the wheel holds: {reason(error)}",
                "mend it until `hatch build` works",
            )
        ) from error
    held = [file for file in (_wheel_file(root, path, place, in_wheel=True) for path, place in included) if file]
    known = {file.source for file in held}
    beside = [file for file in _beside(root, held) if file.source not in known]
    return tuple(sorted((*held, *beside), key=lambda file: (file.path, file.module)))


def built_by_hatchling(root: Path) -> bool:
    """Return whether the project at `root` says that hatchling builds it."""
    try:
        pyproject = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return False
    return "project" in pyproject and pyproject.get("build-system", {}).get("build-backend") == "hatchling.build"


def _wheel_file(root: Path, source: str, place: str, *, in_wheel: bool) -> WheelFile | None:
    """Return the module that stands at `place` in the wheel, or None where that is no importable module."""
    path = PurePosixPath(place.replace(os.sep, "/"))
    if path.suffix != ".py":
        return None
    is_package = path.name == "__init__.py"
    parts = path.parent.parts if is_package else path.with_suffix("").parts
    if not parts or not all(part.isidentifier() for part in parts):
        return None
    relative = os.path.relpath(source, root).replace(os.sep, "/")
    return WheelFile(str(source), relative, ".".join(parts), is_package, in_wheel)


def _beside(root: Path, held: Iterable[WheelFile]) -> Iterator[WheelFile]:
    """Yield the modules on disk in the top-level packages of the held files."""
    tops: dict[Path, str] = {}
    for file in held:
        depth = file.module.count(".") + (1 if file.is_package else 0)
        if depth:
            source = Path(file.source)
            top, name = source.parents[depth - 1], file.module.partition(".")[0]
            if top.name == name:
                tops[top] = name
    for top, name in tops.items():
        for file in _found(root, top, PurePosixPath(name)):
            yield WheelFile(file.source, file.path, file.module, file.is_package, in_wheel=False)


def _found(root: Path, base: Path, place: PurePosixPath) -> Iterator[WheelFile]:
    """Yield the modules below `base`, which stands at `place` of the wheel."""
    for directory, names, files in os.walk(base):
        here = Path(directory)
        names[:] = sorted(
            name
            for name in names
            if name.isidentifier() and name not in _NOT_SOURCE and not (here / name / "pyvenv.cfg").exists()
        )
        for name in sorted(files):
            source = here / name
            file = _wheel_file(root, str(source), str(place / source.relative_to(base).as_posix()), in_wheel=True)
            if file is not None:
                yield file
