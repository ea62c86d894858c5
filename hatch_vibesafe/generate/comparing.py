"""Two templates over the same units: compiled in a store of their own that is thrown away, and counted."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from hatch_vibesafe.budget_config import Limits
from hatch_vibesafe.config import PathsConfig, PromptsConfig
from hatch_vibesafe.generate.compile import CompileOptions, CompileResult, compile_units
from hatch_vibesafe.generate.events import Answered, Event, Interrupted, Passed, Refused, Requested
from hatch_vibesafe.generate.inquiry import Sending
from hatch_vibesafe.identity import UnitId
from hatch_vibesafe.problems import Problem, VibesafeConfigurationError
from hatch_vibesafe.project import Project, scan_project
from hatch_vibesafe.spec.lessons import matches
from hatch_vibesafe.spec.model import Scan, Spec


@dataclass(slots=True)
class Tally:
    """What came of the units of one template, counted from the events of its run.

    Attributes:
        answered: The units with an answer.
        first: Whether the first answer of a unit passed, for those of which one was judged.
        passed: The units that an answer passed.
        calls: The requests that were sent.
        interrupted: Whether the user interrupted.
    """

    answered: set[UnitId]
    first: dict[UnitId, bool]
    passed: set[UnitId]
    calls: int = 0
    interrupted: bool = False

    def show(self, event: Event) -> None:
        """Count one event."""
        match event:
            case Requested():
                self.calls += 1
            case Answered():
                self.answered.add(event.unit)
            case Refused():
                self.first.setdefault(event.unit, False)
            case Passed():
                self.first.setdefault(event.unit, True)
                self.passed.add(event.unit)
            case Interrupted():
                self.interrupted = True
            case _:
                pass


@dataclass(frozen=True, slots=True)
class Contender:
    """A project with one of the templates in the place of all others, its scan, and the units that are compared."""

    template: str
    project: Project
    scan: Scan
    specs: tuple[Spec, ...]


@contextmanager
def contender(project: Project, template: str, targets: Sequence[str], given: Limits) -> Iterator[Contender]:
    """Yield the project as it is with a template, limits, and a store that is removed afterwards.

    What is active is in that store too, for units that call others. Units that name a template of their own are left
    out: the template does not change them.

    Raises:
        VibesafeConfigurationError: if there is no such template, or no unit is left.
    """
    config = project.config
    with TemporaryDirectory(prefix="vibesafe-compare-") as directory:
        changed = replace(
            config,
            paths=_copied_store(project, Path(directory)),
            prompts=PromptsConfig(function=template, http=template, cli=template),
            budget=replace(config.budget, command=given),
            generate=replace(config.generate, escalate_to=None),  # another model is no merit of a template
        )
        compared = replace(project, config=changed)
        scan = scan_project(compared)
        specs = tuple(spec for spec in scan.specs if spec.options.template is None and _meant(spec, targets))
        if not specs:
            remedy = "name others: see `vibesafe scan`; a unit with a template of its own cannot be compared"
            raise VibesafeConfigurationError(Problem(f"--units {' '.join(targets)}", "means no unit", remedy))
        yield Contender(template, compared, scan, specs)


def compiled(
    each: Contender, jobs: int, on_event: Callable[[Event], None], sending: Sending
) -> tuple[Tally, tuple[CompileResult, ...]]:
    """Return what came of the units of a contender; every question is asked anew.

    Raises:
        VibesafeError: if the gates cannot run at all, or the index cannot be read.
    """
    tally = Tally(set(), {}, set())

    def counted(event: Event) -> None:
        tally.show(event)
        on_event(event)

    options = CompileOptions(force=True, jobs=jobs, command="vibesafe prompt compare")
    return tally, compile_units(each.project, each.scan, each.specs, options, counted, sending=sending)


def _meant(spec: Spec, targets: Sequence[str]) -> bool:
    return any(matches(spec.unit, target) for target in targets)


def _copied_store(project: Project, directory: Path) -> PathsConfig:
    paths = PathsConfig(
        checkpoints=str(directory / "checkpoints"),
        cache=str(directory / "cache"),
        index=str(directory / "index.toml"),
        escalations=str(directory / "escalations"),
    )
    if project.checkpoints_path.is_dir():
        shutil.copytree(project.checkpoints_path, paths.checkpoints)
    if project.index_path.is_file():
        shutil.copyfile(project.index_path, paths.index)
    return paths
