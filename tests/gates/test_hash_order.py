"""What depends on the hashes of texts is refused, and told apart from itself; what sorts, or keeps an order, is not."""

from typing import TYPE_CHECKING

import pytest

from hatch_vibesafe.gates.divergence import compared
from hatch_vibesafe.gates.hash_order import depends_on_hashes

if TYPE_CHECKING:
    from tests.gates.conftest import Bench, MakeBench

SPECS = '''
    from vibesafe_runtime import VibeCoded, vibesafe


    @vibesafe
    def kinds(words: list[str]) -> list[str]:
        """Return each of the words once.

        >>> kinds(["b", "a", "b", "c"])
        {0}
        >>> kinds([])
        []
        """
        raise VibeCoded()
'''
HEAD = "def kinds(words: list[str]) -> list[str]:\n"
BY_HASH = f"{HEAD}    return list({{*words}})\n"


@pytest.fixture
def project(bench: "MakeBench") -> "Bench":
    """The project whose example shows the order that the first hashes give."""
    made = bench({"app/__init__.py": "", "app/m.py": SPECS.format("'no list'")})
    (first,) = made.doctests("app.m/kinds", BY_HASH)
    return bench({"app/m.py": SPECS.format(first[0].message.partition("got\n    ")[2])})


def test_hashes_are_the_same_in_every_worker(project: "Bench") -> None:
    again = [project.doctests("app.m/kinds", BY_HASH)[0][0].message for _ in range(3)]
    assert len({*again}) == 1


def test_the_order_of_a_set_of_texts_is_no_answer(project: "Bench") -> None:
    (refused,) = project.doctests("app.m/kinds", BY_HASH)
    assert "with other hashes of texts" in refused[0].message


def test_what_sorts_passes(bench: "MakeBench") -> None:
    made = bench({"app/__init__.py": "", "app/m.py": SPECS.format("['a', 'b', 'c']")})
    (passed,) = made.doctests("app.m/kinds", f"{HEAD}    return sorted({{*words}})\n")
    assert passed == ()


def test_who_depends_on_hashes_disagrees_with_himself(project: "Bench") -> None:
    sorts = f"{HEAD}    return sorted({{*words}})\n"
    found = compared(project.spec("app.m/kinds"), sorts.encode(), BY_HASH.encode(), project.context())
    assert [each.side for each in found.unsettled] == ["after"]
    assert found.is_divergent


def test_only_sets_and_hashes_are_run_again() -> None:
    assert all(map(depends_on_hashes, ["{1, 2}", "set(a)", "{a for a in b}", "hash(a)", "frozenset()"]))
    assert not any(map(depends_on_hashes, ["{1: 2}", "sorted(a)", "[a for a in b]", "{a: a for a in b}"]))
