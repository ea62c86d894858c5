"""Spellings that lead around the policy, each beside an honest one that stays allowed."""

import ast

import pytest

from hatch_vibesafe.gates.kept_state import kept_state
from hatch_vibesafe.gates.policy import violations
from hatch_vibesafe.gates.shared_objects import shared_objects


def said(text: str) -> str:
    tree = ast.parse(text)
    found = [*violations(tree, text), *shared_objects(tree, "structure"), *kept_state(tree, "structure")]
    return "\n".join(each.message for each in found)


ATTRIBUTES = [
    "'{0._' + 'x}'",
    "'{0.' + '_' * 2 + 'class__}'",
    "'{0.' + chr(95) + chr(95) + 'class__}'",
    "''.join(['{0.', '_', '_class__}'])",
    "'{0.#_class__}'.replace('#', '_')",
    "f'{{0.{\"_\"}_class__}}'",
    "str.format('{0.x}', x)",
    "g = '{0.x}'.format",
    "f'{x.__class__}'",
    "f'{1:{x.__class__}}'",
    "import string\nstring.Formatter().get_field('0.x', (x,), {})",
    "from string import Formatter",
    "from operator import attrgetter as a\na('x')",
    "from operator import methodcaller as m",
    "import operator\ng = operator.attrgetter",
    "list(map(getattr, [x], ['y']))",
    "getattr(*(x, '__class__'))",
    "import functools\nfunctools.update_wrapper(h, g, ('__globals__',))",
    "import functools\nfunctools.wraps(g, assigned=('__glo' + 'bals__',))",
    "match x:\n    case int(__class__=c): pass",
    "match x:\n    case object(gi_frame=c): pass",
    "x.gi_code",
    "x.tb_next",
    "x.co_consts",
    "dir(x)",
]
CLASSES = [
    "type('A', (), {})",
    "type(*('A', (), {}))",
    "type('A', (), {}, a=1)",
    "t = type",
    "list(map(type, ['A'], [()], [{}]))",
    "type(type(x))('A', (), {})",
    "type.__call__(type, 'A', (), {})",
    "def g():\n    class M(type): pass",
    "from dataclasses import make_dataclass",
]
TEXTS_RUN = [
    "import typing\ntyping.get_type_hints(x)",
    "from typing import ForwardRef as R",
    "from typing import get_type_hints as g",
    "e = eval",
    "from builtins import eval as e",
]
TOOLS = [
    "from typing import no_type_check as n",
    "import typing\n@typing.no_type_check\ndef g(): ...",
    "import typing as t\n@t.no_type_check_decorator\ndef g(): ...",
    "MYPY = False",
    *(f"x = 1  # {each}" for each in ("isort: skip", "nosec", "NOSONAR", "pyre-ignore", "pytype: disable=all")),
    *(f"x = 1  # {each}" for each in ("yapf: disable", "nosemgrep: a", "flake8: noqa", "crosshair: off", "fmt : off")),
]
SHARED = [
    "import math\nmath.pi = 3",
    "import math\nfor math.pi in [3]: pass",
    "import math\nwith x as math.pi: pass",
    "import math\nmath.pi += 1",
    "import string\ndel string.digits",
    "import math\nsetattr(math, 'pi', 3)",
    "from app import settings\nsettings.table['a'] = 1",
    "import json\njson.JSONEncoder.default = x",
    "from decimal import getcontext\ngetcontext().prec = 5",
    "import decimal\nc = decimal.getcontext()\nc.prec = 5",
    "from decimal import setcontext as s",
    "import codecs\ncodecs.register_error('a', x)",
    "import warnings\nwarnings.showwarning = x",
]
KEPT = [
    "S = []\ndef g():\n    s = S\n    s.append(1)",
    "def g(seen=[]):\n    seen.append(1)",
    "def g(*, seen={}):\n    seen['a'] = 1",
    "class A:\n    n = 0\n    @classmethod\n    def up(cls): cls.n += 1",
    "def g(): ...\ndef h(): setattr(g, 'n', 1)",
    "import contextvars\nV = contextvars.ContextVar('v')\ndef g(): V.set(1)",
]
HONEST = [
    "def f(template: str, x: int) -> str:\n    return template.format(x)",
    "'{:.' + str(2) + 'f}'",
    "'{0.x} {1[0]} __a__ {{_x}}'.format(x, y)",
    "f'{x:{width}.{digits}f}'",
    "from operator import attrgetter, itemgetter\nsorted(x, key=attrgetter('a'))",
    "import functools\ndef d(g):\n    @functools.wraps(g)\n    def h(): ...\n    return h",
    "match x:\n    case Point(x=0, y=y): pass",
    "isinstance(x, (type, int))\nif type(x) is type: pass",
    "type(self)(1, 2, 3)",
    "def g(type: str) -> str:\n    return type.upper() + str(type)",
    "def g(kind: type[int], other: type | None) -> type: ...",
    "def g(help: str, license: int = 1) -> str:\n    return help * license",
    "x = 1  # no second try, isort of",
    "from decimal import localcontext\nwith localcontext() as context:\n    context.prec = 5",
    "class A:\n    def __init__(self):\n        self.x = 1\na = A()\na.x = 2",
    "class A:\n    __slots__ = ('x',)\n__all__ = ['A']",
    "def g(seen=()):\n    seen = [*seen]\n    seen.append(1)",
    "S = [1]\ndef g():\n    s = list(S)\n    s.append(1)",
    "def g(n=None):\n    n = n or []\n    n.append(1)",
]


@pytest.mark.parametrize("text", [*ATTRIBUTES, *CLASSES, *TEXTS_RUN, *TOOLS, *SHARED, *KEPT])
def test_a_detour_is_refused(text: str) -> None:
    assert said(text)


@pytest.mark.parametrize("text", HONEST)
def test_the_honest_spelling_is_let_be(text: str) -> None:
    assert said(text) == ""
