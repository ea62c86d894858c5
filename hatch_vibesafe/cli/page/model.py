"""What a report shows, as data. Everything in it is text that somebody else may have written."""

from dataclasses import dataclass
from urllib.parse import quote

from hatch_vibesafe.gates.adequacy import Recorded
from hatch_vibesafe.problems import Problem
from hatch_vibesafe.ship.account import Account

STATES = ("active", "unsaved", "drift", "no checkpoint", "invalid")
"""The states of units, in the order in which they are counted."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What was asked for and paid; what nobody counted is None.

    Attributes:
        calls: Answers that were asked for.
        tokens: Tokens of prompts and answers.
        dollars: What they cost.
    """

    calls: int
    tokens: int | None
    dollars: float | None


@dataclass(frozen=True, slots=True)
class Difference:
    """Two implementations of a unit, compared: which two, and the lines of a unified diff."""

    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Listing:
    """Source text: what it is, and the text."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class UnitEntry:
    """A unit in a report.

    Attributes:
        unit: Its id.
        state: Where it stands.
        place: Its file and line.
        kind: Its kind.
        summary: The first line of its docstring.
        problems: What would make a build fail for it.
        moved: Which parts of its spec moved since what is active was made.
        paragraphs: Who wrote it, from what, and what locks it, in words.
        unknown: What of that is not known.
        account: What is recorded of it; None where nothing is, or what is recorded is damaged.
        adequacy: How much its spec decides; None where that was not measured.
        cost: What it cost; None where the ledger tells nothing of it.
        listings: Its spec and implementation.
        differences: How its implementations differ.
    """

    unit: str
    state: str
    place: str
    kind: str
    summary: str = ""
    problems: tuple[Problem, ...] = ()
    moved: tuple[str, ...] = ()
    paragraphs: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    account: Account | None = None
    adequacy: Recorded | None = None
    cost: Cost | None = None
    listings: tuple[Listing, ...] = ()
    differences: tuple[Difference, ...] = ()

    @property
    def module(self) -> str:
        """The module in which it is."""
        return self.unit.partition("/")[0]

    @property
    def name(self) -> str:
        """Its name in that module."""
        return self.unit.partition("/")[2]

    @property
    def link(self) -> str:
        """The address of its place on the page."""
        return f"#{quote(self.unit, safe='/.')}"


@dataclass(frozen=True, slots=True)
class Page:
    """A report.

    Attributes:
        project: The project's name.
        made: When it was made, UTC, for people.
        tool: What made it.
        units: Its units, by id.
        problems: What is wrong with the sources, and what could not be told.
        cost: What all of the ledger comes to; None where there is none.
    """

    project: str
    made: str
    tool: str
    units: tuple[UnitEntry, ...]
    problems: tuple[Problem, ...] = ()
    cost: Cost | None = None

    @property
    def counts(self) -> dict[str, int]:
        """How many units are in each state; the states that none is in are left out."""
        found = {state: sum(each.state == state for each in self.units) for state in STATES}
        return {state: count for state, count in found.items() if count}

    @property
    def ships(self) -> bool:
        """Whether a build would ship every unit as it is."""
        return bool(self.units) and not self.problems and all(each.state == "active" for each in self.units)

    @property
    def modules(self) -> dict[str, list[UnitEntry]]:
        """The units by module."""
        found: dict[str, list[UnitEntry]] = {}
        for each in self.units:
            found.setdefault(each.module, []).append(each)
        return found

    @property
    def adequacy(self) -> Recorded | None:
        """What was measured of all specs together; None where nothing was."""
        measured = [each.adequacy for each in self.units if each.adequacy is not None]
        if not measured:
            return None
        return Recorded(
            sum(each.killed for each in measured),
            sum(each.survivors for each in measured),
            sum(each.equivalent for each in measured),
            (),
        )
