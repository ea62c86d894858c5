"""The check of a finished wheel: opened anew and compared with what should be in it, and with its own manifests."""

import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from hatch_vibesafe.identity import digest
from hatch_vibesafe.problems import Problem
from hatch_vibesafe.unexpected import reason
from vibesafe_runtime._manifest import MANIFEST, parse_manifest

_REMEDY = "let no build hook, force-include or sources setting of pyproject.toml touch this file, and build again"


def check_wheel(path: Path, baked: Mapping[str, bytes]) -> tuple[Problem, ...]:
    """Return every difference between a wheel and the baked files that should be in it; empty where there is none.

    Compared are the baked files byte for byte, every file that their manifests pin, and that nothing else stands in a
    baked package.
    """
    try:
        with zipfile.ZipFile(path) as wheel:
            contents = Counter(wheel.namelist())
            return tuple(_differences(wheel, contents, baked))
    except (OSError, zipfile.BadZipFile) as error:
        return (Problem(path.name, f"cannot be read again: {reason(error)}", "run the build again"),)


def _differences(wheel: zipfile.ZipFile, names: Counter[str], baked: Mapping[str, bytes]) -> Iterator[Problem]:
    pinned = dict[str, str]()
    for name, content in baked.items():
        pinned[name] = digest(content)
        if name.rpartition("/")[2].partition(".")[0] == MANIFEST:
            pinned |= parse_manifest(content)
    for name, expected in sorted(pinned.items()):
        if names[name] != 1:
            what = "is missing in the wheel" if not names[name] else "stands in the wheel more than once"
            yield Problem(name, what, _REMEDY)
        elif digest(wheel.read(name)) != expected:
            yield Problem(name, "is not in the wheel what was checked and locked", _REMEDY)
    packages = tuple({name.rpartition("/")[0] + "/" for name in baked})
    for name in sorted(names):
        if name.startswith(packages) and name not in pinned:
            yield Problem(name, "is in the wheel, but not in the manifest", _REMEDY)
