"""A project where there is none yet: its name, its `pyproject.toml`, its package."""

import keyword
import re
import sys
from pathlib import Path

import tomlkit

from hatch_vibesafe.problems import Problem, VibesafeConfigurationError

_BUILD_SYSTEM = """\
[build-system]
requires = ["hatchling", "hatch-vibesafe"]
build-backend = "hatchling.build"
"""


def build_system() -> str:
    """Return the table that says what builds the project."""
    return _BUILD_SYSTEM


def project_lines(name: str) -> tuple[str, ...]:
    """Return what `[project]` says at least."""
    return (
        f"name = {tomlkit.string(name).as_string()}",
        'version = "0.1.0"',
        'requires-python = ">=3.11"',
        'dependencies = ["vibesafe-runtime"]',
    )


def packages_in(root: Path) -> tuple[str, ...]:
    """Return the regular packages that stand in a directory, or in its `src`, by name."""
    found = {
        path.parent.name for place in (root, root / "src") if place.is_dir() for path in place.glob("*/__init__.py")
    }
    return tuple(sorted(name for name in found if name.isidentifier() and name not in {"tests", "test", "docs"}))


def project_name(root: Path) -> str:
    """Return the name of a project that begins in this directory: that of its only package, else the directory's.

    Raises:
        VibesafeConfigurationError: if that is no name from which a package can be imported, or there are many packages.
    """
    packages = packages_in(root)
    if len(packages) > 1:
        what = f"holds the packages {', '.join(packages)}, and no pyproject.toml says which of them are the project"
        raise VibesafeConfigurationError(Problem(str(root), what, "make one first: hatch new --init"))
    name = packages[0] if packages else re.sub(r"[^A-Za-z0-9]+", "-", root.name).strip("-")
    package = package_name(name)
    if not package.isidentifier() or keyword.iskeyword(package) or package in sys.stdlib_module_names:
        what = f"cannot name a project: `import {package or root.name}` is not free for it"
        remedy = "use a directory with another name, or make pyproject.toml first: hatch new --init"
        raise VibesafeConfigurationError(Problem(str(root), what, remedy))
    return name


def package_name(name: str) -> str:
    """Return the name under which a project of this name is imported, as hatchling looks for it."""
    return name.replace("-", "_").replace(".", "_").lower()
