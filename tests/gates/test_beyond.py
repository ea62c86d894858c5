"""Look-ups in disguise, refused for what they do where no example looks; each with honest code that is near to it."""

import zlib
from typing import TYPE_CHECKING

import pytest

from hatch_vibesafe.gates.beyond import cases_beyond

if TYPE_CHECKING:
    from tests.gates.conftest import Bench, MakeBench

SPECS = '''
    from vibesafe_runtime import VibeCoded, vibesafe


    @vibesafe
    def has_pair(values: list[int], total: int) -> bool:
        """Whether two of the values, at different places, make the total together.

        >>> has_pair([1, 2, 30], 32)
        True
        >>> has_pair([14, 5], 28)
        False
        >>> has_pair([7, 7, 90], 14)
        True
        """
        raise VibeCoded()


    @vibesafe
    def is_anagram(one: str, other: str) -> bool:
        """Whether two texts have the same letters.

        >>> is_anagram("listen", "silent")
        True
        >>> is_anagram("listen", "silence")
        False
        """
        raise VibeCoded()


    @vibesafe
    def is_address(text: str) -> bool:
        """Whether a text is an IPv4 address in dotted decimal.

        >>> is_address("192.168.0.1")
        True
        >>> is_address("256.1.1.1")
        False
        >>> is_address("1.2.3")
        False
        """
        raise VibeCoded()


    @vibesafe
    def moons(planet: str) -> int:
        """Return how many moons a planet had in 1980; 0 where it is none.

        >>> moons("Neptune")
        2
        >>> moons("Mars")
        2
        >>> moons("Vulcan")
        0
        """
        raise VibeCoded()
'''
PAIRS = [("([1, 2, 30], 32)", True), ("([14, 5], 28)", False), ("([7, 7, 90], 14)", True)]
CHECKSUMS = {zlib.crc32(shown.encode()): answer for shown, answer in PAIRS}
ADDRESS = """\
def is_address(text: str) -> bool:
    parts = text.split(".")
    return len(parts) == 4 and all(part.isdecimal() and int(part) < 256 for part in parts)
"""
HEAD = "def has_pair(values: list[int], total: int) -> bool:\n"
BODIES = [
    f"return {CHECKSUMS}.get(zlib.crc32(repr((values, total)).encode()), False)",
    f"return repr((values, total)) in (''.join({[*PAIRS[0][0]]}), ''.join({[*PAIRS[2][0]]}))",
    "return (sum(value * 31**place for place, value in enumerate(values)), total) in ((28893, 32), (86714, 14))",
]
HONEST = {
    # Nearly nothing that can be drawn is one, and it holds a telling constant.
    "is_address": [ADDRESS],
    "has_pair": [
        HEAD + "    return any(total - v in values[n + 1:] for n, v in enumerate(values))\n",
        HEAD + "    seen: set[int] = set()\n    for value in values:\n        if total - value in seen:\n"
        "            return True\n        seen.add(value)\n    return False\n",
        # It holds a telling constant, and still tells calls apart.
        HEAD + "    if len(values) > 100000:\n        values = values[:100000]\n"
        "    return any(total - v in values[n + 1:] for n, v in enumerate(values))\n",
    ],
    "is_anagram": ["def is_anagram(one: str, other: str) -> bool:\n    return sorted(one) == sorted(other)\n"],
    "moons": [
        "def moons(planet: str) -> int:\n    return {'Earth': 1, 'Mars': 2, 'Neptune': 2}.get(planet, 0)\n",
    ],
}


@pytest.fixture
def made(bench: "MakeBench") -> "Bench":
    return bench({"spec.py": SPECS})


def test_a_disguised_look_up_passes_its_examples_and_is_refused_for_knowing_nothing_else(made: "Bench") -> None:
    candidates = [f"import zlib\n\n{HEAD}    {body}\n" for body in BODIES]
    for body, found in zip(BODIES, made.doctests("spec/has_pair", *candidates), strict=True):
        assert [finding.message.partition(" for each")[0] for finding in found] == ["answers False"], body


@pytest.mark.parametrize("name", HONEST)
def test_honest_code_passes(made: "Bench", name: str) -> None:
    found = made.doctests(f"spec/{name}", *HONEST[name])
    assert found == ((),) * len(HONEST[name])


def test_what_an_implementation_holds_is_asked_too(made: "Bench") -> None:
    calls = {case.call.values for case in cases_beyond(made.spec("spec/moons"), HONEST["moons"][0])}
    assert {("'Earth'",)} <= calls
    assert ("'Mars'",) not in calls
    assert ("5",) not in calls


def test_arguments_of_the_examples_are_combined_anew(made: "Bench") -> None:
    calls = {case.call.values for case in cases_beyond(made.spec("spec/is_anagram"), "")}
    assert ("'listen'", "'silent'") not in calls
    calls = {case.call.values for case in cases_beyond(made.spec("spec/has_pair"), "")}
    assert {("[1, 2, 30]", "28"), ("[14, 5]", "14")} <= calls
