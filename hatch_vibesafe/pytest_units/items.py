"""Units and their tests as pytest's collectors and items."""

import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import pytest

from hatch_vibesafe.problems import Problem, render
from hatch_vibesafe.pytest_units.cases import Case

Problems = Callable[[str, str], Sequence[Problem]]
"""Says what is wrong with a test, by the names of its unit and of itself; judges the unit where that is not known."""


class FailedCaseError(Exception):
    """A test that the gates say something against."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(problems)
        self.problems = problems


class UnitItem(pytest.Item):
    """One test of a unit."""

    case: Case
    problems: Problems

    def runtest(self) -> None:
        """Fail where the gates say something against it.

        Raises:
            FailedCaseError: with what they say.
        """
        unit = self.parent
        found = self.problems("" if unit is None else unit.name, self.name)
        if found:
            raise FailedCaseError(found)

    def repr_failure(  # type: ignore[override] # pytest's own subclasses narrow it to a text too
        self, excinfo: pytest.ExceptionInfo[BaseException]
    ) -> str | object:
        """Return where, what and the remedy; pytest's own account for anything else."""
        if isinstance(excinfo.value, FailedCaseError):
            # Without the heading that counts the problems: pytest has its own.
            return render(list(excinfo.value.problems)).partition("\n\n")[2]
        return super().repr_failure(excinfo)

    def reportinfo(self) -> tuple[os.PathLike[str] | str, int | None, str]:
        """Return the place in the source, and the name."""
        unit = self.parent
        return self.path, self.case.line - 1, f"{'' if unit is None else unit.name} {self.name}"


class UnitNode(pytest.Collector):
    """A unit."""

    cases: Sequence[Case]
    problems: Problems

    def collect(self) -> Iterable[UnitItem]:
        """Yield its tests."""
        for case in self.cases:
            item: UnitItem = UnitItem.from_parent(self, name=case.name)
            item.case, item.problems = case, self.problems
            item.extra_keyword_matches.update(case.gates)
            item.add_marker("vibesafe")
            yield item


def unit_node(session: pytest.Session, name: str, path: Path, cases: Sequence[Case], problems: Problems) -> UnitNode:
    """Return the collector of a unit: the ids of its tests are `UNIT::TEST`."""
    node: UnitNode = UnitNode.from_parent(session, name=name, nodeid=name, path=path)
    node.cases, node.problems = cases, problems
    return node
