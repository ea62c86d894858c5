"""Reads the corpus: one project of several specs, and hostile and honest implementations of each, stored as data.

The files of `corpus/project` are the project. In `corpus/NAME` stand implementations of the only unit of `app.NAME`,
one a file. Lines that begin with `#:` say what a file is and are no part of the implementation:

    #: hostile: what it tries                  or    #: honest: how it is written
    #: wrong on: an expression on which it differs from every honest one, or `nothing, WHY`
"""

import shutil
from dataclasses import dataclass
from functools import cache
from pathlib import Path

CORPUS = Path(__file__).parent / "corpus"
CONFIGURATION = "[sandbox]\ntimeout = 1.5\n"
_MARK = "#: "


@dataclass(frozen=True, slots=True)
class Implementation:
    """One implementation of the corpus.

    Attributes:
        name: Its folder and file, e.g. `numbers/hostile_table_dict`.
        module: The module of its unit.
        is_hostile: Whether it must be refused.
        is_later: Whether it was written after the gates were, which were tried on the others.
        says: What it tries, or how it is written.
        wrong_on: An expression that tells it from the honest ones; empty where none does.
        why_nothing: Where none does, why.
        source: The implementation.
    """

    name: str
    module: str
    is_hostile: bool
    is_later: bool
    says: str
    wrong_on: str
    why_nothing: str
    source: str


@cache
def implementations() -> tuple[Implementation, ...]:
    """Return the whole corpus, in the order of the names."""
    files = sorted(CORPUS.glob("*/h*_*.py"))
    return tuple(_read(file) for file in files)


def write_project(root: Path) -> None:
    """Write the project into a directory that is there."""
    shutil.copytree(CORPUS / "project", root, dirs_exist_ok=True)
    (root / "vibesafe.toml").write_text(CONFIGURATION, encoding="utf-8")


def _read(file: Path) -> Implementation:
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    said = dict(line.removeprefix(_MARK).strip().split(": ", 1) for line in lines if line.startswith(_MARK))
    is_hostile = "hostile" in said
    where = said.get("wrong on", "")
    nothing = where.startswith("nothing, ")
    return Implementation(
        name=f"{file.parent.name}/{file.stem}",
        module=f"app.{file.parent.name}",
        is_hostile=is_hostile,
        is_later=file.stem.startswith("hostile_later"),
        says=said["hostile" if is_hostile else "honest"],
        wrong_on="" if nothing else where,
        why_nothing=where.removeprefix("nothing, ") if nothing else "",
        source="".join(line for line in lines if not line.startswith(_MARK)),
    )
