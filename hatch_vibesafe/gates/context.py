"""What the gates need to know beside the candidates."""

from collections.abc import Mapping
from dataclasses import dataclass

from hatch_vibesafe.gates.started import StartedMypy
from hatch_vibesafe.identity import UnitId
from hatch_vibesafe.project import Project
from hatch_vibesafe.spec.model import Scan


@dataclass(frozen=True, slots=True)
class GateContext:
    """What candidates are judged in.

    Attributes:
        project: The project.
        scan: Its units.
        active: The implementations that other units have while one is judged; those of the batch are not in it.
        started: mypy, where it may have been started already.
    """

    project: Project
    scan: Scan
    active: Mapping[UnitId, bytes]
    started: StartedMypy | None = None
