"""Rules that a person approved for what is written: text for the prompt, and the units that it is for. Pure."""

import fnmatch
from collections.abc import Iterable
from dataclasses import dataclass, field

from hatch_vibesafe.identity import UnitId, digest

_NAME = 12


@dataclass(frozen=True, slots=True, order=True)
class Lesson:
    """One rule.

    Attributes:
        text: The rule, one line.
        units: Whom it is for: ids, modules or packages, or globs over ids.
        name: Its name in the file, made of the words in which it was proposed, which the person may have changed.
    """

    text: str
    units: tuple[str, ...]
    name: str = field(default="", compare=False)

    def is_in_other_words(self, proposed: str) -> bool:
        """Return whether this is the rule that was proposed in these words, whatever its words are now."""
        return self.text == proposed or self.name.partition("-")[0] == name_of(proposed)


def name_of(proposed: str) -> str:
    """Return the name of a rule that was proposed in these words."""
    return digest(proposed.encode())[:_NAME]


def lessons_for(unit: UnitId, lessons: Iterable[Lesson]) -> tuple[Lesson, ...]:
    """Return the lessons that are for a unit, sorted by their text, each once."""
    found = {each.text: each for each in sorted(lessons) if any(matches(unit, target) for target in each.units)}
    return tuple(found.values())


def matches(unit: UnitId, target: str) -> bool:
    """Return whether a target means a unit: its id, its module or a package above it, or a glob over ids."""
    if target in {str(unit), unit.module} or unit.module.startswith(f"{target}."):
        return True
    return any(mark in target for mark in "*?[") and fnmatch.fnmatchcase(str(unit), target)
