"""A source checkout as one process sees it: scanned once, and again only when a module that is imported has changed."""

import functools
import os
from dataclasses import dataclass
from pathlib import Path

from hatch_vibesafe.project import Project, open_project, settings_for, source_files
from hatch_vibesafe.spec.model import Scan, SourceFile
from hatch_vibesafe.spec.scan import scan
from hatch_vibesafe.store.index import read_index
from hatch_vibesafe.store.records import Index

Stamp = tuple[int, int]
"""Time of the last change in nanoseconds, and size in bytes."""


@dataclass(frozen=True, slots=True)
class Checkout:
    """A project, its units, and the state of its files when they were scanned.

    Attributes:
        project: The project.
        scan: Its units; a script outside its packages is scanned with it.
        packages: The names of its regular packages.
        stamps: Each scanned file's stamp.
    """

    project: Project
    scan: Scan
    packages: frozenset[str]
    stamps: dict[Path, Stamp]


# The scan of each project root of this process. Importing two hundred modules must not scan two hundred times.
_scanned: dict[Path, Checkout] = {}


def checkout_of(source: Path) -> Checkout:
    """Return the checkout that a source file lies in.

    Raises:
        VibesafeConfigurationError: if the configuration is wrong or the sources cannot be read.
    """
    project = open_project(source.parent)
    known = _scanned.get(project.root)
    if known is None or known.project != project or known.stamps.get(source) != stamp(source):
        known = _scan(project, source)
        _scanned[project.root] = known
    return known


def index_of(project: Project) -> Index:
    """Return the project's index, read again only when it has changed."""
    path = project.index_path
    return _read_index(path, stamp(path) if path.exists() else None)


def stamp(path: Path) -> Stamp:
    """Return a file's stamp."""
    status = path.stat()
    return (status.st_mtime_ns, status.st_size)


def _scan(project: Project, source: Path) -> Checkout:
    files = source_files(project)
    places = {(project.root / file.path).resolve(): file for file in files}
    if source not in places:
        path = os.path.relpath(source, project.root).replace(os.sep, "/")
        places[source] = SourceFile(source.stem, path, source.read_bytes(), is_package=False)
    return Checkout(
        project=project,
        scan=scan(tuple(places.values()), settings_for(project), require_annotations=False),
        packages=frozenset(file.module for file in places.values() if file.is_package),
        stamps={path: stamp(path) for path in places},
    )


@functools.lru_cache(maxsize=8)
def _read_index(path: Path, _stamp: Stamp | None) -> Index:
    return read_index(path)
