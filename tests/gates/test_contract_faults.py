"""Examples that their own contract forbids cost no answer; what only looks like that is let be."""

import textwrap

import pytest

from hatch_vibesafe.gates.modules_probe import faults_beforehand

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tests.gates.conftest import MakeBench

HEAD = """\
import asyncio

from vibesafe_runtime import VibeCoded, vibesafe

"""
TRACEBACK = "Traceback (most recent call last):\n"
POSITIVE = "Requires:\n    n > 0\nEnsures:\n    result > n\n    result < 100\nRaises:\n    ValueError: n == 7\n\n"
# Each unit's head, its contract and its examples; and what is said of it, or nothing.
UNITS = {
    "breaks": ("def breaks(n: int) -> int:", f"{POSITIVE}>>> breaks(3)\n2\n>>> breaks(4)\n5", "`Ensures result > n`"),
    "both": ("def both(n: int) -> int:", f"{POSITIVE}>>> both(300)\n200", "`Ensures result > n` and `Ensures result <"),
    "silent": ("def silent(n: int) -> int:", f"{POSITIVE}>>> silent(7)\n8", "`Raises ValueError: n == 7` forbids"),
    "loud": ("def loud(n: int) -> int:", f"{POSITIVE}>>> loud(8)\n{TRACEBACK}ValueError: no", "shows ValueError where"),
    "outside": (
        "def outside(n: int) -> int:",
        f"{POSITIVE}>>> outside(0)\n3",
        "is outside Requires",
    ),
    "waits": ("async def waits(n: int) -> int:", f"{POSITIVE}>>> asyncio.run(waits(3))\n2", "`Ensures result > n`"),
    "right": (
        "def right(n: int) -> int:",
        f"{POSITIVE}>>> right(3)\n4\n>>> right(7)\n{TRACEBACK}ValueError: no\n>>> right(0)\n0",
        "",
    ),
    "other": ("def other(n: int) -> int:", f"{POSITIVE}>>> other(7)\n{TRACEBACK}UnicodeError: no", ""),
    "prints": ("def prints(n: int) -> int | None:", f"{POSITIVE}>>> prints(3)\n2", ""),
    "inside": ("def inside(n: int) -> int:", f"{POSITIVE}>>> inside(3) - 5\n2", ""),
    "changes": ("def changes(n: list[int]) -> int:", "Ensures:\n    result == len(n)\n\n>>> changes([])\n1", ""),
    "after": ("def after(n: int) -> int:", f"{POSITIVE}>>> a = after(3)\n>>> after(a)\n2", ""),
}


@pytest.fixture
def told(bench: "MakeBench") -> dict[str, str]:
    stubs = [
        f'\n@vibesafe\n{head}\n    """Do it.\n\n{textwrap.indent(text, "    ")}\n    """\n    raise VibeCoded()\n'
        for head, text, _ in UNITS.values()
    ]
    made = bench({"app/__init__.py": "", "app/m.py": HEAD + "\n".join(stubs)})
    found = faults_beforehand(made.scan.specs, made.context())
    return {unit.name: "\n".join(f"{it.where} {it.what}" for it in problems) for unit, problems in found.items()}


def test_a_contract_that_forbids_its_own_example_is_known_before_anybody_is_asked(told: dict[str, str]) -> None:
    assert {name for name, (_, _, what) in UNITS.items() if what} == told.keys()
    for name, text in told.items():
        assert UNITS[name][2] in text
    assert told["breaks"].startswith("app/m.py:")
    assert "example 1 shows 2, and" in told["breaks"]
