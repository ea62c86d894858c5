"""`vibesafe init`: what a hatch project lacks to have units. Reads the tree and returns what would be written."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from hatch_vibesafe.config import Config
from hatch_vibesafe.config_file import CONFIGURATION_FILE, read_config
from hatch_vibesafe.problems import Problem, VibesafeConfigurationError
from hatch_vibesafe.start.build_backend import HATCHLING, backend_of, other_backend
from hatch_vibesafe.start.changes import Change
from hatch_vibesafe.start.configuration import CONFIGURATION
from hatch_vibesafe.start.hatch_tables import HATCH, PYPROJECT, RUNTIME, has_dynamic_dependencies, with_tables
from hatch_vibesafe.start.ignored import ignored_by_mistake, with_ignored
from hatch_vibesafe.start.new_project import build_system, package_name, packages_in, project_lines, project_name
from hatch_vibesafe.start.text_file import TextFile, read_text_file
from hatch_vibesafe.start.toml_edits import value_at, with_text

_OLDEST_PYTHON = "3.11"


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be done.

    Attributes:
        root: The project's root.
        changes: The files that change, `pyproject.toml` last.
        left: What only the user can do.
        index: Where its index is, or will be.
        package: A package of it that units can go into; empty where there is none.
    """

    root: Path
    changes: tuple[Change, ...]
    left: tuple[Problem, ...]
    index: Path
    package: str


def plan(root: Path) -> Plan:
    """Return what a project at `root` lacks; for a directory without one, a whole new project.

    Raises:
        VibesafeConfigurationError: with everything for which it cannot be done.
    """
    _refuse_no_place(root)
    pyproject = read_text_file(root / PYPROJECT)
    document = _parsed(pyproject)
    backend = backend_of(document, root)
    if backend not in {"", HATCHLING}:
        raise VibesafeConfigurationError(other_backend(backend))
    if pyproject.content is None:
        _refuse_inside_of_another(root)
    described = _with_project(pyproject.text, document, root)
    hatch = read_text_file(root / HATCH)
    _parsed(hatch)
    edited, edited_hatch = with_tables(described, hatch.text)
    config = read_config(root) if root.exists() else Config()
    ignore = read_text_file(root / ".gitignore")
    files = {ignore: with_ignored(ignore.text, config.paths)}
    if not config.source:
        files[read_text_file(root / CONFIGURATION_FILE)] = CONFIGURATION
    package = next(iter(packages_in(root)), "")
    if not value_at(document, ("project", "name")) and not package:
        package = package_name(project_name(root))
        files[read_text_file(root / "src" / package / "__init__.py")] = ""
    files |= {hatch: edited_hatch, pyproject: edited}
    left = (*_left(tomllib.loads(edited)), *ignored_by_mistake(ignore.text, config.paths))
    return Plan(root, tuple(_changes(files)), left, root / config.paths.index, package)


def _refuse_no_place(root: Path) -> None:
    above = next(parent for parent in (root, *root.parents) if parent.exists())
    if not above.is_dir():
        problem = Problem(str(above), "is not a directory", "name the directory of a project, or a new one")
        raise VibesafeConfigurationError(problem)


def _refuse_inside_of_another(root: Path) -> None:
    """Refuse a directory with sources of a project whose root is above it; an empty one may become a project there."""
    above = next((parent for parent in root.parents if (parent / PYPROJECT).is_file()), None)
    if above is not None and root.is_dir() and any(root.glob("*.py")):
        what = f"lies in the project at {above}"
        raise VibesafeConfigurationError(Problem(str(root), what, f"vibesafe init {above}"))


def _parsed(file: TextFile) -> dict[str, object]:
    try:
        return tomllib.loads(file.text)
    except tomllib.TOMLDecodeError as error:
        matched = re.search(r"at line (\d+)", str(error))
        where = f"{file.path.name}:{matched[1]}" if matched else file.path.name
        problem = Problem(where, f"is not TOML: {error}", "mend it; nothing was changed")
        raise VibesafeConfigurationError(problem) from error


def _with_project(text: str, document: dict[str, object], root: Path) -> str:
    """Return the text with the tables without which there is no project."""
    if not text:
        return "\n".join((build_system(), "[project]", *project_lines(project_name(root)), ""))
    if "build-system" not in document:
        text = with_text(text, ("build-system",), build_system().splitlines()[1:])
    if "project" not in document:
        text = with_text(text, ("project",), project_lines(project_name(root)))
    return text


def _left(document: dict[str, object]) -> Iterator[Problem]:
    if has_dynamic_dependencies(document):
        what = "says that the dependencies come from elsewhere"
        yield Problem("pyproject.toml [project] dynamic", what, f'see to it that "{RUNTIME}" is one of them')
    supported = value_at(document, ("project", "requires-python"))
    try:
        if isinstance(supported, str) and any(f"3.{minor}" in SpecifierSet(supported) for minor in range(11)):
            what = f"is {supported!r}, and {RUNTIME} needs Python {_OLDEST_PYTHON} or later"
            yield Problem("pyproject.toml [project] requires-python", what, f'write ">={_OLDEST_PYTHON}"')
    except InvalidSpecifier:
        yield Problem("pyproject.toml [project] requires-python", f"is {supported!r}", 'write ">=3.11", for example')


def _changes(files: dict[TextFile, str]) -> Iterator[Change]:
    for file, text in files.items():
        after = file.edited(text)
        if after != file.content and (text or file.path.name == "__init__.py"):
            yield Change(file.path, file.content, after)
