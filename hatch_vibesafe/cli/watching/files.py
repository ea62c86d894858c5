"""What lies on disk, again and again: own polling, no library and no notifications of the system.

It costs the walk of a project's directories, a few milliseconds, and sees every way of saving alike: written in place,
renamed over, on a network drive, in a container whose host writes. Where a walk takes longer, it is done less often: at
most a tenth of a processor is spent on it.
"""

import os
import time
from collections.abc import Iterator
from pathlib import Path

from hatch_vibesafe.problems import VibesafeError
from hatch_vibesafe.project import Project, template_files, template_name
from hatch_vibesafe.spec.model import KINDS, UnitOptions

_SUFFIXES = (".py", ".toml", ".j2")
_NOT_SOURCES = frozenset({"__pycache__", "build", "dist", "node_modules", "site-packages", "venv"})
_SHORTEST_PAUSE = 0.1
_SHARE = 9
_QUIET = 0.06
_LONGEST_BURST = 1.0

Stamp = tuple[int, int, int]
"""Time of the last change in nanoseconds, size, and inode: a file that is renamed over another has its own."""
Snapshot = dict[str, Stamp]
"""The stamp of each watched file, by its path relative to the project's root, with `/`."""


def snapshot(project: Project) -> Snapshot:
    """Return the stamps of all that can change what a scan finds; what vanishes meanwhile is not in it."""
    root = str(project.root)
    found = dict(_walked(root, ""))
    for path in _beside(project):
        _add(found, path, os.path.relpath(path, root).replace(os.sep, "/"))
    return found


def changed_files(before: Snapshot, after: Snapshot) -> tuple[str, ...]:
    """Return the paths that appeared, changed or are gone, sorted."""
    return tuple(sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path)))


def wait_for_change(project: Project, before: Snapshot) -> Snapshot:
    """Return what lies on disk once it is something else than before, and a burst of writing is over."""
    while True:
        started = time.monotonic()
        now = snapshot(project)
        took = time.monotonic() - started
        if now != before:
            return _settled(project, now)
        time.sleep(max(_SHORTEST_PAUSE, _SHARE * took))


def _settled(project: Project, now: Snapshot) -> Snapshot:
    deadline = time.monotonic() + _LONGEST_BURST
    while time.monotonic() < deadline:
        time.sleep(_QUIET)
        latest = snapshot(project)
        if latest == now:
            break
        now = latest
    return now


def _walked(directory: str, below: str) -> Iterator[tuple[str, Stamp]]:
    """Yield the source files below a directory; no hidden one, no cache, no environment."""
    try:
        entries = list(os.scandir(directory))
    except OSError:
        return
    if any(entry.name == "pyvenv.cfg" for entry in entries):
        return
    for entry in entries:
        if entry.name.startswith(".") or entry.name in _NOT_SOURCES:
            continue
        path = f"{below}{entry.name}"
        try:
            if entry.is_dir(follow_symlinks=False):
                yield from _walked(entry.path, f"{path}/")
            elif entry.name.endswith(_SUFFIXES):
                yield path, _stamp(entry.stat())
        except OSError:
            continue


def _beside(project: Project) -> Iterator[str]:
    """Yield what counts of what is hidden or named anyhow: index, lessons, and the project's own templates."""
    yield str(project.index_path)
    yield str(project.root / ".vibesafe" / "lessons.toml")
    for kind in KINDS:
        try:
            files = template_files(project, template_name(project, UnitOptions(kind=kind)))
            yield from (str(file.path) for file in files)
        except VibesafeError:
            continue


def _add(found: Snapshot, path: str, name: str) -> None:
    try:
        found[name] = _stamp(Path(path).stat())
    except OSError:
        return


def _stamp(status: os.stat_result) -> Stamp:
    return (status.st_mtime_ns, status.st_size, status.st_ino)
