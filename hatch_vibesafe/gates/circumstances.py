"""What a verdict depends on beside the candidate, its spec and its evidence, in one digest.

It is taken wide rather than narrow: where any of it changed, gates run once more than they need to.
"""

import json
import os
import platform
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import vibesafe_runtime
from hatch_vibesafe import __version__
from hatch_vibesafe.config import gate_settings_digest
from hatch_vibesafe.identity import Digest, digest
from hatch_vibesafe.project import Project, source_files
from hatch_vibesafe.spec.model import SourceFile
from hatch_vibesafe.store.records import Index

_CONFIGURATION = ("pyproject.toml", "vibesafe.toml")
_METADATA = (".dist-info", ".egg-info", ".egg-link", ".pth")
_OURS = (Path(__file__).parent.parent, Path(vibesafe_runtime.__file__).parent)


def circumstances(project: Project, index: Index) -> Digest:
    """Return the digest of what judges and of what stands around the units.

    Those are our own code, Python, the installed distributions by name, version and time, the sandbox that is asked for
    and what there is to confine with, the configuration, the sources and the data of the project, and what is active.

    Raises:
        VibesafeConfigurationError: if the source files cannot be told or read.
    """
    sources = source_files(project)
    sandbox = project.config.sandbox
    parts: list[object] = [
        (__version__, [each for directory in _OURS for each in _files(directory) if each[0].endswith(".py")]),
        (sys.version, sys.executable, platform.release(), shutil.which("bwrap") or ""),
        list(_installed()),
        (sandbox.enabled, sandbox.timeout, sandbox.memory_mb, sandbox.min_sandbox, sandbox.allow_unsandboxed),
        gate_settings_digest(project.config),
        [_content(project.root / name) for name in _CONFIGURATION],
        [(file.module, file.path, file.is_package, digest(file.content)) for file in sources],
        [each for top in _tops(project.root, sources) for each in _files(top) if not each[0].endswith((".py", ".pyc"))],
        sorted((str(unit), entry.active) for unit, entry in index.units.items()),
    ]
    return digest(json.dumps(parts, ensure_ascii=True).encode())


def _content(file: Path) -> str:
    return digest(file.read_bytes()) if file.is_file() else ""


def _installed() -> Iterator[tuple[str, int]]:
    for place in sys.path:
        if place and Path(place).is_dir():
            with os.scandir(place) as entries:
                found = [(each.path, each.stat().st_mtime_ns) for each in entries if each.name.endswith(_METADATA)]
            yield from sorted(found)


def _tops(root: Path, sources: tuple[SourceFile, ...]) -> list[Path]:
    """Return the directories of the outermost packages."""
    packages = {(root / file.path).parent for file in sources if file.is_package}
    return sorted(each for each in packages if not packages & set(each.parents))


def _files(directory: Path) -> Iterator[tuple[str, int, int]]:
    """Yield the files below a directory with their sizes and times, in order."""
    for place, names, files in os.walk(directory):
        names.sort()
        for name in sorted(files):
            path = os.path.join(place, name)  # noqa: PTH118 - hundreds of them, and pathlib takes as long as the rest
            try:
                status = os.lstat(path)
            except OSError:
                continue
            yield path, status.st_size, status.st_mtime_ns
