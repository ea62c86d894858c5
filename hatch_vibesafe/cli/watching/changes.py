"""What changed among the units from one scan to the next. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from hatch_vibesafe.identity import UnitId
from hatch_vibesafe.problems import Problem
from hatch_vibesafe.spec.model import InvalidUnit, Spec
from hatch_vibesafe.store.drift import UnitStatus

How = Literal["new", "changed", "mended", "invalid", "gone", "state"]


@dataclass(frozen=True, slots=True)
class View:
    """The units as they were last understood.

    Attributes:
        specs: The usable specs.
        invalid: The unusable units.
        states: Where each unit stands.
        problems: What is wrong with files and configuration.
    """

    specs: Mapping[UnitId, Spec]
    invalid: Mapping[UnitId, InvalidUnit]
    states: Mapping[UnitId, UnitStatus]
    problems: tuple[Problem, ...] = ()

    def state(self, unit: UnitId) -> str:
        """Return where a unit stands."""
        return "invalid" if unit in self.invalid else self.states[unit].state


@dataclass(frozen=True, slots=True)
class Change:
    """What became of a unit.

    Attributes:
        unit: The unit.
        how: "new"; "changed": its spec did; "mended": its spec can be used again; "invalid": it cannot be used; "gone";
            "state": it stands elsewhere with the same spec, after `vibesafe save` for example.
        state: Where it stands now; empty where it is gone.
        parts: Which parts of its spec changed.
        problems: Why its spec cannot be used.
    """

    unit: UnitId
    how: How
    state: str
    parts: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def is_work(self) -> bool:
        """Whether it is worth compiling or gating."""
        return self.how in {"new", "changed", "mended"}


def kept(before: View, now: View) -> View:
    """Return what was found now, with the units of files that cannot be read for the moment as they were before.

    An editor writes, and a person types: a file that is no Python this second has lost none of its units.
    """
    broken = {problem.where.partition(":")[0] for problem in now.problems}
    specs = {unit: spec for unit, spec in before.specs.items() if spec.path in broken and not _has(now, unit)}
    invalid = {unit: each for unit, each in before.invalid.items() if each.path in broken and not _has(now, unit)}
    return View(
        {**now.specs, **specs},
        {**now.invalid, **invalid},
        {**now.states, **{unit: before.states[unit] for unit in specs}},
        now.problems,
    )


def with_states(view: View, later: View) -> View:
    """Return a view with the states that its units have later; what else changed meanwhile is yet to be told."""
    states = {
        unit: later.states[unit] if _is_same(spec, later.specs.get(unit)) else view.states[unit]
        for unit, spec in view.specs.items()
    }
    return View(view.specs, view.invalid, states, view.problems)


def _is_same(spec: Spec, other: Spec | None) -> bool:
    return other is not None and other.spec_hash == spec.spec_hash


def changes(before: View, now: View) -> tuple[Change, ...]:
    """Return what became of each unit that is not as it was, sorted by unit."""
    found: list[Change] = []
    for unit in sorted({*before.specs, *before.invalid, *now.specs, *now.invalid}):
        change = _change(unit, before, now)
        if change is not None:
            found.append(change)
    return tuple(found)


def _has(view: View, unit: UnitId) -> bool:
    return unit in view.specs or unit in view.invalid


def _change(unit: UnitId, before: View, now: View) -> Change | None:
    if not _has(now, unit):
        return Change(unit, "gone", "")
    if unit in now.invalid:
        problems = now.invalid[unit].problems
        same = unit in before.invalid and before.invalid[unit].problems == problems
        return None if same else Change(unit, "invalid", "invalid", problems=problems)
    state = now.state(unit)
    if unit in before.invalid:
        return Change(unit, "mended", state)
    if unit not in before.specs:
        return Change(unit, "new", state)
    old, new = before.specs[unit], now.specs[unit]
    if old.spec_hash != new.spec_hash:
        return Change(unit, "changed", state, _parts(old, new))
    return Change(unit, "state", state) if before.state(unit) != state else None


def _parts(old: Spec, new: Spec) -> tuple[str, ...]:
    before, after = dict(old.parts), dict(new.parts)
    moved = [name for name, part in after.items() if before.get(name) != part]
    return (*moved, *(name for name in before if name not in after))
