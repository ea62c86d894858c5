"""Part of the doctest gate: calls that no example shows, made behind the examples, in the process that runs these.

A process costs more than a hundred calls. The examples come first, as in a process of their own, and nothing is kept
of a process that did not end by itself and in order. So the calls can show something else than in another process only
where an example leaves something behind: they are made here where the examples are nothing but calls, and the
implementation keeps nothing from one to the next.
"""

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hatch_vibesafe.gates.differences import Runner, Shown, calls_job, shown_in
from hatch_vibesafe.gates.examination import Ground
from hatch_vibesafe.gates.foreseen import whole
from hatch_vibesafe.gates.limits_of_code import example_results
from hatch_vibesafe.gates.sandbox import Result
from hatch_vibesafe.gates.unit_calls import Case
from hatch_vibesafe.gates.unshown import Unshown, unshown_of
from hatch_vibesafe.gates.verdict import Candidate
from hatch_vibesafe.spec.canonical import FunctionNode
from hatch_vibesafe.spec.model import Example, Spec
from hatch_vibesafe.spec.source import parse
from hatch_vibesafe.spec.walking import walk

_MOST_CALLS = 100


@dataclass(frozen=True, slots=True)
class Ran:
    """What came of the examples of a candidate.

    Attributes:
        candidate: The candidate.
        examples: What a process that ran them sent, and how it ended.
        asked: What else is asked of it; None where nobody has looked yet.
        shown: What these calls showed in the same process; None where they were not made there.
    """

    candidate: Candidate
    examples: Result
    asked: Unshown | None = None
    shown: Mapping[Case, Shown] | None = None


def run_examples(candidates: Sequence[Candidate], quick: Ground, patient: Ground) -> list[Ran]:
    """Return what came of the examples of each candidate, and of what else is asked of it, where that was together.

    Args:
        candidates: The candidates.
        quick: Where both are run together.
        patient: Where examples are run alone.
    """
    asked = [unshown_of(each) if _may_run_together(each) else None for each in candidates]
    together = iter(_together([each for each in asked if each is not None], quick))
    found = [None if each is None else next(together) for each in asked]
    left = [each for each, ran in zip(candidates, found, strict=True) if ran is None]
    alone = iter(
        example_results([(each.spec, each.implementation.decode("utf-8", "replace")) for each in left], patient)
    )
    return [
        ran or Ran(candidate, next(alone), what) for candidate, ran, what in zip(candidates, found, asked, strict=True)
    ]


def _together(asked: Sequence[Unshown], ground: Ground) -> list[Ran | None]:
    """Return what came of the examples of candidates and of the calls behind them; None where that is to be apart."""
    runners = [each.runner for each in asked]
    chosen = [number for number, each in enumerate(runners) if 0 < len(each.cases) <= _MOST_CALLS]
    examples = [[example.source for example in each.spec.examples] for each in runners]
    jobs = [calls_job(runners[number], behind=examples[number]) for number in chosen]
    found: list[Ran | None] = [None] * len(asked)
    for number, result in zip(chosen, ground.sandbox.run(ground.batch, jobs), strict=True):
        found[number] = _ran(asked[number], runners[number], result)
    return found


def _ran(asked: Unshown, runner: Runner, result: Result) -> Ran | None:
    count = len(runner.spec.examples)
    done = result.answers[-1:]
    if result.ending or done != (["done"],) or len(result.answers) != count + len(runner.cases) + 1:
        return None
    shown = whole(runner.cases, shown_in(runner, Result(result.answers[count:], "")))
    return None if shown is None else Ran(asked.candidate, Result(result.answers[:count] + done, ""), asked, shown)


def _may_run_together(candidate: Candidate) -> bool:
    """Whether calls can be made behind the examples of a candidate as if nothing had been before them."""
    spec = candidate.spec
    is_plain = not spec.contract and not spec.method and all(_is_plain(each, spec) for each in spec.examples)
    return is_plain and _keeps_nothing(candidate)


def _is_plain(example: Example, spec: Spec) -> bool:
    """Whether an example is one expression, in which nothing has a name but the unit and nothing is given one."""
    try:
        statements = parse(example.source).body
    except SyntaxError:
        return False
    nodes = [node for statement in statements for node in walk(statement)]
    names = {node.id for node in nodes if isinstance(node, ast.Name)}
    is_expression = len(statements) == 1 and isinstance(statements[0], ast.Expr)
    return is_expression and names == {spec.unit.name} and not any(isinstance(node, ast.NamedExpr) for node in nodes)


def _keeps_nothing(candidate: Candidate) -> bool:
    """Whether an implementation holds nothing but functions, and remembers no answer."""
    try:
        tree = parse(candidate.implementation.decode("utf-8", "replace"))
    except SyntaxError:
        return False
    plain = ast.Import | ast.ImportFrom | ast.Expr | FunctionNode
    functions = (node for node in walk(tree) if isinstance(node, FunctionNode))
    return all(isinstance(each, plain) for each in tree.body) and not any(each.decorator_list for each in functions)
