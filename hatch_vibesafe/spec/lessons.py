"""Rules that a person approved for what is written: text for the prompt, and the units that it is for. Pure."""

import fnmatch
from collections.abc import Iterable
from dataclasses import dataclass

from hatch_vibesafe.identity import UnitId


@dataclass(frozen=True, slots=True, order=True)
class Lesson:
    """One rule.

    Attributes:
        text: The rule, one line.
        units: Whom it is for: ids, modules or packages, or globs over ids.
    """

    text: str
    units: tuple[str, ...]


def lessons_for(unit: UnitId, lessons: Iterable[Lesson]) -> tuple[Lesson, ...]:
    """Return the lessons that are for a unit, sorted by their text, each once."""
    found = {each.text: each for each in sorted(lessons) if any(matches(unit, target) for target in each.units)}
    return tuple(found.values())


def matches(unit: UnitId, target: str) -> bool:
    """Return whether a target means a unit: its id, its module or a package above it, or a glob over ids."""
    if target in {str(unit), unit.module} or unit.module.startswith(f"{target}."):
        return True
    return any(mark in target for mark in "*?[") and fnmatch.fnmatchcase(str(unit), target)
