"""The order in which units are worked on: those that others call first. Pure."""

from collections.abc import Iterable, Mapping

from hatch_vibesafe.identity import UnitId


def callees_first(units: Iterable[UnitId], callees: Mapping[UnitId, frozenset[UnitId]]) -> tuple[UnitId, ...]:
    """Return the units, each behind those that it calls; where nothing decides, or in a circle, by their ids.

    The same units give the same order whatever order they come in.
    """
    wanted = sorted(units)
    ordered: dict[UnitId, None] = {}
    seen: set[UnitId] = set()
    for first in wanted:
        stack = [(first, False)]
        while stack:
            unit, is_left = stack.pop()
            if is_left:
                ordered[unit] = None
            elif unit not in seen:
                seen.add(unit)
                stack.append((unit, True))
                stack += [(callee, False) for callee in sorted(callees.get(unit, ()), reverse=True)]
    kept = set(wanted)
    return tuple(unit for unit in ordered if unit in kept)
