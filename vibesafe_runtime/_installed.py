"""Which installed distribution brings which baked package. For the verifier and for failures: it is slow."""

import csv
import re
from collections.abc import Iterable
from importlib.metadata import Distribution, distributions
from pathlib import Path
from posixpath import normpath

_IN_BAKED = re.compile(r"((?:[^/]+/)*?_vibesafe(?:_[^/]+)?)/.+")


def distributions_with(base: str, path: str) -> list[str]:
    """Return the names of the distributions installed in `base` that say that they brought the file `path`, sorted."""
    return sorted(name_of(found) for found in distributions(path=[base]) if path in recorded(found))


def name_of(distribution: Distribution) -> str:
    """Return a distribution's name; a question mark where its metadata has none that could stand in a command."""
    try:
        name = distribution.metadata["Name"] or ""
    except (OSError, ValueError, TypeError):
        name = ""
    return name if re.fullmatch(r"[\w.-]+", name, re.ASCII) else "?"


def version_of(distribution: Distribution) -> str:
    """Return a distribution's version; a question mark where its metadata cannot be read."""
    try:
        return str(distribution.metadata["Version"])
    except (OSError, ValueError, TypeError, KeyError):
        return "?"


def baked_directories(paths: Iterable[str]) -> set[str]:
    """Return the directories of baked packages among these files."""
    return {found[1] for found in map(_IN_BAKED.fullmatch, paths) if found}


def unrecorded_directories(base: Path, paths: Iterable[str]) -> set[str]:
    """Return the baked packages below what a distribution brings that no installed distribution says it brought.

    A `RECORD` is no more trusted than what lies beside it: what it leaves out is looked for on disk.
    """
    paths = tuple(paths)
    tops = {path.partition("/")[0] for path in paths if not path.startswith("..")}
    trees = [base / top for top in tops if not top.endswith((".dist-info", ".data")) and (base / top).is_dir()]
    beside = [base / f"_vibesafe_{top.removesuffix('.py')}" for top in tops if top.endswith(".py")]
    found = {file.relative_to(base).as_posix() for tree in trees for file in tree.rglob("_vibesafe*") if file.is_dir()}
    found |= {directory.name for directory in beside if directory.is_dir()}
    found = {directory for directory in found if _IN_BAKED.fullmatch(f"{directory}/x")}
    if not found - baked_directories(paths):
        return set()
    return found - baked_directories(path for each in distributions(path=[str(base)]) for path in recorded(each))


def needs_the_runtime(distribution: Distribution) -> bool:
    """Return whether a distribution requires `vibesafe-runtime`, so that a baked package may be expected of it."""
    try:
        requirements = distribution.requires or ()
    except UnicodeDecodeError:
        return False
    names = (re.match(r"[\w.-]+", requirement, re.ASCII) for requirement in requirements)
    required = {re.sub(r"[-_.]+", "-", name.group()).lower() for name in names if name}
    return "vibesafe-runtime" in required and name_of(distribution).lower() != "hatch-vibesafe"


def is_editable(distribution: Distribution) -> bool:
    """Return whether it is an editable install, by its `direct_url.json` (PEP 610)."""
    text = distribution.read_text("direct_url.json") or ""
    return re.search(r'"editable"\s*:\s*true', text) is not None


def recorded(distribution: Distribution) -> list[str]:
    """Return the paths in a distribution's `RECORD` in their plain form, also of what is missing."""
    # Not `Distribution.files`: since Python 3.12 it leaves out what is missing, which is what must be found here.
    try:
        text = distribution.read_text("RECORD") or ""
        return [normpath(row[0]) for row in csv.reader(text.splitlines()) if row]
    except (UnicodeDecodeError, csv.Error):
        return []  # What nobody recorded readably was recorded by nobody.
