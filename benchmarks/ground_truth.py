"""Which variants of a solution are wrong: by the hidden check, and by how they differ from it on generated inputs.

Each variant runs in a process of its own, under limits, with nothing of the gates. Limits of time are of the
processor's, for what is true must not depend on what else the machine does; who sleeps is stopped much later. Run as a
program this reads one problem as JSON from standard input and writes what it found as JSON to standard output.
"""

import copy
import doctest
import io
import json
import os
import random
import resource
import signal
import subprocess
import sys
import types
import typing
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

INPUTS = 100
SECONDS_EACH = 0.02
SECONDS = 1.0
SECONDS_ASLEEP = 30.0
MEMORY = 1 << 30
_LETTERS = "aAbBeEzZ 019.,-()[]<>\u00e9"

Function = Callable[..., object]
Problem = dict[str, str]
T = typing.TypeVar("T")


@dataclass(frozen=True, slots=True)
class Truth:
    """What is known of a variant.

    Attributes:
        is_wrong: Whether it fails the hidden check, or answers otherwise than the solution somewhere.
        fails_check: Whether it fails the hidden check.
        passes_doctests: Whether it passes the examples as `doctest` runs them.
    """

    is_wrong: bool
    fails_check: bool
    passes_doctests: bool


class _TooLongError(BaseException):
    """A call took longer than it may."""


def _stop(*_: object) -> None:
    raise _TooLongError


def truths(problem: Problem, sources: Sequence[str], project: Path) -> list[Truth]:
    """Return what is known of each variant of a problem's solution.

    Args:
        problem: What `dev.jsonl` has of it, and its spec's `docstring`.
        sources: The variants.
        project: Where the helpers are that a variant may import.
    """
    done = subprocess.run(
        [sys.executable, "-P", __file__],
        input=json.dumps({"problem": problem, "sources": list(sources)}),
        env={"PYTHONHASHSEED": "0", "PYTHONPATH": str(project)},
        cwd=project,
        capture_output=True,
        text=True,
        check=True,
    )
    return [Truth(*found) for found in json.loads(done.stdout)]


def _loaded(source: str, name: str) -> Function:
    module = types.ModuleType("variant")
    sys.modules["variant"] = module
    exec(compile(source, "<variant>", "exec", dont_inherit=True), vars(module))  # noqa: S102 - its purpose
    function: Function = getattr(module, name)
    return function


def _shown(function: Function, arguments: tuple[object, ...]) -> str:
    """Return what a call gives, exactly typed, or which exception it raises."""
    try:
        given = copy.deepcopy(arguments)
        return repr((function(*given), given))
    except Exception as error:  # noqa: BLE001 - whatever a variant raises
        return f"raises {type(error).__name__}"


def _inputs(problem: Problem, solution: Function) -> list[tuple[object, ...]]:
    """Return inputs that the solution answers: half made from the types, half by changing those of the examples."""
    chance = random.Random(1)  # noqa: S311 - the same inputs every time
    seen = _recorded(problem, solution)
    hints = typing.get_type_hints(solution)
    kinds = [kind for name, kind in hints.items() if name != "return"]
    made: list[tuple[object, ...]] = [copy.deepcopy(each) for each in seen]
    for number in range(INPUTS):
        if seen and number % 2:
            chosen = copy.deepcopy(chance.choice(seen))
            place = chance.randrange(len(chosen) or 1)
            made.append(tuple(_changed(each, chance) if it == place else each for it, each in enumerate(chosen)))
        else:
            made.append(tuple(_made(kind, chance) for kind in kinds))
    return [each for each in made if _is_answered(solution, each)]


def _is_answered(solution: Function, arguments: tuple[object, ...]) -> bool:
    """Whether the solution answers soon enough: what it raises for, its spec may leave open."""
    try:
        signal.setitimer(signal.ITIMER_PROF, SECONDS_EACH)
        shown = _shown(solution, arguments)
        signal.setitimer(signal.ITIMER_PROF, 0)
    except _TooLongError:
        return False
    return not shown.startswith("raises")


def _recorded(problem: Problem, solution: Function) -> list[tuple[object, ...]]:
    """Return the arguments with which the examples call the solution."""
    calls: list[tuple[object, ...]] = []

    def record(*arguments: object) -> object:
        calls.append(copy.deepcopy(arguments))
        return solution(*arguments)

    for example in doctest.DocTestParser().get_examples(problem["docstring"]):
        try:
            exec(compile(example.source, "<example>", "single"), {problem["function"]: record})  # noqa: S102 - its purpose
        except Exception:  # noqa: BLE001, S112 - an example that is to raise
            continue
    return calls


def _made(kind: object, chance: random.Random) -> object:
    origin, inside = typing.get_origin(kind), typing.get_args(kind)
    if origin in {typing.Union, types.UnionType}:
        return _made(chance.choice(inside), chance)
    if origin in {list, set}:
        return origin(_made(inside[0], chance) for _ in range(chance.randrange(7)))
    if origin is tuple:
        each = [inside[0]] * chance.randrange(5) if inside[-1] is Ellipsis else inside
        return tuple(_made(one, chance) for one in each)
    if origin is dict:
        return {_made(inside[0], chance): _made(inside[1], chance) for _ in range(chance.randrange(5))}
    plain: dict[object, Callable[[], object]] = {
        int: lambda: chance.choice([0, 1, 2, chance.randrange(-5, 15), chance.randrange(60)]),
        float: lambda: round(chance.uniform(-10, 10), chance.randrange(3)),
        bool: lambda: chance.random() < 0.5,
        str: lambda: "".join(chance.choice(_LETTERS) for _ in range(chance.randrange(9))),
        type(None): lambda: None,
    }
    return plain.get(kind, plain[int])()


def _changed(value: object, chance: random.Random) -> object:
    """Return a value near to one: a number a little larger, one letter or element taken out, doubled or changed."""
    changed = value
    match value:
        case bool():
            changed = not value
        case int():
            changed = value + chance.choice([-2, -1, 1, 2, 10, value])
        case float():
            changed = value + chance.choice([-1.0, -0.25, 0.25, 1.0, value])
        case str() if value:
            changed = "".join(_with_change([*value], chance.choice(_LETTERS), chance))
        case list() | tuple() if value:
            place = chance.randrange(len(value))
            other = _changed(value[place], chance)
            if isinstance(value, list):
                changed = _with_change(value, other, chance)
            else:
                changed = (*value[:place], other, *value[place + 1 :])
    return changed


def _with_change(items: list[T], other: T, chance: random.Random) -> list[T]:
    """Return items of which one is taken out, doubled, replaced, or moved to the front."""
    place = chance.randrange(len(items))
    before, one, after = items[:place], items[place], items[place + 1 :]
    return chance.choice(
        [before + after, [*before, one, one, *after], [*before, other, *after], [one, *before, *after]]
    )


def _judged(problem: Problem, source: str, inputs: list[tuple[object, ...]], answers: list[str]) -> tuple[bool, ...]:
    """Return whether a variant is wrong, whether it fails the check, and whether it passes the examples."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        signal.signal(signal.SIGPROF, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_PROF, SECONDS)
        signal.setitimer(signal.ITIMER_REAL, SECONDS_ASLEEP)
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        for look in (_examples, _check):
            with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
                says = look(problem, source)
            os.write(writing, b"1" if says else b"0")
        try:
            function = _loaded(source, problem["function"])
            same = all(_shown(function, each) == answer for each, answer in zip(inputs, answers, strict=True))
        except BaseException:  # noqa: BLE001 - whatever a variant does
            same = False
        os.write(writing, b"1" if same else b"0")
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as stream:
        said = stream.read().decode().ljust(3, "0")
    os.waitpid(child, 0)
    return "0" in said[1:], said[1] == "0", said[0] == "1"


def _examples(problem: Problem, source: str) -> bool:
    try:
        names = {problem["function"]: _loaded(source, problem["function"])}
        test = doctest.DocTestParser().get_doctest(problem["docstring"], names, "examples", None, 0)
        return doctest.DocTestRunner(verbose=False).run(test).failed == 0
    except BaseException:  # noqa: BLE001 - whatever a variant does
        return False


def _check(problem: Problem, source: str) -> bool:
    try:
        function = _loaded(source, problem["function"])
        names: dict[str, object] = {problem["function"]: function}
        exec(problem["check"], names)  # noqa: S102 - the data's own test
        typing.cast("Function", names["check"])(function)
    except BaseException:  # noqa: BLE001 - whatever a variant does
        return False
    return True


def main() -> None:
    """Judge the variants of one problem."""
    given = json.load(sys.stdin)
    problem: Problem = given["problem"]
    with redirect_stdout(io.StringIO()):
        solution = _loaded(problem["solution"], problem["function"])
        signal.signal(signal.SIGPROF, _stop)
        inputs = _inputs(problem, solution)
        answers = [_shown(solution, each) for each in inputs]
        found = [_judged(problem, source, inputs, answers) for source in given["sources"]]
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
