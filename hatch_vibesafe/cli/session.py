"""What most commands begin with: the project, its units, where each stands, and which of them are meant."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from hatch_vibesafe.config import gate_settings_digest
from hatch_vibesafe.identity import UnitId
from hatch_vibesafe.problems import Problem, VibesafeConfigurationError
from hatch_vibesafe.project import Project, open_project, scan_project
from hatch_vibesafe.spec.lessons import matches
from hatch_vibesafe.spec.model import InvalidUnit, Scan, Spec
from hatch_vibesafe.spec.weakness import weaknesses
from hatch_vibesafe.store.drift import UnitStatus, unit_status
from hatch_vibesafe.store.index import read_index
from hatch_vibesafe.store.records import Index


@dataclass(frozen=True, slots=True)
class Session:
    """A project as a command finds it.

    Attributes:
        project: The project.
        scan: All its units.
        index: Its index.
        specs: The usable specs that are meant.
        invalid: The unusable units that are meant.
        statuses: Where each of `specs` stands.
        targeted: Whether the user named targets.
    """

    project: Project
    scan: Scan
    index: Index
    specs: tuple[Spec, ...]
    invalid: tuple[InvalidUnit, ...]
    statuses: dict[UnitId, UnitStatus]
    targeted: bool

    @property
    def scan_problems(self) -> tuple[Problem, ...]:
        """What is wrong with the sources: of files, of the units that are meant, or that there is no unit at all."""
        if not (self.scan.specs or self.scan.invalid or self.scan.problems):
            where = self.project.config.source or str(self.project.root)
            remedy = "decorate a typed function with @vibesafe and end its body with `raise VibeCoded()`"
            return (Problem(where, "the scan found no unit", remedy),)
        return self.scan.problems + tuple(problem for unit in self.invalid for problem in unit.problems)

    def weaknesses(self, *, waiting_only: bool = False) -> tuple[Problem, ...]:
        """What makes the specs that are meant weak, or those of them that have no implementation yet."""
        meant = (spec for spec in self.specs if not (waiting_only and self.statuses[spec.unit].current))
        return tuple(problem for spec in meant for problem in weaknesses(spec))

    def one_spec(self, unit: str) -> Spec:
        """Return the one usable spec that is meant by what the user named `unit`.

        Raises:
            VibesafeConfigurationError: if the unit is not usable, or several are meant.
        """
        if self.invalid:
            raise VibesafeConfigurationError(*(problem for each in self.invalid for problem in each.problems))
        if len(self.specs) != 1:
            names = ", ".join(str(spec.unit) for spec in self.specs)
            raise VibesafeConfigurationError(
                Problem(unit, f"means {len(self.specs)} units: {names}", "name one unit id")
            )
        return self.specs[0]


def open_session(targets: Sequence[str] = (), *, allow_unsandboxed: bool = False) -> Session:
    """Read the project around the working directory. `allow_unsandboxed` lets the gates run at whatever level there is.

    Raises:
        VibesafeConfigurationError: if the configuration is wrong, or a target names nothing.
        VibesafeError: if the index cannot be read.
    """
    project = _allowing(open_project(Path.cwd()), allow_unsandboxed=allow_unsandboxed)
    scan = scan_project(project)
    index = read_index(project.index_path)
    _refuse_unmatched(scan, targets)
    specs = tuple(spec for spec in scan.specs if _meant(spec.unit, targets))
    return Session(
        project=project,
        scan=scan,
        index=index,
        specs=specs,
        invalid=tuple(unit for unit in scan.invalid if _meant(unit.unit, targets)),
        statuses=statuses(project, index, specs),
        targeted=bool(targets),
    )


def statuses(project: Project, index: Index, specs: Sequence[Spec]) -> dict[UnitId, UnitStatus]:
    """Return where each spec stands."""
    settings = gate_settings_digest(project.config)
    required = project.config.gates.required
    minimum = project.config.sandbox.min_sandbox
    return {
        spec.unit: unit_status(spec, index, project.checkpoints_path, settings, required, min_sandbox=minimum)
        for spec in specs
    }


def _allowing(project: Project, *, allow_unsandboxed: bool) -> Project:
    sandbox = replace(project.config.sandbox, allow_unsandboxed=allow_unsandboxed)
    return replace(project, config=replace(project.config, sandbox=sandbox))


def _meant(unit: UnitId, targets: Sequence[str]) -> bool:
    return not targets or any(matches(unit, target) for target in targets)


def _refuse_unmatched(scan: Scan, targets: Sequence[str]) -> None:
    units = [spec.unit for spec in scan.specs] + [unit.unit for unit in scan.invalid]
    problems = [
        Problem(target, "names no unit of this project", "see `vibesafe scan` for the unit ids")
        for target in targets
        if not any(matches(unit, target) for unit in units)
    ]
    if problems:
        raise VibesafeConfigurationError(*problems)
