"""The structure gate: what may stand in an implementation, and what may not."""

import re
import textwrap
from collections.abc import Callable

import pytest

from hatch_vibesafe.gates import structure
from hatch_vibesafe.gates.verdict import Candidate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tests.gates.conftest import MakeBench


SPEC = '''
    from app.text import slugify
    from vibesafe_runtime import VibeCoded, vibesafe


    @vibesafe
    def guarded(x: int, *, times: int = 2) -> str:
        """Uses `slugify`.

        >>> guarded(1)
        '2'
        """
        if x < 0:
            raise PermissionError("no")
        raise VibeCoded()
'''
TEXT = """
    SECRET = 1


    def slugify(text: str) -> str:
        return text
"""
HEAD = "def guarded(x: int, *, times: int = 2) -> str:\n"
GUARD = '    if x < 0:\n        raise PermissionError("no")\n'
Check = Callable[[str | bytes], str]
HONEST = HEAD + '    """Uses `slugify`."""\n' + GUARD + "    return str(x * times)\n"


@pytest.fixture
def check(bench: "MakeBench") -> Check:
    made = bench({"app/__init__.py": "", "app/text.py": TEXT, "app/a.py": SPEC, "app/b.py": ""})
    modules = made.surroundings().files

    def findings(source: str | bytes) -> str:
        content = source if isinstance(source, bytes) else textwrap.dedent(source).encode()
        candidate = Candidate(made.spec("app.a/guarded"), content)
        return "\n".join(finding.message for finding in structure.check(candidate, modules))

    return findings


@pytest.mark.parametrize(
    "source",
    [
        HONEST,
        "import re\nfrom app.text import slugify\n\n_DIGITS = re.compile('[0-9]+')\nA, B = 1, 2\nC: int = 3\n\n\n"
        + HONEST,
        '"""What it does."""\n\n\nclass Helper:\n    """Counts."""\n\n'
        "    def __init__(self) -> None:\n        self.n = 0\n\n\n" + HONEST,
        "def _helper(x: int) -> str:\n    return str(x)\n\n\n" + HEAD + GUARD + "    return _helper(x)\n",
        HONEST + "\n\ndef _after() -> None:\n    return None\n",
        HONEST.replace("if x < 0:", "if (x<0):  # negative"),
    ],
)
def test_an_honest_implementation_passes(check: Check, source: str) -> None:
    assert check(source) == ""


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("def guarded(x: int, *, times: int = 2) -> str:\nreturn\n", "is not Python"),
        ("x = 1\n", "has no function `guarded`"),
        (HONEST + "\n\n" + HONEST, "a second time"),
        (HONEST + "\n\nguarded = print\n", "binds `guarded`"),
        ("from app.text import slugify as guarded\n\n\n" + HONEST, "binds `guarded`"),
        (HONEST + "\n\nclass guarded:\n    pass\n", "binds `guarded`"),
        (HONEST + "\n\ndef _later() -> None:\n    global guarded\n    guarded = print\n", "global"),
        (HONEST + "\n\nprint(1)\n", "when it is imported"),
        (HONEST + "\n\nif True:\n    guarded = print\n", "when it is imported"),
        (HONEST + "\n\nHONEST.x = 1\n", "when it is imported"),
        (HONEST + "\n\nclass Now:\n    print(1)\n", "when it is imported"),
        ("import functools\n\n\n@functools.cache\n" + HONEST, "decorates"),
        (HONEST.replace("times: int = 2", "times: int = 3"), "changes the signature"),
        (HONEST.replace("*, times", "times"), "changes the signature"),
        (HONEST.replace("-> str", "-> object"), "changes the signature"),
        ("async " + HONEST, "changes the signature"),
        (HEAD + "    return str(x * times)\n", "does not begin with the code"),
        (HEAD + "    y = 1\n" + GUARD + "    return str(y)\n", "does not begin with the code"),
        (HONEST.replace("x < 0", "x < 1"), "does not begin with the code"),
        (HEAD + GUARD, "no code in `guarded`"),
        (HEAD + GUARD + "    ...\n", "still has the hole"),
        (HEAD + GUARD + "    raise VibeCoded()\n", "still has the hole"),
        ("from vibesafe_runtime import Problem\n\n\n" + HONEST, "nothing of vibesafe"),
        ("import hatch_vibesafe.gates\n\n\n" + HONEST, "nothing of vibesafe"),
        ("from app.text import SECRET\n\n\n" + HONEST, "only what its spec names: from app.text import slugify"),
        ("import app.text\n\n\n" + HONEST, "only what its spec names"),
        ("from app import b\n\n\n" + HONEST, "only what its spec names"),
        (HONEST.replace("return str", "from app.b import x\n    return str"), "only what its spec names"),
        ("from .text import slugify\n\n\n" + HONEST, "imports relatively"),
        ("from math import *\n\n\n" + HONEST, "imports everything"),
        (b"\xef\xbb\xbf" + HONEST.encode(), "byte order mark"),
        (b"# \xff\n" + HONEST.encode(), "not UTF-8"),
        (HONEST.encode() + b"\x00", "is not Python"),
        (HONEST + "#" * (256 << 10), "bytes"),
        ("X = " + "(" * 500 + ")" * 500 + "\n" + HONEST, "is not Python"),
        ("X = " + "-" * 100_000 + "1\n" + HONEST, ""),
        (HONEST + "\n\nnonlocal x\n", "is not Python"),
    ],
)
def test_what_is_not_the_spec_is_refused(check: Check, source: str | bytes, message: str) -> None:
    found = check(source)
    assert found
    assert message in found


@pytest.mark.parametrize(
    "line",
    [
        "exec('1')",
        "eval('1')",
        "compile('1', '', 'eval')",
        "__import__('os')",
        "globals()",
        "import subprocess",
        "from importlib import import_module",
        "import os as o; o.kill(1, 9)",
        "from os import _exit",
        "import sys; sys._getframe()",
        "guarded.__doc__",
        "guarded.__globals__",
        "().__class__.__base__.__subclasses__()",
        "getattr(guarded, '__doc__')",
        "__builtins__",
        "x = ''  # type: ignore",
        "x = 1  # noqa: F401",
        "# mypy: ignore-errors",
    ],
)
def test_the_policy_refuses(check: Check, line: str) -> None:
    assert check(HONEST.replace("    return", f"    {line}\n    return"))


@pytest.mark.parametrize(
    "line", ["import os; os.path.join('a')", "import sys; x = sys.maxsize", "type(x).__name__", "# typed: no"]
)
def test_the_policy_lets_honest_code_be(check: Check, line: str) -> None:
    assert check(HONEST.replace("    return", f"    {line}\n    return")) == ""


@pytest.mark.parametrize(
    "declared",
    [
        "# coding: unicode_escape\n",
        "#!python\n# -*- coding: raw_unicode_escape -*-\n",
        " \f# vim: set fileencoding=utf-7 :\n",
        "# a\r# coding=latin-1\n",
        "\n# Coding coding:utf-8-sig\n",
        "# coding: unicode-escape utf-8\n",
    ],
)
def test_no_other_encoding_can_hide_code_in_a_comment(check: Check, declared: str) -> None:
    hidden = HONEST.replace("    return", "    # \\u000a    raise SystemExit\n    return")
    assert "declares the encoding" in check((declared + hidden).encode())


@pytest.mark.parametrize("declared", ["# coding: utf-8\n", "# -*- coding: UTF8 -*-\n", "# a\n# b\n# coding: latin-1\n"])
def test_utf_8_may_be_declared_and_other_lines_declare_nothing(check: Check, declared: str) -> None:
    assert check((declared + HONEST).encode()) == ""


def test_code_that_no_parser_takes_is_refused_with_a_reason(check: Check) -> None:
    deep = "-" * 19_000 + "1"
    assert re.fullmatch(r"(is not Python: \w.+|has no function `guarded`.*)", check(deep)), "newer parsers take it"
