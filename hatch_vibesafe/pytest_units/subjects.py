"""What is judged: for each unit what is active, or a candidate from a file; found without running anything."""

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hatch_vibesafe.cli.session import Session
from hatch_vibesafe.generate.compose import compose
from hatch_vibesafe.problems import Problem, VibesafeConfigurationError, VibesafeError
from hatch_vibesafe.pytest_units.cases import Case, unit_cases
from hatch_vibesafe.spec.model import Spec
from hatch_vibesafe.store.checkpoints import read_checkpoint

CASE_OF_SPEC = "spec"
"""The test that a unit is whose spec cannot be used."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A unit and what of it is judged.

    Attributes:
        spec: Its spec.
        cases: Its tests.
        implementation: The bytes that are judged; None where there are none.
        problems: Why there are none that could be judged; then every test fails with them.
        remedy: What mends a refusal.
    """

    spec: Spec
    cases: tuple[Case, ...]
    implementation: bytes | None
    problems: tuple[Problem, ...]
    remedy: str


def active_subjects(session: Session) -> tuple[Subject, ...]:
    """Return the units that are meant, each with what is active; what drifted is not judged."""
    return tuple(_active(session, spec) for spec in session.specs)


def _active(session: Session, spec: Spec) -> Subject:
    status = session.statuses[spec.unit]
    problems = status.problems
    implementation = None
    if not problems and status.active is not None:
        try:
            stored = read_checkpoint(session.project.checkpoints_path, spec.unit, status.active)
            implementation = stored.implementation
        except VibesafeError as error:
            problems = error.problems
    remedy = f"vibesafe compile --force --target {spec.unit}"
    return Subject(spec, unit_cases(spec, session.project.config.gates.required), implementation, problems, remedy)


def _current(session: Session, spec: Spec) -> Subject:
    """Return a unit with the checkpoint that `vibesafe save` would make active, or that is."""
    remedy = f"vibesafe compile --target {spec.unit}"
    problems: tuple[Problem, ...] = ()
    implementation = None
    current = session.statuses[spec.unit].current
    if current is None:
        problems = (Problem(spec.where, "there is no whole checkpoint for this spec", remedy),)
    else:
        try:
            implementation = read_checkpoint(session.project.checkpoints_path, spec.unit, current).implementation
        except VibesafeError as error:
            problems = error.problems
    return Subject(spec, unit_cases(spec, session.project.config.gates.required), implementation, problems, remedy)


def candidate_subjects(session: Session, named: Sequence[str], directory: Path) -> tuple[Subject, ...]:
    """Return the units that candidates are named for, as `FILE` or `UNIT=FILE`, each with the module in its file.

    An empty name stands for every unit that is meant, with its current checkpoint where no file is named for it. A file
    is composed as `vibesafe submit` composes it. A file alone is for the one unit whose function it defines.

    Raises:
        VibesafeConfigurationError: with a problem for each that cannot be used.
    """
    found: dict[str, Subject] = {}
    problems: list[Problem] = []
    for each in filter(None, named):
        try:
            subject = _candidate(session, each, directory)
        except VibesafeConfigurationError as error:
            problems += error.problems
            continue
        if str(subject.spec.unit) in found:
            what = f"is a second candidate for {subject.spec.unit}"
            problems.append(Problem(f"--vibesafe-candidate={each}", what, "name one candidate for each unit"))
        found[str(subject.spec.unit)] = subject
    if problems:
        raise VibesafeConfigurationError(*problems)
    if "" in named:
        found = {str(spec.unit): _current(session, spec) for spec in session.specs} | found
    return tuple(found.values())


def _candidate(session: Session, named: str, directory: Path) -> Subject:
    where = f"--vibesafe-candidate={named}"
    unit, equals, file = named.rpartition("=")
    text = _text(where, directory / file)
    usable = {str(spec.unit): spec for spec in session.specs}
    meant = [unit] if equals else _defined(text, session.specs)
    if equals and unit not in usable:
        unusable = [problem for each in session.invalid if str(each.unit) == unit for problem in each.problems]
        remedy = "see `vibesafe scan` for the unit ids"
        raise VibesafeConfigurationError(*(unusable or [Problem(where, f"{unit!r} is no usable unit", remedy)]))
    if len(meant) != 1:
        which = f"functions of {', '.join(meant)}" if meant else "no function of a unit"
        remedy = f"say which unit it is for: --vibesafe-candidate=UNIT={file}"
        raise VibesafeConfigurationError(Problem(where, f"the file defines {which}", remedy))
    spec = usable[meant[0]]
    composed = compose(spec, text, markdown=False)
    remedy = f"change {file}; once it passes: vibesafe submit {spec.unit} {file}"
    cases = unit_cases(spec, session.project.config.gates.required)
    return Subject(spec, cases, composed.implementation, (), remedy)


def _defined(text: str, specs: Sequence[Spec]) -> list[str]:
    try:
        body = ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    names = {node.name for node in body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    return [str(spec.unit) for spec in specs if spec.unit.name in names]


def _text(where: str, path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8")
    except OSError as error:
        problem = Problem(where, f"cannot be read: {error.strerror}", "name a readable file: UNIT=FILE or FILE")
        raise VibesafeConfigurationError(problem) from error
    except UnicodeDecodeError as error:
        raise VibesafeConfigurationError(
            Problem(where, f"is not UTF-8: byte {error.start}", "save it as UTF-8")
        ) from error
