"""Gathers the implementations of a unit that no gate tells apart, and writes what a developer decides into its spec."""

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hatch_vibesafe.gates.context import GateContext
from hatch_vibesafe.gates.differences import Shown
from hatch_vibesafe.gates.divergence import ground_of
from hatch_vibesafe.gates.examination import Ground
from hatch_vibesafe.gates.input_borders import border_cases
from hatch_vibesafe.gates.mutation import adequacy_of
from hatch_vibesafe.gates.named_cases import named_cases
from hatch_vibesafe.gates.properties import generated_cases
from hatch_vibesafe.gates.retest import active_implementations
from hatch_vibesafe.gates.tightening import Rivals, condition_without, example_lines, rivals_of
from hatch_vibesafe.gates.unit_calls import Case, example_cases, parameters_of
from hatch_vibesafe.gates.verdict import Candidate
from hatch_vibesafe.generate.candidates import kept_candidates
from hatch_vibesafe.identity import CheckpointHash
from hatch_vibesafe.problems import Problem, VibesafeValidationError
from hatch_vibesafe.project import Project, scan_project
from hatch_vibesafe.spec.docstring_edits import CannotEditError, with_example, with_requirement
from hatch_vibesafe.spec.model import Scan, Spec
from hatch_vibesafe.spec.weakness import weaknesses
from hatch_vibesafe.store.checkpoints import read_checkpoint
from hatch_vibesafe.store.files import read_file, write_atomically

_EXCEPTION = re.compile(r"(?:[A-Za-z_]\w*\.)*[A-Z]\w*(?:: .*)?")
_OF_AN_EXAMPLE = "example "


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided about a call: what it gives, or, for None, that nobody makes it."""

    place: int
    answer: Shown | None


def gathered(project: Project, scan: Scan, spec: Spec, current: CheckpointHash | None) -> Rivals:
    """Return the current implementation, its mutants that no gate refuses, and other candidates that passed.

    Raises:
        VibesafeValidationError: if there is no implementation to begin with.
        VibesafeError: if the sandbox cannot run.
    """
    kept = [each.implementation for each in kept_candidates(project, spec.unit, spec.spec_hash) if each.passed]
    ours = [] if current is None else [read_checkpoint(project.checkpoints_path, spec.unit, current).implementation]
    implementations = list(dict.fromkeys([*ours, *kept]))
    if not implementations:
        remedy = f"vibesafe compile --target {spec.unit}"
        raise VibesafeValidationError(Problem(spec.where, "there is no implementation to ask questions about", remedy))
    context = GateContext(project, scan, active_implementations(project))
    return rivals_around(spec, implementations, context, ground_of(spec, context))


def rivals_around(spec: Spec, implementations: Sequence[bytes], context: GateContext, ground: Ground) -> Rivals:
    """Return implementations that passed, and the mutants of the first of them that no gate refuses.

    Raises:
        VibesafeError: if the sandbox cannot run.
    """
    (measured,) = adequacy_of([Candidate(spec, implementations[0])], context)
    survivors = () if measured is None else measured.survivors
    sources = [each.decode("utf-8", "replace") for each in implementations]
    made = (*named_cases(spec), *generated_cases(spec))
    known = (*example_cases(spec, parameters_of(spec)), *made)
    told = (Case(each.values) for each in survivors)
    cases = {
        case.call: case for case in (*generated_cases(spec), *named_cases(spec), *border_cases(sources, known), *told)
    }
    sources += [each.source for each in survivors]
    return rivals_of(spec, list(dict.fromkeys(sources)), list(cases.values()), ground)


def read_answer(text: str) -> Shown | None:
    """Return an answer as a person types it: a value in Python, or `ValueError: why`; None for neither."""
    typed = text.strip()
    try:
        return Shown(repr(ast.literal_eval(typed)))
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        pass
    if _EXCEPTION.fullmatch(typed):
        return Shown(typed, is_exception=True)
    try:
        parsed = ast.parse(typed, mode="eval").body
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None
    return Shown(typed) if isinstance(parsed, ast.Call) else None


def write_decision(project: Project, rivals: Rivals, decision: Decision) -> tuple[str, ...]:
    """Write a decision into the docstring of the unit, and return the lines that stand there now.

    Raises:
        VibesafeValidationError: if the docstring cannot hold it; the file is then as it was.
        VibesafeError: if the file cannot be written.
    """
    spec, call = rivals.spec, rivals.cases[decision.place].call
    path = project.root / spec.path
    before = read_file(path) or b""
    try:
        if decision.answer is None:
            condition = condition_without(spec, call)
            lines: tuple[str, ...] = (f"Requires {condition}",)
            after = with_requirement(before, spec.unit.qualname, condition)
        else:
            lines = example_lines(spec, call, decision.answer)
            after = with_example(before, spec.unit.qualname, lines)
    except CannotEditError as error:
        remedy = f"write it into {spec.path} by hand: {'; '.join(lines)}"
        raise VibesafeValidationError(Problem(spec.where, f"the docstring {error}", remedy)) from None
    write_atomically(path, after)
    _check(project, spec, path, before)
    return lines


def _check(project: Project, spec: Spec, path: Path, before: bytes) -> None:
    """Read the spec again; put the file back where it is none any more, or contradicts its types or itself now."""
    found = scan_project(project)
    again = next((each for each in found.specs if each.unit == spec.unit), None)
    if again is None or (again.examples, again.contract) == (spec.examples, spec.contract):
        write_atomically(path, before)
        problems = tuple(each for unit in found.invalid if unit.unit == spec.unit for each in unit.problems)
        what = "the decision would not be read as it is meant, and the file was left as it was"
        remedy = f"write it into {spec.path} by hand"
        raise VibesafeValidationError(Problem(spec.where, what, remedy), *problems)
    known = {problem.what for problem in weaknesses(spec)}
    odd = [each for each in weaknesses(again) if each.what.startswith(_OF_AN_EXAMPLE) and each.what not in known]
    if odd:
        write_atomically(path, before)
        remedy = "answer otherwise, or correct the docstring first: the file was left as it was"
        raise VibesafeValidationError(*(Problem(spec.where, each.what, remedy) for each in odd))
