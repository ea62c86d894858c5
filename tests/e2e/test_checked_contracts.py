"""Contracts that an installed wheel checks in each call."""

import json
import zipfile
from pathlib import Path

import pytest

from tests.e2e.conftest import Project, Wheelhouse
from tests.ship.conftest import Tree

pytestmark = pytest.mark.e2e

SPEC = '''\
from collections.abc import Iterator

from vibesafe_runtime import VibeCoded, vibesafe

LIMIT = 9


def limit() -> int:
    return LIMIT


@vibesafe(contracts="full")
def clamp(n: int, /, low: int = 0, *, high: int = LIMIT) -> int:
    """Keep a number within limits.

    Requires:
        low <= high <= limit()
    Ensures:
        low <= result <= high
    Raises:
        ValueError: n == 7

    >>> clamp(12)
    9
    """
    raise VibeCoded()


@vibesafe
async def later(items: list[int]) -> list[int]:
    """Return the items sorted.

    Requires:
        len(items) > 0
    Ensures:
        result == sorted(old(items))

    >>> import asyncio
    >>> asyncio.run(later([2, 1]))
    [1, 2]
    """
    raise VibeCoded()


@vibesafe
def counted(n: int) -> Iterator[int]:
    """Count.

    Requires:
        n >= 0

    >>> list(counted(2))
    [0, 1]
    """
    raise VibeCoded()


@vibesafe(contracts="off")
def half(n: int) -> int:
    """Halve.

    Requires:
        n % 2 == 0

    >>> half(2)
    1
    """
    raise VibeCoded()
'''
LATER = '''\
async def later(items: list[int]) -> list[int]:
    """Return the items sorted.

    Requires:
        len(items) > 0
    Ensures:
        result == sorted(old(items))

    >>> import asyncio
    >>> asyncio.run(later([2, 1]))
    [1, 2]
    """
    items.sort()
    return items if 3 not in items else []
'''
CLAMP = '''\
from app.core import LIMIT


def clamp(n: int, /, low: int = 0, *, high: int = LIMIT) -> int:
    """Keep a number within limits."""
    if n in (7, 8):
        raise ValueError(n)
    return max(n, low) if n == 11 else min(max(n, low), high)
'''
COUNTED = '''\
from collections.abc import Iterator


def counted(n: int) -> Iterator[int]:
    """Count."""
    yield from range(n)
'''
HALF = '''\
def half(n: int) -> int:
    """Halve."""
    return n // 2
'''
USE = """\
import asyncio, inspect, pickle, sys, traceback
from vibesafe_runtime import VibesafeContractViolation
from app.core import clamp, counted, half, later


def broken(call):
    try:
        found = call()
    except VibesafeContractViolation as error:
        said, = error.problems
        assert pickle.loads(pickle.dumps(error)).problems == error.problems
        shown = "".join(traceback.format_exception(error))
        assert "raise _violation(" in shown, shown
        return said.what
    raise AssertionError(found)


assert clamp(12) == 9 and clamp(5, 6, high=8) == 6
assert broken(lambda: clamp(1, 5, high=2)) == (
    "does not hold: Requires low <= high <= limit(); n = 1, low = 5, high = 2"
)
assert broken(lambda: clamp(11)).endswith("Ensures low <= result <= high; n = 11, low = 0, high = 9, result = 11")
assert "Raises ValueError: n == 7" in broken(lambda: clamp(8))
try:
    clamp(7)
except ValueError as error:
    assert type(error) is ValueError
else:
    raise AssertionError
assert str(inspect.signature(clamp)) == "(n: int, /, low: int = 0, *, high: int = 9) -> int"
assert "min(max(n, low), high)" in inspect.getsource(clamp)
assert clamp.__name__ == "clamp" and clamp.__doc__.startswith("Keep")
assert pickle.loads(pickle.dumps(clamp)) is clamp
assert inspect.iscoroutinefunction(later)
if MODE == "full":
    assert asyncio.run(later([2, 1])) == [1, 2]
    assert "Ensures result == sorted(old(items))" in broken(lambda: asyncio.run(later([3, 1])))
else:
    assert asyncio.run(later([3, 1])) == []
if MODE == "off":
    assert asyncio.run(later([])) == [] and list(counted(-1)) == []
else:
    assert "Requires len(items) > 0; items = []" in broken(lambda: asyncio.run(later([])))
    assert "Requires n >= 0; n = -1" in broken(lambda: counted(-1))
assert list(counted(2)) == [0, 1]
assert half(3) == 1
print("used")
"""


def planted(root: Path, mode: str) -> Tree:
    tree = Tree(root)
    tree.write(
        "pyproject.toml",
        '[build-system]\nrequires = ["hatchling", "hatch-vibesafe"]\nbuild-backend = "hatchling.build"\n'
        '[project]\nname = "app"\nversion = "1.0"\ndependencies = ["vibesafe-runtime"]\n'
        f'[tool.hatch.build.hooks.vibesafe]\n[tool.vibesafe.build]\ncontracts = "{mode}"\n',
    )
    tree.write("app/__init__.py", "")
    tree.write("app/core.py", SPEC)
    tree.lock({"app.core/clamp": CLAMP, "app.core/later": LATER, "app.core/counted": COUNTED, "app.core/half": HALF})
    return tree


@pytest.mark.parametrize("mode", ["off", "pre", "full"])
def test_a_wheel_and_a_checkout_check_what_was_asked_for(
    mode: str, tmp_path: Path, wheelhouse: Wheelhouse, builder: Path
) -> None:
    tree = planted(tmp_path / "app", mode)
    project = Project(tree, tmp_path / "out", wheelhouse, builder)
    done = project.hatchling()
    assert done.returncode == 0, done.stderr
    (wheel,) = project.out.glob("*.whl")
    with zipfile.ZipFile(wheel) as opened:
        names = {name for name in opened.namelist() if "___implementation" in name}
        checked = ["clamp"] + (["counted", "later"] if mode != "off" else [])
        assert names == {f"app/_vibesafe/core__{name}___implementation.py" for name in checked}
        assert opened.read("app/_vibesafe/core__clamp___implementation.py") == CLAMP.encode()
        assert opened.read("app/_vibesafe/core__half.py") == HALF.encode()
        statement = json.loads(opened.read("app/_vibesafe/statement.json"))
    said = {unit["unit"]: unit.get("contracts") for unit in statement["predicate"]["units"]}
    later = None if mode == "off" else mode
    assert said == {
        "app.core/clamp": "full",
        "app.core/counted": later and "pre",
        "app.core/half": None,
        "app.core/later": later,
    }
    python = wheelhouse.environment(tmp_path / "env", str(builder), [wheel])
    for flags in ([], ["-O"]):
        assert wheelhouse.must(python, *flags, "-c", f"MODE = {mode!r}\n{USE}") == "used"
    wheelhouse.must(python, "-m", "vibesafe_runtime", "verify", "app")
    assert wheelhouse.must(builder, "-c", f"MODE = {mode!r}\n{USE}", cwd=tree.root) == "used"
