"""What the jobs of one batch have in common, encoded once."""

import json
from collections.abc import Iterable

from hatch_vibesafe.gates.context import GateContext
from hatch_vibesafe.gates.surroundings import Surroundings
from hatch_vibesafe.spec.model import Spec


def shared_part(specs: Iterable[Spec], context: GateContext, surrounding: Surroundings) -> bytes:
    """Return where modules are, what implementations are named, and those that other units have."""
    units = {spec.unit for spec in context.scan.specs} | {spec.unit for spec in specs} | {*context.active}
    shared = {
        "path": surrounding.path,
        "modules": surrounding.files,
        "names": {str(unit): surrounding.implementation_name(unit) for unit in units},
        "implementations": {str(unit): content.decode("utf-8", "replace") for unit, content in context.active.items()},
    }
    return json.dumps(shared).encode()
