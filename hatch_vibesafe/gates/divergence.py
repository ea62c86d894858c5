"""Where two implementations of a unit do different things with the same calls, and where one disagrees with itself.

The calls are those of the examples, generated ones, and those at the borders that the two draw, all within `Requires`.
Each implementation makes each call twice: one that disagrees with itself is non-deterministic, and nothing that it does
is called a divergence.
"""

import ast
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from hatch_vibesafe.gates.context import GateContext
from hatch_vibesafe.gates.differences import Runner, Shown, allowed_cases, both_shown, case_size, differing, shown_by
from hatch_vibesafe.gates.distinguishing import Told, made_simpler
from hatch_vibesafe.gates.examination import Ground
from hatch_vibesafe.gates.hash_order import OTHER_SEEDS, depends_on_hashes
from hatch_vibesafe.gates.input_borders import border_cases
from hatch_vibesafe.gates.named_cases import named_cases
from hatch_vibesafe.gates.properties import generated_cases
from hatch_vibesafe.gates.sandbox import Sandbox
from hatch_vibesafe.gates.shared_part import batch_of
from hatch_vibesafe.gates.surroundings import surroundings
from hatch_vibesafe.gates.symbolic import Searched, searched
from hatch_vibesafe.gates.unit_calls import Case, definition_of, doctest_line, example_cases, parameters_of
from hatch_vibesafe.problems import Problem, VibesafeValidationError
from hatch_vibesafe.spec.model import Spec
from hatch_vibesafe.spec.walking import walk

Side = Literal["before", "after"]

_MOST = 5
"""How many calls are shown."""

_RESTARTS = 6
"""How many calls may not end, each for its whole time, before those behind them stay unknown."""


@dataclass(frozen=True, slots=True)
class Divergence:
    """A call for which two implementations show different things: their answers as a doctest would show them."""

    call: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Unsettled:
    """A call for which one implementation showed two different things."""

    side: Side
    call: str
    first: str
    again: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """What came of making the same calls with two implementations.

    Attributes:
        calls: How many calls were made, all within `Requires`.
        differing: For how many of them the two show different things.
        divergences: The smallest of these, the first of them as simple as it could be made.
        unsettled: For each implementation that disagrees with itself, the smallest call that shows it; where there is
            one, there are no divergences.
        symbolic: How the search of CrossHair for calls ended; empty where it was not asked for.
    """

    calls: int
    differing: int = 0
    divergences: tuple[Divergence, ...] = ()
    unsettled: tuple[Unsettled, ...] = ()
    symbolic: str = ""

    @property
    def is_divergent(self) -> bool:
        """Whether callers can tell the later implementation from the earlier one."""
        sides = {each.side for each in self.unsettled}
        return bool(self.divergences) or sides == {"after"}


def compared(
    spec: Spec, before: bytes, after: bytes, context: GateContext, *, symbolically: bool = False
) -> Comparison:
    """Return how two implementations of a unit differ, run in the sandbox on the same calls.

    With `symbolically`, CrossHair searches for more of them.

    Raises:
        VibesafeValidationError: if one of them takes other parameters than the spec says now.
        VibesafeConfigurationError: if the platform cannot confine, the sources cannot be read, or CrossHair is wanted
            and is not there or cannot follow such a unit.
    """
    if before == after:
        return Comparison(0)
    sources = [each.decode("utf-8", "replace") for each in (before, after)]
    _refuse_other_parameters(spec, sources)
    ground = ground_of(spec, context)
    cases = calls_within_requires(spec, ground, sources)
    search = searched(spec, sources, ground) if symbolically else Searched((), "")
    if search.cases:
        known = {case.call for case in cases}
        (more,) = allowed_cases([(spec, [case for case in search.cases if case.call not in known])], ground)
        cases += more
    return replace(_compared(spec, sources, cases, ground), symbolic=search.ending)


def _compared(spec: Spec, sources: Sequence[str], cases: tuple[Case, ...], ground: Ground) -> Comparison:
    if not cases:
        return Comparison(0)
    old, new = (Runner(spec, source, cases) for source in sources)
    first_old, first_new = shown_by([old, new], ground, restarts=_RESTARTS)
    again_old, again_new = shown_by([old, new], _with_other_hashes(sources, ground), restarts=_RESTARTS)
    unsettled = [*_unsettled("before", spec, cases, first_old, again_old)]
    unsettled += _unsettled("after", spec, cases, first_new, again_new)
    if unsettled:
        return Comparison(len(cases), unsettled=tuple(unsettled))
    told = sorted(differing(cases, first_old, first_new), key=told_size)
    if not told:
        return Comparison(len(cases))
    simplest = made_simpler([old], [{new.source: told[0]}], ground)[0][new.source]
    shown = {each[0].call: each for each in (simplest, *told)}
    divergences = tuple(_divergence(spec, each) for each in [*shown.values()][:_MOST])
    return Comparison(len(cases), len(told), divergences)


def _with_other_hashes(sources: Sequence[str], ground: Ground) -> Ground:
    """Return where texts have other hashes, if that may matter: who depends on them disagrees with himself."""
    if not any(map(depends_on_hashes, sources)):
        return ground
    return replace(ground, sandbox=ground.sandbox.with_hashes(OTHER_SEEDS[0]))


def ground_of(spec: Spec, context: GateContext) -> Ground:
    """Return where implementations of a unit are run. `context.active` may hold one of the unit: it is left out.

    Raises:
        VibesafeConfigurationError: if the platform cannot confine, or the sources cannot be read.
    """
    others = {unit: content for unit, content in context.active.items() if unit != spec.unit}
    context = GateContext(context.project, context.scan, others)
    surrounding = surroundings(context, [spec])
    config = context.project.config
    sandbox = Sandbox(config.sandbox, config.secret_variables(os.environ))
    return Ground(batch_of([spec], context, surrounding), frozenset(surrounding.files), sandbox)


def calls_within_requires(spec: Spec, ground: Ground, sources: Sequence[str]) -> tuple[Case, ...]:
    """Return the calls of the examples, generated ones, and those at the borders that implementations draw.

    All are within `Requires`. What the text names comes before what the types allow, where calls may not end.
    """
    known = (*example_cases(spec, parameters_of(spec)), *named_cases(spec), *generated_cases(spec))
    shown = {case.call for case in known}
    borders = (case for case in border_cases(sources, known) if case.call not in shown)
    (allowed,) = allowed_cases([(spec, (*known, *borders))], ground)
    return allowed


def call_text(spec: Spec, case: Case) -> str:
    """Return a call as a person writes it; what has to run before it comes first."""
    call = doctest_line(spec, parameters_of(spec), case.call).removeprefix(">>> ")
    return "; ".join([*(each.strip() for each in case.setup), call])


def told_size(told: Told) -> tuple[int, int, str]:
    """Return what calls that tell implementations apart are ordered by: simpler ones are shorter."""
    return (len(told[0].setup), *case_size(told[0]))


def _divergence(spec: Spec, told: Told) -> Divergence:
    case, one, other = told
    return Divergence(call_text(spec, case), *both_shown(one, other))


def _unsettled(
    side: Side, spec: Spec, cases: Sequence[Case], first: Sequence[Shown | None], again: Sequence[Shown | None]
) -> list[Unsettled]:
    told = min(differing(cases, first, again), key=told_size, default=None)
    return [] if told is None else [Unsettled(side, call_text(spec, told[0]), *both_shown(told[1], told[2]))]


def _refuse_other_parameters(spec: Spec, sources: Sequence[str]) -> None:
    wanted = _parameters(definition_of(spec))
    for source in sources:
        try:
            tree = ast.parse(source)
        except SyntaxError as error:
            what = f"one of the two implementations cannot be read: {error.msg}"
            raise VibesafeValidationError(
                Problem(spec.where, what, f"vibesafe compile --force --target {spec.unit}")
            ) from None
        found = [
            node
            for node in walk(tree)
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == spec.unit.name
        ]
        if found and all(_parameters(node) != wanted for node in found):
            what = "one of the two implementations takes other parameters than the spec says: no call fits both"
            raise VibesafeValidationError(Problem(spec.where, what, f"vibesafe diff --target {spec.unit}"))


def _parameters(node: ast.FunctionDef | ast.AsyncFunctionDef) -> tuple[tuple[str, ...], ...]:
    given = node.args
    beyond = tuple("" if each is None else each.arg for each in (given.vararg, given.kwarg))
    kinds = (given.posonlyargs, given.args, given.kwonlyargs)
    return (*(tuple(each.arg for each in kind) for kind in kinds), beyond)
