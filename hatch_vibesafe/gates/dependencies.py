"""Which packages beside the standard library a project declares, and by which names they are imported.

What a project declares stands in `[project.dependencies]` of its pyproject.toml (PEP 621). How a distribution is
imported stands in its metadata where it is installed; elsewhere its normalised name (PEP 503) is all there is.
"""

import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from importlib.machinery import PathFinder
from importlib.metadata import Distribution, DistributionFinder, MetadataPathFinder
from pathlib import Path

_NAME = re.compile(r"\s*([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)")
_SEPARATORS = re.compile(r"[-_.]+")


@dataclass(frozen=True)
class Dependencies:
    """What a project declares; nothing is read before somebody asks.

    Attributes:
        root: The project's root.
        path: Where installed distributions are looked for.
    """

    root: Path
    path: Sequence[str] = field(default=())

    @cached_property
    def declared(self) -> tuple[str, ...]:
        """The distributions that the project declares, by their normalised names, sorted."""
        project = _project_table(self.root)
        requirements = project.get("dependencies", [])
        if "dependencies" in _texts(project.get("dynamic")):
            # What makes them up says them in the metadata of an installed project alone.
            own = _distribution(str(project.get("name", "")), self.path)
            requirements = [each for each in own.requires or () if "extra ==" not in each] if own else []
        names = (_NAME.match(requirement) for requirement in _texts(requirements))
        return tuple(sorted({normalised(name[1]) for name in names if name}))

    @cached_property
    def import_names(self) -> frozenset[str]:
        """The top-level names by which the declared distributions are imported."""
        return frozenset(name for each in self.declared for name in _import_names(each, self.path))

    def refusal(self, module: str) -> str:
        """Return why a module outside the standard library and the project may not be imported; empty where it may."""
        top = module.partition(".")[0]
        if top in self.import_names:
            return ""
        instead = "write it with the standard library and what the spec names"
        if PathFinder.find_spec(top, [*self.path]) is None:
            listed = ", ".join(self.declared) or "none"
            what = "which no declared dependency provides and nothing installed here does: it may be invented"
            return f"imports `{module}`, {what} (declared: {listed}); {instead}"
        undeclared = "which is installed here, but [project.dependencies] of pyproject.toml does not declare it"
        mend = f'let the developer declare it, or write @vibesafe(capabilities=["import:{top}"])'
        return f"imports `{module}`, {undeclared}: the wheel would not bring it; {instead}, or {mend}"


def normalised(name: str) -> str:
    """Return the normalised name of a distribution (PEP 503)."""
    return _SEPARATORS.sub("-", name).lower()


def _project_table(root: Path) -> dict[str, object]:
    """Return the `[project]` table; an empty one where there is none. hatchling says what is wrong with the file."""
    try:
        project = tomllib.loads((root / "pyproject.toml").read_bytes().decode("utf-8")).get("project")
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return {}
    return project if isinstance(project, dict) else {}


def _texts(value: object) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _distribution(name: str, path: Sequence[str]) -> Distribution | None:
    if not name:
        return None
    context = DistributionFinder.Context(name=name, path=[*path])
    return next(iter(MetadataPathFinder.find_distributions(context)), None)


def _import_names(name: str, path: Sequence[str]) -> Iterable[str]:
    """Return the top-level names of a distribution that is installed, else the one that its own name suggests."""
    found = _distribution(name, path)
    if found is None:
        return {name.replace("-", "_")}
    listed = found.read_text("top_level.txt")
    if listed is not None:
        return {*listed.split()}
    tops = {file.parts[0].partition(".")[0] for file in found.files or () if _is_module(file.parts)}
    return tops or {name.replace("-", "_")}


def _is_module(parts: tuple[str, ...]) -> bool:
    is_plain = not parts[0].endswith((".dist-info", ".data")) and parts[0] not in {"..", "__pycache__"}
    return is_plain and (len(parts) > 1 or parts[0].endswith((".py", ".so", ".pyd")))
