"""What `vibesafe` 0.1 or 0.2 has stored: put aside, and read as code that somebody hands in. Nothing is trusted."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from hatch_vibesafe.identity import UnitId
from hatch_vibesafe.problems import VibesafeError
from hatch_vibesafe.project import Project
from hatch_vibesafe.store.files import make_directory, problem_of, read_file, sync_directory

ASIDE = ".vibesafe/before-migration"
_DIRECTORY_DIGITS = 16
_META = "meta.toml"


@dataclass(frozen=True, slots=True)
class OlderImplementation:
    """An implementation that was active: its unit, its code, and who is said to have written it."""

    unit: UnitId
    path: Path
    author: str


def stands_in_place(project: Project) -> bool:
    """Return whether the index of the project is one of an older release."""
    return _is_older_index(project.index_path)


def put_aside(project: Project) -> None:
    """Move an older index and older checkpoints to `ASIDE`; the index last, so that a killed run is taken up again.

    Raises:
        VibesafeError: if they cannot be moved.
    """
    aside = project.root / ASIDE
    try:
        make_directory(aside / "checkpoints")
        for path in sorted(project.checkpoints_path.glob("*")):
            if path.is_dir() and any(map(_is_older_checkpoint, path.rglob(_META))):
                path.rename(aside / "checkpoints" / path.name)
        if _is_older_index(project.index_path):
            project.index_path.rename(aside / "index.toml")
        sync_directory(aside)
    except OSError as error:
        raise VibesafeError(problem_of(error, aside, "written")) from error


def older_implementations(project: Project) -> tuple[OlderImplementation, ...]:
    """Return what was active, from where it was put aside; what is damaged or missing is left out."""
    aside = project.root / ASIDE
    content = read_file(aside / "index.toml")
    try:
        index = tomllib.loads(content.decode()) if content is not None else {}
    except (UnicodeDecodeError, tomllib.TOMLDecodeError):
        return ()
    found: list[OlderImplementation] = []
    for name, entry in sorted(index.items()):
        try:
            unit = UnitId.parse(name)
        except ValueError:
            continue
        active = entry.get("active") if isinstance(entry, dict) else None
        if not isinstance(active, str) or not active.isalnum():
            continue
        place = aside / "checkpoints" / Path(*unit.module.split("."), *unit.qualname.split("."))
        place /= active[:_DIRECTORY_DIGITS]
        if (place / "impl.py").is_file():
            found.append(OlderImplementation(unit, place / "impl.py", _author(place / _META)))
    return tuple(found)


def _author(path: Path) -> str:
    """Return who wrote a checkpoint, as its `meta.toml` says; these files are not always TOML."""
    try:
        lines = dict(line.strip().split(" = ", 1) for line in path.read_text("utf-8").splitlines() if " = " in line)
    except (OSError, UnicodeDecodeError):
        lines = {}
    version = lines.get("vibesafe_version", "").strip('"')
    provider = lines.get("provider", "").strip('"')
    told = f"vibesafe {version}, {provider}" if version and provider else "an older release of vibesafe"
    return told if told.isprintable() else "an older release of vibesafe"


def _is_older_index(path: Path) -> bool:
    content = read_file(path)
    try:
        index = tomllib.loads(content.decode()) if content is not None else {}
    except (UnicodeDecodeError, tomllib.TOMLDecodeError):
        return False
    return "format" not in index and any(isinstance(entry, dict) and "active" in entry for entry in index.values())


def _is_older_checkpoint(path: Path) -> bool:
    return len(path.parent.name) == _DIRECTORY_DIGITS
