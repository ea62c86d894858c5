"""Where a private key may be written: nowhere that git would commit it or hatchling would ship it."""

import os
import re
import subprocess
from pathlib import Path

from hatchling.builders.sdist import SdistBuilder
from hatchling.plugin.manager import PluginManager

from hatch_vibesafe.layout import built_by_hatchling
from hatch_vibesafe.problems import Problem, VibesafeConfigurationError

_NUMBERED = re.compile(r"(.*)-(\d+)")


def refuse_exposed(path: Path) -> None:
    """Refuse a place from which a private key would leave this machine with the sources.

    Raises:
        VibesafeConfigurationError: if the place is in a git repository that does not ignore it, or in a project whose
            source distribution would hold it: hatchling knows the `.gitignore` of the project's root alone.
    """
    path = path.resolve()
    if _git_would_commit(path):
        what = "would be committed: it lies in a git repository that does not ignore it"
    elif is_shipped(path):
        what = "would be shipped: hatchling puts it into the source distribution, whatever else ignores it"
    else:
        return
    remedy = f"name a file outside the project with --out, or add {path.name} to the .gitignore of the project's root"
    raise VibesafeConfigurationError(Problem(str(path), what, remedy))


def is_shipped(path: Path) -> bool:
    """Return whether the source distribution of a project that the file lies in would hold it, by this path or another.

    True too where hatchling cannot tell.
    """
    return any(_hatchling_would_ship(each) for each in {Path(os.path.abspath(path)), path.resolve()})  # noqa: PTH100 - a link is what hatchling follows


def next_place(path: Path) -> Path:
    """Return the path beside that of a key where the next one goes: `key.pem`, `key-2.pem`, `key-3.pem`, ..."""
    numbered = _NUMBERED.fullmatch(path.stem)
    stem, number = (numbered[1], int(numbered[2])) if numbered else (path.stem, 1)
    return path.with_name(f"{stem}-{number + 1}{path.suffix}")


def _git_would_commit(path: Path) -> bool:
    directory = next(parent for parent in path.parents if parent.is_dir())
    if not any((parent / ".git").exists() for parent in (directory, *directory.parents)):
        return False
    command = ["git", "check-ignore", "--quiet", "--", str(path)]
    try:
        return subprocess.run(command, cwd=directory, capture_output=True, check=False).returncode != 0  # noqa: S603 - a fixed command
    except OSError:
        return True  # nobody can tell


def _hatchling_would_ship(path: Path) -> bool:
    root = next((parent for parent in path.parents if built_by_hatchling(parent)), None)
    if root is None:
        return False
    try:
        config = SdistBuilder(str(root), plugin_manager=PluginManager()).config
        return bool(config.include_path(path.relative_to(root).as_posix()))
    except (ValueError, TypeError, OSError):
        return True  # nobody can tell
