import sys
from collections.abc import Callable

import pytest

from hatch_vibesafe.spec.model import Spec

SpecOf = Callable[..., Spec]


@pytest.mark.parametrize(
    "head",
    [
        "def f() -> int:",
        "def f (  # (: \n  ) -> int  :",
        "def f(\n    a: int,  # one: two\n    *,\n    b: str = ':',\n) -> dict[str, int]:",
        "def f(a: int = (lambda x: x)(1), /) -> int:",
        "def f(a: 'int', *b: int, **c: 'str # :') -> (\n    int\n):",
        "async def f(a: str = 'é: ü', b: str = '''x:\n  y''') -> int:",
        "def f() -> \\\n   int \\\n  :",
        "def f(\n    a: int  # b: c\n    # d: e\n) -> (  # g: h\n    int  # i: j\n):",
    ],
)
@pytest.mark.parametrize("body", [" ...\n", "  # note: this\n    ...\n", "\n    '''A.'''\n    raise VibeCoded()\n"])
def test_the_head_is_the_text_from_def_to_its_colon(spec_of: SpecOf, head: str, body: str) -> None:
    spec = spec_of(f"@vibesafe\n{head}{body}")
    assert spec.head == head
    assert spec.is_async == head.startswith("async")
    assert spec.line == 3


@pytest.mark.skipif(sys.version_info < (3, 12), reason="PEP 695 is Python 3.12")
def test_the_head_of_a_generic_function(spec_of: SpecOf) -> None:
    head = "def f[T: (int, str), *U](\n) -> int:"
    spec = spec_of(f"class T: pass\n@vibesafe\n{head}\n    x: T\n    ...\n")
    assert spec.head == head
    assert spec.header == ()
    assert not any(name.startswith("helper") for name, _ in spec.parts)  # `T` is the type parameter, not the class


def test_a_stub_inside_a_block_is_dedented_but_its_strings_are_not(spec_of: SpecOf) -> None:
    spec = spec_of(
        "if True:\n"
        "    @vibesafe\n"
        "    def f(a: str = '''x\n"
        "    y''',\n"
        "          b: int = 1,\n"
        "    ) -> int:\n"
        "        # first\n"
        "        t = f'''{a}\n"
        "        z'''; u = [\n"
        "            1,  # é\n"
        "  2]\n"
        "\n"
        "        if a:\n"
        "            print('é'); print(1)\n"
        "        raise VibeCoded()\n"
    )
    assert spec.head == "def f(a: str = '''x\n    y''',\n      b: int = 1,\n) -> int:"
    assert spec.pre_hole == ("t = f'''{a}\n        z'''; u = [\n    1,  # é\n2]\n\nif a:\n    print('é'); print(1)")


def test_the_code_before_the_hole_may_stand_on_its_line_and_begin_with_a_decorator(spec_of: SpecOf) -> None:
    assert (
        spec_of("@vibesafe\ndef f(x: int) -> int: y = x; print(y); raise VibeCoded()\n").pre_hole == "y = x; print(y)"
    )
    spec = spec_of("@vibesafe\ndef f(x: int) -> int:\n    @ d\n    def g() -> int:\n        return 1\n    ...\n")
    assert spec.pre_hole == "@ d\ndef g() -> int:\n    return 1"


def test_the_header_holds_what_head_and_code_need_and_no_more(spec_of: SpecOf) -> None:
    spec = spec_of(
        "from __future__ import annotations\n"
        "import os.path, sys\n"
        "import xml.dom, xml.sax\n"
        "import decimal as dec\n"
        "import collections.abc as abc\n"
        "from typing import TYPE_CHECKING, Any, List as L, overload\n"
        "from .text import slugify as s\n"
        "from . import text\n"
        "from .star import *\n"
        "from math import *\n"
        "try:\n    import tomllib\nexcept ImportError:\n    import tomli as tomllib\n"
        "if TYPE_CHECKING:\n    from app.types import Money\n    import fractions\n"
        "LIMIT = 1\n"
        "class Own: pass\n"
        "def helper(x): pass\n"
        "def unused(): pass\n"
        "@overload\ndef f(a: fractions.Fraction) -> Any: ...\n"
        "@vibesafe\n"
        "def f(a: Money, b: 'L[Own]' = LIMIT, *, c: abc.Sequence[int]) -> int:\n"
        "    '''Like `unused`.'''\n"
        "    local = 1\n"
        "    helper(local)\n"
        "    xml.dom.minidom, os.path, dec.Decimal, tomllib.loads, s(text.X), starred(), sqrt(len(a))\n"
        "    f(a)\n"
        "    raise VibeCoded()\n".replace("from __future__", "from __future__"),
        types="class Money: pass\n",
        text="X = 1\ndef slugify(x): pass\n",
        star="from .text import slugify as starred\n",
    )
    assert spec.header == (
        "from __future__ import annotations",
        "import collections.abc as abc",
        "import decimal as dec",
        "import os.path",
        "import xml.dom",
        "from app import text",
        "from app.m import LIMIT, Own, helper, tomllib",
        "from app.text import slugify as s, slugify as starred",
        "from math import sqrt",
        "from typing import List as L, TYPE_CHECKING",
        "if TYPE_CHECKING:\n    from app.types import Money",
    )


@pytest.mark.parametrize("test", ["TYPE_CHECKING", "typing.TYPE_CHECKING", "t.TYPE_CHECKING"])
def test_what_is_for_type_checkers_stays_for_them(spec_of: SpecOf, test: str) -> None:
    spec = spec_of(
        f"import typing\nimport typing as t\nfrom typing import TYPE_CHECKING\nif {test}:\n"
        "    import fractions\n    from app.types import Money as M, Rate\n    Own = dict[str, M]\n"
        "if True:\n    from app.types import Rate\n"
        "@vibesafe\ndef f(a: 'M', b: 'Rate', c: 'Own', d: 'fractions.Fraction') -> int:\n    ...\n",
        types="class Money: pass\nclass Rate: pass\n",
    )
    assert spec.header == (
        "from app.types import Rate",
        "from typing import TYPE_CHECKING",
        "if TYPE_CHECKING:\n    import fractions\n    from app.m import Own\n    from app.types import Money as M",
    )


def test_the_docstring_is_normalised_and_the_examples_know_their_lines(spec_of: SpecOf) -> None:
    spec = spec_of(
        "@vibesafe\ndef f() -> int:\n    '''\n    A.\n\n    >>> f()\n    1\n    '''\n    raise VibeCoded()\n"
    )
    assert spec.docstring == "A.\n\n>>> f()\n1"
    assert [example.line for example in spec.examples] == [7]
    assert spec.where == "app/m.py:3  app.m/f"
