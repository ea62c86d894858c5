"""What the import of an implementation may run: what makes a value, and nothing of its own."""

import ast

import pytest

from hatch_vibesafe.gates.at_import import at_import
from hatch_vibesafe.spec.model import SourceFile, Spec, UnitSettings
from hatch_vibesafe.spec.scan import scan

STUB = '''
from app.money import Money, rate
from vibesafe_runtime import VibeCoded, vibesafe

@vibesafe
def f(x: int = int("3"), money: Money = Money(1)) -> int:
    """Uses `rate`.

    >>> f(1)
    2
    """
    raise VibeCoded()
'''
MONEY = "class Money:\n    def __init__(self, cents: int) -> None: ...\n\ndef rate(): return 1\n"


@pytest.fixture(scope="module")
def spec() -> Spec:
    files = [("app", "app/__init__.py", "", True), ("app.money", "app/money.py", MONEY, False)]
    files.append(("app.a", "app/a.py", STUB, False))
    sources = [SourceFile(name, path, text.encode(), is_package=package) for name, path, text, package in files]
    return scan(sources, lambda _: UnitSettings("t", "t")).specs[0]


def said(spec: Spec, text: str) -> str:
    return "\n".join(each.message for each in at_import(ast.parse(text), spec, "structure"))


REFUSED = [
    # calls in assignments
    "X = print('x')",
    "X: int = print('x')",
    "A, B = print('a'), 2",
    "X = [print(i) for i in range(3)]",
    "X = {1: print('x')}",
    "X = 1 if print('x') else 2",
    "X = f'{print(1)}'",
    "X = (lambda: print('x'))()",
    "X = [1, 2][print(0) or 0]",
    "X = (Y := 3)",
    # its own functions
    "def g(): ...\nX = g()",
    "def g(): ...\nX = list(map(g, 'a'))",
    "def g(): ...\nX = sorted('ab', key=g)",
    "def g(): ...\nX = sorted('ab', key=lambda c: g())",
    "def g(): ...\nG = [g]\nX = G[0]()",
    "def g(): ...\nG = {'a': g}\nX = list(map(G['a'], 'a'))",
    "def g(): ...\nh = g\nX = h()",
    "import functools\ndef g(): ...\nX = functools.reduce(g, [1, 2])",
    "import functools\ndef g(): ...\nX = functools.partial(g)()",
    "import re\ndef g(m): ...\nX = re.sub('a', g, 'a')",
    # what the project has
    "from app.money import rate\nX = rate()",
    "from app.money import rate\nX = list(map(str, [rate()]))",
    # what needs a capability
    "import time\nX = time.time()",
    "from random import random\nX = random()",
    "X = open('a').read()",
    # heads of functions
    "def g(y=print('x')): ...",
    "def g(*, y=print('x')): ...",
    "def g(y: print('x')): ...",
    "def g() -> print('x'): ...",
    "X = lambda y=print('x'): y",
    # decorators
    "def d(f): return f\n@d\ndef g(): ...",
    "def d(f): return f\n@d\nclass A: ...",
    "@(lambda f: f)\ndef g(): ...",
    "@print\ndef g(): ...",
    "@list\nclass A: ...",
    "import functools\n@functools.partial(print)\ndef g(): ...",
    "def d(f): return f\nclass A:\n    @d\n    def g(self): ...",
    "import functools\ndef h(*a): ...\n@functools.lru_cache(maxsize=h())\ndef g(): ...",
    # class bodies and bases
    "class A:\n    x = print('x')",
    "class A:\n    x: int = print('x')",
    "class A:\n    class B:\n        x = print('x')",
    "def b(): ...\nclass A(b()): ...",
    "class A(metaclass=print('x') or type): ...",
    "class M(type): ...",
    "class A(**{'metaclass': int}): ...",
    # methods that run by themselves
    "class A:\n    def __init_subclass__(cls): ...",
    "class A:\n    def __class_getitem__(cls, k): ...",
    "class A:\n    def __set_name__(self, o, n): ...",
    "class A:\n    def __del__(self): ...",
    "class A:\n    def __reduce__(self): ...",
    "def __getattr__(name): ...",
    # objects of its own classes
    "class A:\n    def __init__(self): ...\nX = A()",
    "class A:\n    def __init__(self): ...\nclass B(A): ...\nX = B()",
    "class A:\n    def __add__(self, o): ...\nX = A() + 1",
    "class A:\n    def run(self): ...\nX = A().run()",
    "class A:\n    @property\n    def run(self): ...\nX = A().run",
    "class A:\n    def run(self): ...\nX = [each.run() for each in [A()]]",
    # what would be used up
    "X = iter([1, 2])",
    "X = (i for i in range(3))",
    "import itertools\nX = itertools.count()",
    "class A:\n    x = iter('ab')",
]
HONEST = [
    "import re\nX = re.compile(r'a+')",
    "from decimal import Decimal\nX = Decimal('0.01')\nY = -X * 2",
    "from fractions import Fraction as F\nX = (F(1, 2), F(1, 3))",
    "from datetime import date, timedelta\nX = date(2000, 1, 1) + timedelta(days=1)",
    "X = frozenset(range(3))\nY = [i * i for i in X if i % 2]\nZ = {k: v for k, v in zip('ab', 'cd')}",
    "X = 'a b'.split()\nY = {word.upper(): len(word) for word in X}\nZ = sorted(Y.items())",
    "X = str.maketrans('a', 'b')\nY = dict.fromkeys('ab', 0)\nZ = int.from_bytes(b'a', 'big')",
    "X = sorted('ab', key=lambda c: -ord(c))\nY = max(map(len, ['a']))\nZ = list(map(str, range(3)))",
    "X = list[int]()\nY = dict[str, list[int]]()",
    "import string\nX = set(string.ascii_letters) | {'_'}",
    "import math\nX = math.sqrt(2) + 1j.imag",
    "import operator\nX = {'+': operator.add, '-': operator.sub}",
    "def g(): ...\nX = {'a': g, 'b': lambda: g()}",
    "import functools\ndef g(a): ...\nX = functools.partial(g, 1)",
    "import functools\n@functools.lru_cache(maxsize=None)\ndef g(n): return g(n - 1)",
    "import functools\n@functools.cache\ndef g(n=(), *, m: 'list[int] | None' = None) -> dict[str, int]: ...",
    "from contextlib import contextmanager\n@contextmanager\ndef g(): yield",
    "from dataclasses import dataclass\n@dataclass\nclass A:\n    x: int\nX = (A(1), A(2))\nY = {a.x for a in X}",
    "from dataclasses import dataclass, field\n@dataclass\nclass A:\n    y: list[int] = field(default_factory=list)",
    "from enum import Enum, auto\nclass A(Enum):\n    X = auto()\n    Y = 'b'\nB = [A.X, A('b')]",
    "from typing import NamedTuple\nclass A(NamedTuple):\n    x: int\nX = A(1)",
    "from typing import TypeVar, Generic\nT = TypeVar('T')\nclass B(Generic[T]):\n    def __init__(self, x): ...",
    "from collections import namedtuple, OrderedDict\nX = namedtuple('X', 'a b')",
    "from abc import ABCMeta, abstractmethod\nclass A(metaclass=ABCMeta):\n    @abstractmethod\n    def g(self): ...",
    "class A:\n    @property\n    def x(self): ...\n    @x.setter\n    def x(self, y): ...",
    "class A:\n    @staticmethod\n    def x(): ...",
    "from functools import singledispatch\n@singledispatch\ndef g(x): ...\n@g.register(int)\ndef _(x): ...",
    "class E(ValueError):\n    def __init__(self, x): super().__init__(x)",
    "import numpy as np\nX = np.array([1, 2])",
    "from app.money import Money\nX = Money(100)",
    "def f(x: int = int('3'), money: Money = Money(1)) -> int:\n    return sorted(print('a'), key=g)\ndef g(): ...",
]


@pytest.mark.parametrize("text", REFUSED)
def test_what_the_import_would_run_is_refused(spec: Spec, text: str) -> None:
    assert said(spec, text)


@pytest.mark.parametrize("text", HONEST)
def test_what_only_makes_values_is_let_be(spec: Spec, text: str) -> None:
    assert said(spec, text) == ""
