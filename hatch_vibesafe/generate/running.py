"""What every part of a run needs: the units and what became of them, who asks, what came, and who is told."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from hatch_vibesafe.gates.context import GateContext
from hatch_vibesafe.gates.started import StartedMypy
from hatch_vibesafe.generate.arrivals import Arrivals
from hatch_vibesafe.generate.asking import Asking
from hatch_vibesafe.generate.events import Event
from hatch_vibesafe.generate.interrupts import Interrupts
from hatch_vibesafe.generate.options import CompileOptions
from hatch_vibesafe.generate.outcomes import Outcomes
from hatch_vibesafe.generate.refusals import Memories, Refusals
from hatch_vibesafe.generate.unit_run import UnitRun
from hatch_vibesafe.identity import UnitId
from hatch_vibesafe.project import Project
from hatch_vibesafe.spec.model import Scan


@dataclass(frozen=True, slots=True)
class Running:
    """A run on its way.

    Attributes:
        project: The project.
        scan: All its units.
        options: How it is compiled.
        tell: Is told every event, in the main thread.
        callees: For each unit of the run those that it may call.
        awaited: For each unit of the run those of its callees that its spec names.
        outcomes: The units that are open, and what became of the others.
        asking: The providers, and the threads that ask them.
        arrivals: What they bring.
        interrupts: Holds Ctrl-C back while something is finished.
        memories: The answers that were refused.
        started: mypy, which is started while answers are waited for.
    """

    project: Project
    scan: Scan
    options: CompileOptions
    tell: Callable[[Event], None]
    callees: Mapping[UnitId, frozenset[UnitId]]
    awaited: Mapping[UnitId, frozenset[UnitId]]
    outcomes: Outcomes
    asking: Asking
    arrivals: Arrivals
    interrupts: Interrupts
    memories: Memories
    started: StartedMypy

    @property
    def open(self) -> dict[UnitId, UnitRun]:
        """The units that are worked on."""
        return self.outcomes.open

    @property
    def replays(self) -> bool:
        """Whether recorded answers count: `force` asks anew, unless nobody may be asked."""
        return self.options.offline or not self.options.force

    @property
    def context(self) -> GateContext:
        """What candidates are judged in."""
        return GateContext(self.project, self.scan, dict(self.outcomes.active), self.started)

    def memory(self, run: UnitRun) -> Refusals:
        """Return the refused answers of a unit."""
        kind = "" if run.config is None else run.config.kind
        return self.memories.of(run.spec, kind, self.callees[run.spec.unit], self.outcomes.active)
