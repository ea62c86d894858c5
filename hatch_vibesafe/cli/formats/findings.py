"""What a check found, before it is written in any format: each problem with the rule it breaks and its place. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from hatch_vibesafe.problems import Problem

Level = Literal["error", "warning"]

RULES = {
    "configuration": "The configuration or the command can be used.",
    "scan": "Every unit and source file can be used.",
    "drift": "What is active agrees with spec, settings, stored bytes and evidence.",
    "gate": "What is active passes every gate again, as its evidence says.",
    "behaviour": "What does other things under the same spec has a reason.",
    "dependencies": "What endpoints were frozen with is what is installed.",
    "orphan": "Every unit of the index is in the sources.",
}
"""The name of each rule, and what holds where nothing is found."""

_LINED = re.compile(r"(?P<path>[^\n]+?):(?P<line>[1-9]\d*)(?:  (?P<unit>\S+))?")
_FILE = re.compile(r"(?P<path>\S+\.(?:py|toml))(?: .*)?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a problem is: a file with `/`, its line from 1 (0: no line is meant), and the unit; empty where unknown."""

    path: str = ""
    line: int = 0
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem, the rule of `RULES` that it breaks, and how much it weighs."""

    rule: str
    problem: Problem
    level: Level = "error"

    @property
    def place(self) -> Place:
        """The place that the problem names."""
        return place_of(self.problem.where)

    @property
    def message(self) -> str:
        """What is wrong and what mends it, after the unit or key where file and line do not say all of the place."""
        whole = self.place.line or self.problem.where == self.place.path
        named = self.place.unit or ("" if whole else self.problem.where)
        return f"{named}: {self.told}" if named else self.told

    @property
    def told(self) -> str:
        """What is wrong and what mends it, without the place."""
        return f"{self.problem.what}\nmend: {self.problem.remedy}"


@dataclass(frozen=True, slots=True)
class Report:
    """What a check found.

    Attributes:
        units: The places of the units that were checked, in their order.
        findings: What was found.
        root: The project's directory relative to that of the repository, with `/`; empty where they are the same.
    """

    units: tuple[Place, ...]
    findings: tuple[Finding, ...]
    root: str = ""

    def path(self, place: Place) -> str:
        """Return a place's file relative to the repository; empty where no file is known."""
        if not place.path or place.path.startswith("/"):
            return place.path
        return f"{self.root}/{place.path}" if self.root else place.path


def place_of(where: str) -> Place:
    """Return the place that a problem's `where` names: `path:line  unit`, `path key`, or no file at all."""
    if lined := _LINED.fullmatch(where):
        return Place(lined["path"], int(lined["line"]), lined["unit"] or "")
    if file := _FILE.fullmatch(where):
        return Place(file["path"])
    return Place()


def broken(rule: str, problems: Iterable[Problem], level: Level = "error") -> tuple[Finding, ...]:
    """Return the problems as findings of one rule."""
    return tuple(Finding(rule, problem, level) for problem in problems)
