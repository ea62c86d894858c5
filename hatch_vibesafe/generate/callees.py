"""Who calls whom: the units that an implementation may call, and those that its spec names. Pure."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from hatch_vibesafe.identity import UnitId
from hatch_vibesafe.spec.model import Scan, Spec

_IN_CODE = re.compile(r"(?<=[.`])\w+|\w+(?=[(`])")


def callees(specs: Iterable[Spec], scan: Scan) -> Mapping[UnitId, frozenset[UnitId]]:
    """Return, for each of the specs, the other units that its implementation may call; of a class every method."""
    units: defaultdict[tuple[str, str], set[UnitId]] = defaultdict(set)
    for spec in scan.specs:
        units[spec.unit.module, spec.unit.qualname.partition(".")[0]].add(spec.unit)
    return {
        spec.unit: frozenset(
            unit for reference in spec.references for unit in units.get((reference.module, reference.name), ())
        )
        - {spec.unit}
        for spec in specs
    }


def named(spec: Spec, units: Collection[UnitId]) -> frozenset[UnitId]:
    """Return those of a spec's callees without which its examples cannot hold.

    A function is in scope only where the spec refers to it; a class is with all of its methods, and may be beside.
    """
    functions = frozenset(unit for unit in units if "." not in unit.qualname)
    return functions | called_in(f"{spec.docstring}\n{spec.pre_hole}", units)


def called_in(text: str, units: Collection[UnitId]) -> frozenset[UnitId]:
    """Return those of the units whose name stands in a text as code has it: behind a dot, before `(`, in backticks."""
    words = set(_IN_CODE.findall(text))
    return frozenset(unit for unit in units if unit.name in words)
