"""Calls for which CrossHair finds, by following both implementations symbolically, that they do different things.

It runs generated code, so it runs in the sandbox, for a bounded time. What it says is believed only as far as to make
the calls that it names: two implementations differ where they are seen to.
"""

import ast
import importlib.util
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hatch_vibesafe.gates.examination import OUT_OF_TIME, Ground, answer_at, job
from hatch_vibesafe.gates.unit_calls import Case, UnitCall, definition_of, parameters_of
from hatch_vibesafe.gates.without_answers import without_answers
from hatch_vibesafe.problems import Problem, VibesafeConfigurationError
from hatch_vibesafe.spec.model import Spec

SECONDS = 10.0
"""How much processor time a search takes."""
_PATIENCE = 60.0
_MEMORY_MB = 2048
_MOST = 20
_GIVEN = "Given: "
_EXHAUSTED = "All paths exhausted"
_LOADED = """
for _name, _text in {texts!r}:
    _module = sys.modules[_name] = module_from_spec(ModuleSpec(_name, None))
    exec(compile(_text, _name, "exec"), vars(_module))
    vars(_module).update(IgnoreAttempt=IgnoreAttempt, implies=lambda one, other: not one or other)
    exec(compile({guarded!r}, _name, "exec"), vars(_module))
"""


@dataclass(frozen=True, slots=True)
class Searched:
    """What a symbolic search came to: the calls that it proposes, and in words how it ended."""

    cases: tuple[Case, ...]
    ending: str


def searched(spec: Spec, sources: Sequence[str], ground: Ground) -> Searched:
    """Return the calls of a function for which CrossHair expects two implementations to do different things.

    Raises:
        VibesafeConfigurationError: if CrossHair is not installed, or the unit is a method or async.
    """
    _refuse_what_it_cannot_follow(spec)
    name = f"_vibesafe_{spec.unit.name}"
    before, after = (without_answers(each) for each in sources)
    texts = [("_vibesafe_before", before), ("_vibesafe_after", after)]
    places = [f"{module}.{name}" for module, _ in texts]
    limits = ["--per_condition_timeout", str(SECONDS), "--exception_equivalence", "SAME_TYPE"]
    steps = [
        "import sys; sys.stderr = sys.stdout",
        "from importlib.machinery import ModuleSpec",
        "from importlib.util import module_from_spec",
        "from crosshair.main import unwalled_main",
        "from crosshair.util import IgnoreAttempt",
        _LOADED.format(texts=texts, guarded=_guarded(spec, name)),
        f"unwalled_main({['diffbehavior', *limits, *places]!r})",
    ]
    stub = "\n".join([*spec.header, "", spec.head, "    raise NotImplementedError", ""])
    (result,) = ground.sandbox.roomier(_PATIENCE, _MEMORY_MB).run(ground.batch, [job(spec, stub, steps)])
    answers = [answer_at(result, place) for place in range(len(steps))]
    failures = [each if isinstance(each, str) else each[0].raised for each in answers]
    failure = next((each for each in failures if each is not None), None)
    if isinstance(failure, str) and OUT_OF_TIME in failure:
        return Searched((), "did not end in time")
    if failure is not None:
        return Searched((), f"failed: {failure if isinstance(failure, str) else failure.text.strip()}")
    printed = "".join(each[0].text for each in answers if not isinstance(each, str))
    cases = tuple(dict.fromkeys(proposed(spec, printed)))[:_MOST]
    if _EXHAUSTED in printed:
        return Searched(cases, "followed every path and found none")
    return Searched(cases, f"proposed {len(cases)} more" if cases else f"found none in {SECONDS:g} seconds")


def _refuse_what_it_cannot_follow(spec: Spec) -> None:
    if importlib.util.find_spec("crosshair") is None:
        what = "needs CrossHair, which is not installed"
        raise VibesafeConfigurationError(Problem("--crosshair", what, "pip install 'hatch-vibesafe[symbolic]'"))
    if spec.method or spec.is_async:
        kind = "a method" if spec.method else "async"
        what = f"follows plain functions alone, and {spec.unit} is {kind}"
        raise VibesafeConfigurationError(Problem("--crosshair", what, "leave --crosshair out"))


def _guarded(spec: Spec, name: str) -> str:
    """Return a function that calls the unit within `Requires` alone: what is outside of it is no difference."""
    node = definition_of(spec)
    requires = [clause.expression for clause in spec.contract if clause.kind == "requires"]
    guard = [f"    if not ({each}):\n        raise IgnoreAttempt()" for each in requires]
    node.name, node.decorator_list = name, []
    head = ast.unparse(node).partition("\n")[0]
    arguments = [_argument(each.kind, each.name) for each in parameters_of(spec)]
    return "\n".join([*spec.contract_header, head, *guard, f"    return {spec.unit.name}({', '.join(arguments)})", ""])


def _argument(kind: str, name: str) -> str:
    return {"rest": f"*{name}", "more": f"**{name}", "named": f"{name}={name}"}.get(kind, name)


def proposed(spec: Spec, printed: str) -> Iterator[Case]:
    """Yield the calls that are named in what CrossHair prints, as far as they can be made."""
    parameters = parameters_of(spec)
    for line in printed.splitlines():
        if not line.startswith(_GIVEN):
            continue
        try:
            call = ast.parse(f"f{line.removeprefix(_GIVEN).rstrip(',')}", mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        given = {str(each.arg): ast.unparse(each.value) for each in call.keywords} if isinstance(call, ast.Call) else {}
        values = [given.get(each.name, each.default) for each in parameters]
        whole = [each for each in values if each is not None]
        if given and len(whole) == len(values):
            yield Case(UnitCall(tuple(whole)))
