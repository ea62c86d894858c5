"""The versions that endpoints passed their gates with: in `meta.toml`, and for installers in a file of requirements."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from hatch_vibesafe.identity import UnitId
from hatch_vibesafe.problems import Problem, VibesafeError
from hatch_vibesafe.store.evidence import evidence_bytes, make_evidence
from hatch_vibesafe.store.files import problem_of, read_file, write_atomically
from hatch_vibesafe.store.meta import meta_bytes
from hatch_vibesafe.store.places import EVIDENCE, META, checkpoint_directory
from hatch_vibesafe.store.records import Checkpoint, Evidence

REQUIREMENTS = "requirements.vibesafe.txt"
MEND = f"pip install -r {REQUIREMENTS}, or vibesafe save --freeze-http-deps to freeze what is installed"
_HEADER = "# What the endpoints passed their gates with. Written by vibesafe save --freeze-http-deps.\n"

Versions = tuple[tuple[str, str], ...]
"""Names of distributions in their normal form (PEP 503) with their versions, sorted."""


def normal_name(name: str) -> str:
    """Return the normal form of a distribution's name (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def freeze(directory: Path, checkpoint: Checkpoint, evidence: Evidence, versions: Versions) -> None:
    """Write into a stored checkpoint with which versions it has just passed, and its evidence for that.

    Where this is cut short the evidence is not that of the checkpoint: it has to be gated again, and nothing else is
    lost.

    Raises:
        VibesafeError: if it cannot be written.
    """
    frozen = replace(checkpoint, deps=versions)
    path = checkpoint_directory(directory, checkpoint.unit, checkpoint.hash)
    made = make_evidence(frozen, evidence.settings, evidence.sandbox, evidence.gates)
    try:
        write_atomically(path / META, meta_bytes(frozen))
        write_atomically(path / EVIDENCE, evidence_bytes(made))
    except OSError as error:
        raise VibesafeError(problem_of(error, path, "written")) from error


def requirements_text(frozen: Mapping[UnitId, Versions]) -> str:
    """Return the file of requirements, one `name==version` a line.

    Raises:
        VibesafeError: if two units passed with two versions of one distribution.
    """
    chosen: dict[str, tuple[str, UnitId]] = {}
    problems: list[Problem] = []
    for unit, versions in sorted(frozen.items()):
        for name, version in versions:
            first, other = chosen.setdefault(name, (version, unit))
            if first != version:
                what = f"passed its gates with {name} {version}, and {other} with {first}"
                problems.append(Problem(str(unit), what, "vibesafe save --freeze-http-deps"))
    if problems:
        raise VibesafeError(*problems)
    return _HEADER + "".join(f"{name}=={version}\n" for name, (version, _) in sorted(chosen.items()))


def write_requirements(root: Path, text: str) -> bool:
    """Write the file of requirements; return whether it says anything new.

    Raises:
        VibesafeError: if it cannot be written.
    """
    path = root / REQUIREMENTS
    try:
        if read_file(path) == text.encode():
            return False
        write_atomically(path, text.encode())
    except OSError as error:
        raise VibesafeError(problem_of(error, path, "written")) from error
    return True


def frozen_drift(where: str, versions: Iterable[tuple[str, str]], installed: Mapping[str, str]) -> tuple[Problem, ...]:
    """Return a problem for each distribution that is installed in another version than a unit passed with. Pure.

    What is missing is none: another Python may not need it, and what does need it says so itself.
    """
    return tuple(
        Problem(where, f"passed its gates with {name} {version}, and {installed[name]} is installed", MEND)
        for name, version in versions
        if installed.get(name, version) != version
    )


def requirements_drift(root: Path, frozen: Mapping[UnitId, Versions]) -> tuple[Problem, ...]:
    """Return a problem where the file of requirements does not say what the active checkpoints say.

    Raises:
        VibesafeError: if it cannot be read.
    """
    path = root / REQUIREMENTS
    found = read_file(path)
    if not any(frozen.values()):
        return ()
    try:
        expected = requirements_text(frozen)
    except VibesafeError as error:
        return error.problems
    if found is not None and found.replace(b"\r\n", b"\n") == expected.encode():
        return ()
    what = "is missing" if found is None else "does not say what the endpoints passed their gates with"
    return (Problem(str(path), what, "vibesafe save --freeze-http-deps"),)
