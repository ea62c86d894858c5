"""What a reader of the docstring sees without running anything; beside each refusal stands honest code that passes."""

import ast
from typing import TYPE_CHECKING

import pytest

from hatch_vibesafe.gates.foreign_literals import foreign_literals
from hatch_vibesafe.gates.misspelled import misspelled
from hatch_vibesafe.gates.neglected import neglected

if TYPE_CHECKING:
    from tests.gates.conftest import Bench, MakeBench

SPECS = '''
    from decimal import Decimal

    from vibesafe_runtime import VibeCoded, vibesafe

    RATES = {"low": Decimal("0.07"), "full": Decimal("0.19")}
    Row = list[str]


    @vibesafe
    def taxed(price: Decimal, rate: str = "full") -> Decimal:
        """Return a price with the tax of its rate, one of `RATES`.

        Raises KeyError where there is no such rate.

        >>> taxed(Decimal("100"))
        Decimal('119.00')
        >>> taxed(Decimal("10"), "full")
        Decimal('11.90')
        """
        raise VibeCoded()


    @vibesafe
    def verdict(name: str) -> str:
        """Return 'Yes' where a file's name ends like one of ['txt', 'exe', 'dll'], else 'No'.

        >>> verdict("a.txt")
        'Yes'
        >>> verdict("b.jpg")
        'No'
        """
        raise VibeCoded()


    @vibesafe
    def first(row: list[str], other: str = "none") -> str:
        """Return the first text that is not empty, without its accents; other where there is none.

        >>> first(["", "Zürich", "Bern"])
        'Zurich'
        >>> first(["Basel"])
        'Basel'
        >>> first([])
        'none'
        """
        raise VibeCoded()
'''
HEAD = 'def taxed(price: Decimal, rate: str = "full") -> Decimal:\n'
TAXED = f"from decimal import Decimal\nfrom app.shop import RATES\n{HEAD}"
OWN = f"from decimal import Decimal\n{HEAD}"
VERDICT = "def verdict(name: str) -> str:\n"
FIRST = 'def first(row: list[str], other: str = "none") -> str:\n'


@pytest.fixture
def project(bench: "MakeBench") -> "Bench":
    return bench({"app/__init__.py": "", "app/shop.py": SPECS})


REFUSED = [
    ("taxed", TAXED + '    return price * (1 + RATES["full"])', "never reads `rate`"),
    (
        "taxed",
        OWN + '    return price * {"full": Decimal("1.19"), "low": Decimal("1.07")}[rate]',
        "does without `RATES`",
    ),
    (
        "taxed",
        TAXED + "    try:\n        return price + price * RATES[rate]\n    except Exception:\n        return price",
        "catches everything with `except Exception`",
    ),
    (
        "taxed",
        "from contextlib import suppress\n" + TAXED + "    with suppress(BaseException):\n"
        "        return price + price * RATES[rate]\n    return price",
        "suppress(BaseException)",
    ),
    ("taxed", TAXED + "    return Decimal(str(float(price) * (1 + float(RATES[rate]))))", "makes a Decimal a float"),
    ("verdict", VERDICT + "    return 'Yes' if name[-3:] in ('txt', 'exe', 'dlll') else 'No'", "'dll'"),
    ("verdict", VERDICT + "    return 'Yes' if name[-3:] in ('txt', '', 'dll') else 'No'", "not 'exe'"),
    (
        "verdict",
        VERDICT + "    return 'Yess' if name[-3:] in ('txt', 'exe', 'dll') else 'No'",
        "the docstring writes 'Yes'",
    ),
    ("verdict", VERDICT + "    end = name[-3:]\n    return 'Yes' if end == 'txt' or end == 'txt' else 'No'", "twice"),
    ("verdict", VERDICT + "    e = name[-3:]\n    return 'Yes' if e == 'txt' and e == 'exe' else 'No'", "never holds"),
    ("first", FIRST + "    return next((each for each in row if each), other).replace('ü', 'u')", "holds 'ü' alone"),
    ("verdict", VERDICT + "    return 'Yes' if name in () or name[-3:] == 'txt' else 'No'", "never holds"),
    ("first", FIRST + "    return 'Zurich' if other == 'none' else other", "never reads `row`"),
    (
        "first",
        FIRST + "    return 'Ba' + 'sel' if len(row) == 1 else other",
        "holds 'Basel', which goes into example 2",
    ),
    ("first", FIRST + "    return 'Basel' if len(row) == 1 else other", "holds 'Basel', which goes into example 2"),
]
PASSED = [
    ("taxed", TAXED + "    return price + price * RATES[rate]"),
    (
        "taxed",
        TAXED + "    try:\n        return price * (1 + RATES[rate])\n    except KeyError:\n"
        "        raise KeyError(rate) from None",
    ),
    (
        "taxed",
        TAXED + "    try:\n        return price * (1 + RATES[rate])\n    except Exception as error:\n"
        "        raise KeyError(rate) from error",
    ),
    ("verdict", VERDICT + "    return 'Yes' if name.endswith(('.txt', '.exe', '.dll')) else 'No'"),
    ("verdict", VERDICT + "    return 'Yes' if name[-3:] in ('txt', 'exe', 'dll') else 'No'"),
    (
        "first",
        FIRST
        + "    table = str.maketrans('äöü', 'aou')\n    return next((e for e in row if e), other).translate(table)",
    ),
]


@pytest.mark.parametrize(("unit", "source", "message"), REFUSED)
def test_what_the_docstring_says_otherwise_is_refused(project: "Bench", unit: str, source: str, message: str) -> None:
    (verdict,) = project.gates(f"app.shop/{unit}", source + "\n")
    assert any(message in finding.message for finding in verdict.findings), verdict.findings


@pytest.mark.parametrize(("unit", "source"), PASSED)
def test_what_it_says_passes(project: "Bench", unit: str, source: str) -> None:
    spec = project.spec(f"app.shop/{unit}")
    tree = ast.parse(source)
    found = [*neglected(tree, spec, ""), *foreign_literals(tree, spec, ""), *misspelled(tree, spec, "")]
    assert found == []


def test_a_made_up_result_is_refused_and_one_that_is_said_is_not(bench: "MakeBench") -> None:
    spec = '''
        from vibesafe_runtime import VibeCoded, vibesafe


        @vibesafe
        def place(texts: list[str], text: str) -> int:
            """Return where a text stands among texts{said}.

            >>> place(["a", "b"], "b")
            1
            >>> place(["a", "b"], "a")
            0
            """
            raise VibeCoded()
    '''
    head = "def place(texts: list[str], text: str) -> int:\n"
    source = f"{head}    return texts.index(text)\n"
    again = f"{head}    if text in texts:\n        return texts.index(text)\n    return -1\n"
    unsaid = bench({"m.py": spec.replace("{said}", "")})
    assert list(foreign_literals(ast.parse(source), unsaid.spec("m/place"), "")) == []
    (finding,) = foreign_literals(ast.parse(again), unsaid.spec("m/place"), "")
    assert "gives -1, which neither" in finding.message
    said = bench({"m.py": spec.replace("{said}", "; -1 where it is not there")})
    assert list(foreign_literals(ast.parse(again), said.spec("m/place"), "")) == []
