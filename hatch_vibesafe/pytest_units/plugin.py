"""What `pytest --vibesafe` does: the units of the project become tests beside those of the files."""

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from hatch_vibesafe.cli.session import Session, open_session
from hatch_vibesafe.gates.reach import reach
from hatch_vibesafe.problems import Problem, VibesafeConfigurationError, VibesafeError, render
from hatch_vibesafe.pytest_units.cases import Case
from hatch_vibesafe.pytest_units.items import UnitItem, UnitNode, unit_node
from hatch_vibesafe.pytest_units.judging import Outcomes, judge
from hatch_vibesafe.pytest_units.sharing import Shared
from hatch_vibesafe.pytest_units.subjects import CASE_OF_SPEC, Subject, active_subjects, candidate_subjects
from hatch_vibesafe.spec.lessons import matches

_SOURCES = "vibesafe"
_SHARED = "vibesafe_shared"


def begin(config: pytest.Config) -> None:
    """Read the project and register the hooks.

    Raises:
        pytest.UsageError: if the configuration is wrong, an option names nothing, or there is no unit at all.
    """
    named: list[str] = config.getoption("vibesafe_candidate")
    try:
        session = open_session(
            config.getoption("vibesafe_target"), allow_unsandboxed=config.getoption("vibesafe_allow_unsandboxed")
        )
        if not (session.scan.specs or session.scan.invalid or session.scan.problems):
            raise VibesafeConfigurationError(*session.scan_problems)
        subjects = candidate_subjects(session, named, Path.cwd()) if named else active_subjects(session)
    except VibesafeError as error:
        raise pytest.UsageError(render(list(error.problems))) from error
    of_project = not named or "" in named
    plugin = UnitsPlugin(config, session, subjects, candidates=bool(named), of_project=of_project)
    config.pluginmanager.register(plugin, "vibesafe units")


class UnitsPlugin:
    """The hooks of one pytest session."""

    def __init__(
        self,
        config: pytest.Config,
        session: Session,
        subjects: Sequence[Subject],
        *,
        candidates: bool,
        of_project: bool,
    ) -> None:
        self._session = session
        self._subjects = {str(each.spec.unit): each for each in subjects}
        self._candidates = candidates
        self._of_project = of_project
        self._named: list[str] = []
        self._directory: Path | None = None
        self._shared: Shared | None = None
        # What a worker of pytest-xdist is told by its controller; nothing in any other process.
        self._told: dict[str, str] = getattr(config, "workerinput", {})

    def pytest_report_header(self, config: pytest.Config) -> list[str]:
        """Say what is judged, how far generated code is confined, and how several workers share it."""
        tests = sum(len(each.cases) for each in self._subjects.values())
        what = "candidates" if self._candidates else "active checkpoints"
        lines = [f"vibesafe: {len(self._subjects)} units, {tests} tests of {what}"]
        if not config.option.collectonly:
            found = reach(self._session.project.config.sandbox)
            lines[0] += f", sandbox {found.level}"
            lines += [found.notice] if found.notice else []
        workers = len(getattr(config.option, "tx", None) or ())
        if workers:
            lines.append(f"vibesafe: {workers} workers share the units in {workers} parts; each unit is judged once")
        return lines

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: object) -> None:
        """Tell a worker of pytest-xdist where the workers leave what they found."""
        if self._directory is None:
            self._directory = Path(tempfile.mkdtemp(prefix="vibesafe-pytest-"))
        told: dict[str, str] = getattr(node, "workerinput", {})
        told[_SHARED] = str(self._directory)

    def pytest_unconfigure(self) -> None:
        """Remove what the workers left."""
        if self._directory is not None:
            shutil.rmtree(self._directory, ignore_errors=True)

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self, session: pytest.Session) -> None:
        """Take the arguments that name units or their tests: pytest knows files alone."""
        arguments = session.config.args
        mine = [each for each in arguments if self._is_unit(each) and not Path(each).exists()]
        self._named = mine
        session.config.args = [each for each in arguments if each not in mine]

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, session: pytest.Session, items: list[pytest.Item]) -> None:
        """Add the tests of the units behind the others, before anything chooses among them."""
        for node in self._nodes(session):
            if self._is_meant(node.name):
                found = list(session.genitems(node))
                items += [item for item in found if self._is_named(item.nodeid)]
                if left_out := [item for item in found if not self._is_named(item.nodeid)]:
                    session.config.hook.pytest_deselected(items=left_out)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Note which units have a test that runs."""
        units = {item.parent.name for item in session.items if isinstance(item, UnitItem) and item.parent}
        directory = self._told.get(_SHARED)
        parts = min(int(self._told.get("workercount", 1)), len(units))
        self._shared = Shared(
            sorted(units & self._subjects.keys()), max(parts, 1), Path(directory) if directory else None, self._judge
        )

    def _judge(self, units: Sequence[str]) -> Outcomes:
        return judge(self._session, [self._subjects[unit] for unit in units])

    def _problems(self, unit: str, case: str) -> Sequence[Problem]:
        if self._shared is None or unit not in self._subjects:
            return self._of_sources(unit)
        try:
            return self._shared.problems(unit, case)
        except VibesafeError as error:
            return error.problems

    def _of_sources(self, unit: str) -> Sequence[Problem]:
        if unit == _SOURCES:
            return self._session.scan.problems
        return [problem for each in self._session.invalid if str(each.unit) == unit for problem in each.problems]

    def _nodes(self, session: pytest.Session) -> list[UnitNode]:
        root = self._session.project.root
        found = [
            unit_node(session, name, root / each.spec.path, each.cases, self._problems)
            for name, each in self._subjects.items()
        ]
        if not self._of_project:
            return found
        for each in self._session.invalid:
            cases = (Case(CASE_OF_SPEC, frozenset(), each.line),)
            found.append(unit_node(session, str(each.unit), root / each.path, cases, self._problems))
        if self._session.scan.problems:
            found.append(unit_node(session, _SOURCES, root, (Case("sources", frozenset(), 1),), self._problems))
        return found

    def _is_unit(self, argument: str) -> bool:
        name = argument.partition("::")[0]
        invalid = any(str(each.unit) == name for each in self._session.invalid)
        return name in self._subjects or invalid or any(_means(each, name) for each in self._subjects.values())

    def _is_meant(self, unit: str) -> bool:
        """Whether a test of a unit may be among those that are named."""
        return not self._named or any(self._covers(each.partition("::")[0], unit) for each in self._named)

    def _is_named(self, test: str) -> bool:
        unit = test.partition("::")[0]
        return not self._named or any(
            each == test or ("::" not in each and self._covers(each, unit)) for each in self._named
        )

    def _covers(self, name: str, unit: str) -> bool:
        chosen = self._subjects.get(unit)
        return name == unit or (chosen is not None and _means(chosen, name))


def _means(subject: Subject, name: str) -> bool:
    return matches(subject.spec.unit, name)
