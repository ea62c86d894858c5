"""What the text promises of results: held between the examples; what an example breaks is no promise."""

from typing import TYPE_CHECKING

import pytest

from hatch_vibesafe.gates.promises import promises

if TYPE_CHECKING:
    from tests.gates.conftest import Bench, MakeBench

SPECS = """
    from vibesafe_runtime import VibeCoded, vibesafe


    @vibesafe
    def biggest_even(x: int, y: int) -> int:
        \'\'\'Returns the biggest even number that is in the range [x, y]; if there is none, it should return -1.

        >>> biggest_even(12, 15)
        14
        >>> biggest_even(13, 12)
        -1
        \'\'\'
        raise VibeCoded()


    @vibesafe
    def odds(a: int, b: int) -> list[int]:
        \'\'\'Return the odd numbers between a and b in ascending order.

        >>> odds(2, 8)
        [3, 5, 7]
        >>> odds(9, 4)
        [5, 7, 9]
        \'\'\'
        raise VibeCoded()


    @vibesafe
    def once(numbers: list[int]) -> list[int]:
        \'\'\'Remove what occurs more than once. Keep the order of those left the same as in the input.

        >>> once([1, 2, 3, 2, 4])
        [1, 3, 4]
        >>> once([3, 1, 1, 2])
        [3, 2]
        \'\'\'
        raise VibeCoded()


    @vibesafe
    def largest_prime(n: int) -> int:
        \'\'\'Return the largest prime that divides n; n is at least 2.

        >>> largest_prime(15)
        5
        >>> largest_prime(28)
        7
        \'\'\'
        raise VibeCoded()


    @vibesafe
    def merged(first: list[int], second: list[int]) -> list[int]:
        \'\'\'Return two sorted lists as one, the second behind the first.

        >>> merged([1, 5], [2, 3])
        [1, 5, 2, 3]
        >>> merged([4], [1])
        [4, 1]
        \'\'\'
        raise VibeCoded()
"""
PAIRS = {
    "biggest_even": (
        "(x: int, y: int) -> int",
        "return -1 if x > y or (x == y and x % 2) else y - y % 2",
        "return -1 if x > y else y - y % 2",
        "gives 12, but the docstring says 'in the range [x, y]'",
    ),
    "odds": (
        "(a: int, b: int) -> list[int]",
        "return [each for each in range(min(a, b), max(a, b) + 1) if each % 2]",
        "return [each for each in range(min(a, b) - (a == 5), max(a, b) + 1) if each % 2 or each == a == 6]",
        "but the docstring says 'Return the odd numbers'",
    ),
    "once": (
        "(numbers: list[int]) -> list[int]",
        "return [each for each in numbers if numbers.count(each) == 1]",
        "return sorted(({*numbers} - {each for each in numbers if numbers.count(each) > 1}), reverse=numbers[0] == 3)",
        "but the docstring says",
    ),
    "largest_prime": (
        "(n: int) -> int",
        "return max(p for p in range(2, n + 1) if n % p == 0 and all(p % d for d in range(2, p)))",
        "return 5 + n // 28 * 2",
        "but the docstring says 'Return the largest prime that divides n'",
    ),
}


@pytest.fixture
def project(bench: "MakeBench") -> "Bench":
    return bench({"app/__init__.py": "", "app/m.py": SPECS})


def test_a_broken_promise_is_refused_and_a_kept_one_is_not(project: "Bench") -> None:
    for name, (signature, right, wrong, told) in PAIRS.items():
        sources = [f"def {name}{signature}:\n    {body}\n" for body in (right, wrong)]
        passed, refused = project.doctests(f"app.m/{name}", *sources)
        assert (name, passed) == (name, ())
        assert told in refused[0].message


def test_what_an_example_breaks_is_no_promise(project: "Bench") -> None:
    assert promises(project.spec("app.m/merged")) == ()
    assert [each.words for each in promises(project.spec("app.m/odds"))] == [
        "in ascending order",
        "Return the odd numbers",
        "Return the odd numbers between a and b",
    ]


RIGHT = """
    from vibesafe_runtime import VibeCoded, vibesafe


    @vibesafe
    def first_even_digit(n: int) -> int:
        \'\'\'Returns the first even digit of n, or -1 where all are odd.

        >>> first_even_digit(3281)
        2
        >>> first_even_digit(14)
        4
        \'\'\'
        raise VibeCoded()


    @vibesafe
    def even_words(words: list[str]) -> list[str]:
        \'\'\'Returns the words of even length in sorted order. The order is by length, then by the alphabet.

        >>> even_words(["ab", "kiwi", "c", "zz", "door"])
        ['ab', 'zz', 'door', 'kiwi']
        >>> even_words(["aa", "a", "bbbb"])
        ['aa', 'bbbb']
        >>> even_words(["ab", "a", "aaa", "cd"])
        ['ab', 'cd']
        \'\'\'
        raise VibeCoded()


    @vibesafe
    def long_words(words: list[str]) -> list[str]:
        \'\'\'Returns the words of more than one letter in sorted order. The order is by length, then by the alphabet.

        >>> long_words(["ab", "c", "zebras"])
        ['ab', 'zebras']
        >>> long_words(["aa", "a", "bbbb"])
        ['aa', 'bbbb']
        \'\'\'
        raise VibeCoded()


    @vibesafe
    def above_three(numbers: list[int]) -> list[int]:
        \'\'\'Select the numbers above three. What is returned is sorted.

        >>> above_three([1, 4, 9, 2])
        [4, 9]
        >>> above_three([5, 7, 3])
        [5, 7]
        \'\'\'
        raise VibeCoded()
"""
SORTED_BY_LENGTH = """
    def {name}(words: list[str]) -> list[str]:
        return sorted((word for word in words if {chosen}), key=lambda word: (len(word), word))
"""
HONEST = {
    "first_even_digit": """
        def first_even_digit(n: int) -> int:
            return next((int(digit) for digit in str(n) if int(digit) % 2 == 0), -1)
    """,
    "even_words": SORTED_BY_LENGTH.format(name="even_words", chosen="len(word) % 2 == 0"),
    "long_words": SORTED_BY_LENGTH.format(name="long_words", chosen="len(word) > 1"),
    "above_three": """
        def above_three(numbers: list[int]) -> list[int]:
            return sorted(number for number in numbers if number > 3)
    """,
}


@pytest.mark.parametrize("name", HONEST)
def test_what_the_text_says_otherwise_elsewhere_refuses_no_right_code(bench: "MakeBench", name: str) -> None:
    project = bench({"app/__init__.py": "", "app/m.py": RIGHT})
    (verdict,) = project.gates(f"app.m/{name}", HONEST[name])
    assert verdict.findings == ()


def test_what_is_promised_hangs_on_no_earlier_scan(bench: "MakeBench") -> None:
    files = {"app/__init__.py": "", "app/m.py": SPECS}
    first, again = ([each.words for each in promises(bench(files).spec("app.m/odds"))] for _ in range(2))
    assert first == again != []
