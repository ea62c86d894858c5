"""Small projects to judge candidates in."""

import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from hatch_vibesafe.gates import doctests, reach
from hatch_vibesafe.gates.ladder import Reach
from hatch_vibesafe.gates.run import GateContext, run_gates
from hatch_vibesafe.gates.sandbox import Sandbox
from hatch_vibesafe.gates.surroundings import Surroundings, surroundings
from hatch_vibesafe.gates.verdict import Candidate, Fault, Finding, Opinion, Verdict
from hatch_vibesafe.identity import UnitId
from hatch_vibesafe.project import Project, open_project, scan_project
from hatch_vibesafe.sandbox_levels import reaches
from hatch_vibesafe.spec.model import Scan, Spec

CONFIGURATION = "[sandbox]\ntimeout = 5\n"


@dataclass(frozen=True)
class Bench:
    """A project on disk, scanned, with what it takes to judge candidates of its units."""

    project: Project
    scan: Scan

    def spec(self, unit: str) -> Spec:
        return next(spec for spec in self.scan.specs if str(spec.unit) == unit)

    def context(self, active: Mapping[str, str] | None = None) -> GateContext:
        implementations = {UnitId.parse(unit): source.encode() for unit, source in (active or {}).items()}
        return GateContext(self.project, self.scan, implementations)

    def candidate(self, unit: str, source: str) -> Candidate:
        return Candidate(self.spec(unit), textwrap.dedent(source).lstrip("\n").encode())

    def gates(self, unit: str, *sources: str) -> tuple[Verdict, ...]:
        return run_gates([self.candidate(unit, source) for source in sources], self.context())

    def surroundings(self) -> Surroundings:
        return surroundings(self.context(), self.scan.specs)

    def doctests(
        self, unit: str, *sources: str, active: Mapping[str, str] | None = None
    ) -> tuple[tuple[Finding, ...], ...]:
        """The doctest gate alone, as if every other gate had let the candidates through."""
        return self.judged([self.candidate(unit, source) for source in sources], active=active)

    def judged(
        self, candidates: Sequence[Candidate], active: Mapping[str, str] | None = None
    ) -> tuple[tuple[Finding, ...], ...]:
        """The same for candidates of several units."""
        sandbox = Sandbox(self.project.config.sandbox)
        return refusals(doctests.check(candidates, self.context(active), self.surroundings(), sandbox))


def refusals(opinions: Sequence[Opinion]) -> tuple[tuple[Finding, ...], ...]:
    """Opinions of which none may be a fault."""
    found = tuple(opinion for opinion in opinions if not isinstance(opinion, Fault))
    assert len(found) == len(opinions), opinions
    return found


MakeBench = Callable[..., Bench]
AtLevel = Callable[[str], None]
MakeDouble = Callable[[str], Bench]


@pytest.fixture
def bench(tmp_path: Path) -> MakeBench:
    def make(files: Mapping[str, str], configuration: str = CONFIGURATION) -> Bench:
        (tmp_path / "vibesafe.toml").write_text(configuration, encoding="utf-8")
        for name, source in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(textwrap.dedent(source).lstrip("\n"), encoding="utf-8")
        project = open_project(tmp_path)
        scan = scan_project(project)
        assert scan.all_problems == ()
        return Bench(project, scan)

    return make


@pytest.fixture
def at_level(monkeypatch: pytest.MonkeyPatch) -> AtLevel:
    """Has every sandbox that is made from now on confine to this level; skips where the machine does not reach it."""

    def choose(level: str) -> None:
        reached = reach.found_once()
        if not reaches(reached.level, level):
            pytest.skip(reached.notice)
        monkeypatch.setattr("hatch_vibesafe.gates.sandbox.reach", lambda _: Reach(level))
        monkeypatch.setattr("hatch_vibesafe.gates.sandbox.refusal", lambda *_: ())

    return choose


DOUBLE = '''
    from vibesafe_runtime import VibeCoded, vibesafe


    @vibesafe
    def double(n: int) -> int:
        """Twice a number.

        >>> double(2)
        4
        >>> double(-3) == -6
        True
        """
        raise VibeCoded()
'''


@pytest.fixture
def make_double(bench: MakeBench) -> MakeDouble:
    """A project of one unit, `app.numbers/double`, under a configuration."""
    return lambda configuration: bench({"app/__init__.py": "", "app/numbers.py": DOUBLE}, configuration)


@pytest.fixture
def double(make_double: MakeDouble) -> Bench:
    """One unit, `app.numbers/double`."""
    return make_double(CONFIGURATION)
