"""Whatever changes what a table holds once its module is imported, moves the hash of the unit that reads it."""

import re
import sys
from collections.abc import Callable, Mapping
from types import ModuleType

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hatch_vibesafe.spec.model import Scan

Scanned = Callable[[Mapping[str, str | bytes]], Scan]

RUNTIME = "from vibesafe_runtime import VibeCoded, vibesafe"
BEGINNING = """
T, U, D = [], [], {}
class Registry:
    items, kinds = [], []
    def __init__(self):
        self.own = []
    def __call__(self, function):
        return self.add(function)
    def add(self, function):
        self.own.append(function)
        return function
    @classmethod
    def note(cls, number):
        cls.items.append(number)
    def __init_subclass__(cls, **options):
        Registry.kinds.append((cls.value, sorted(options.items())))
R = Registry()
def fill(number):
    T.append(number)
def fill_through(number):
    fill(number)
def fill_into(table, number):
    table.append(number)
    return number
def named(function):
    D[function.__name__] = function()
    return function
def ranked(number):
    def inner(function):
        U.append((number, function()))
        return function
    return inner
"""
STATEMENTS = (
    "T.append({k})",
    "x{i} = U.append({k})",
    "D['a'] = {k}",
    "D.update(b={k})",
    "D.setdefault('c', {k})",
    "T += [{k}]",
    "T[:] = [{k}]",
    "del U[{k}:]",
    "U = [*T, {k}]",
    "[T.append(i) for i in (1, {k})]",
    "any(U.append(i) for i in (1, {k}))",
    "A{i} = T\nA{i}.append({k})",
    "A{i}, B{i} = T, U\nB{i}.append({k})",
    "A{i} = D.setdefault('p', [])\nA{i}.append({k})",
    "A{i} = T if {k} else U\nA{i}.append({k})",
    "A{i} = T or U\nA{i}.append({k})",
    "(T or U).append({k})",
    "(A{i} := T).append({k})",
    "A{i} = [T]\nA{i}[0].append({k})",
    "A{i} = T.append\nA{i}({k})",
    "A{i} = [T.append][0]\nA{i}({k})",
    "A{i} = R.own\nA{i}.append({k})",
    "for each in (T, U):\n    each.append({k})",
    "for each in [D]:\n    each['e'] = {k}",
    "if T.append({k}):\n    pass",
    "assert U.append({k}) is None",
    "s{i} = f'{{T.append({k})}}'",
    "x{i} = len([fill_into(U, {k})])",
    "while not U:\n    U.append({k})",
    "try:\n    T.append({k})\nexcept ValueError:\n    pass",
    "match {k}:\n    case 1:\n        U.append(1)\n    case _:\n        T.append(2)",
    "fill({k})",
    "fill_through({k})",
    "fill_into(T, {k})",
    "x{i} = max(1, fill_into(U, {k}))",
    "f{i} = fill\nf{i}({k})",
    "f{i} = lambda: U.append({k})\nf{i}()",
    "def f{i}():\n    U.append({k})\nf{i}()",
    "def f{i}():\n    return {k}\nT.append(f{i}())",
    "c{i} = {k}\nT.append(c{i})",
    "@named\ndef h{i}():\n    return {k}",
    "@ranked({k})\ndef h{i}():\n    return 1",
    "@ranked(1)\ndef h{i}():\n    return {k}",
    "@R\ndef h{i}():\n    return {k}",
    "@R.add\ndef h{i}():\n    return {k}",
    "R.add({k})",
    "x{i} = R.add({k})",
    "Registry.note({k})",
    "class K{i}(Registry):\n    value = {k}",
    "class K{i}(Registry, a={k}):\n    value = 1",
    "class C{i}:\n    T.append({k})",
    "def g{i}(x=T.append({k})):\n    pass",
    "list(map(T.append, (1, {k})))",
    "(lambda t: t.append({k}))(T)",
    "getattr(T, 'append')({k})",
    "list.append(T, {k})",
    "type(R).items.append({k})",
    "setattr(R, 'own', [{k}])",
    "import functools\nfunctools.reduce(lambda a, b: fill_into(T, {k}), (1, 2))",
    "unrelated{i} = {k}",
    "def unrelated{i}():\n    return {k}",
)
Edit = tuple[list[str], list[str]]


@st.composite
def edits(draw: st.DrawFn) -> Edit:
    """Return a few statements, and the same with one number changed."""
    chosen = draw(st.lists(st.sampled_from(STATEMENTS), min_size=1, max_size=4))
    numbers = [draw(st.integers(1, 5)) for _ in chosen]
    place = draw(st.integers(0, len(chosen) - 1))
    others = [number % 5 + 1 if index == place else number for index, number in enumerate(numbers)]
    one, other = (
        [text.format(i=index, k=number) for index, (text, number) in enumerate(zip(chosen, each, strict=True))]
        for each in (numbers, others)
    )
    return one, other


def value(statements: list[str], name: str) -> str:
    """Return what a name holds once these statements ran."""
    namespace: dict[str, object] = {"__name__": "app.m"}
    exec("\n".join([BEGINNING, *statements]), namespace)  # noqa: S102 - the statements are those above
    return repr(shown(namespace[name]))


def shown(item: object) -> object:
    match item:
        case list() | tuple():
            return [shown(each) for each in item]
        case dict():
            return {key: shown(each) for key, each in item.items()}
        case _ if callable(item) and hasattr(item, "__name__"):
            return item()
        case _ if hasattr(item, "own"):
            return [shown(getattr(item, each)) for each in ("own", "items", "kinds")]
        case _:
            return item


def parts(scanned: Scanned, statements: list[str], name: str) -> tuple[object, ...]:
    unit = f"@vibesafe\ndef f() -> int:\n    print({name})\n    raise VibeCoded()\n"
    found = scanned({"m": "\n".join([RUNTIME, BEGINNING, *statements, unit])})
    assert found.all_problems == ()
    return found.specs[0].parts


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edits(), st.sampled_from("TUDR"))
def test_an_edit_that_changes_a_value_moves_the_hash(scanned: Scanned, edit: Edit, name: str) -> None:
    before, after = edit
    try:
        same = value(before, name) == value(after, name)
    except (AttributeError, TypeError, IndexError):
        return  # the statements cannot run in this order
    if not same:
        assert parts(scanned, before, name) != parts(scanned, after, name)


@pytest.mark.parametrize("text", STATEMENTS)
@pytest.mark.parametrize("name", ["T", "U", "D", "R"])
def test_each_statement_alone(scanned: Scanned, text: str, name: str) -> None:
    before, after = ([text.format(i=0, k=number)] for number in (1, 4))
    moved = parts(scanned, before, name) != parts(scanned, after, name)
    if value(before, name) != value(after, name):
        assert moved
    elif text.startswith(("unrelated", "def unrelated")):
        assert not moved


NAMES = ("T", "U", "D", "R", "Registry", "fill", "fill_through", "fill_into", "named", "ranked")
UNSEEN = ("getattr(", "type(R)")  # documented: not seen where the name itself is imported


IMPORTS = (
    (f"from app.tables import {', '.join(NAMES)}", ""),
    ("import app.tables", "app.tables."),
    ("from app import tables as t", "t."),
)


@pytest.mark.parametrize("text", STATEMENTS)
@pytest.mark.parametrize(("imports", "prefix"), IMPORTS)
def test_each_statement_in_another_module(
    scanned: Scanned, monkeypatch: pytest.MonkeyPatch, text: str, imports: str, prefix: str
) -> None:
    pattern = re.compile(rf"(?<![\w.'])({'|'.join(NAMES)})\b(?!=)")

    def code(number: int) -> str:
        return f"{imports}\n{pattern.sub(lambda found: prefix + found[1], text.format(i=0, k=number))}\n"

    def values(number: int) -> dict[str, str]:
        tables, package = ModuleType("app.tables"), ModuleType("app")
        exec(BEGINNING, tables.__dict__)  # noqa: S102 - the text above
        vars(package)["tables"] = tables
        monkeypatch.setitem(sys.modules, "app", package)
        monkeypatch.setitem(sys.modules, "app.tables", tables)
        exec(code(number), {"__name__": "app.filling"})  # noqa: S102 - the statements above
        return {name: repr(shown(vars(tables)[name])) for name in "TUDR"}

    before, after = values(1), values(4)
    for name in "TUDR":
        unit = f"{RUNTIME}\nfrom app.tables import {name}\n@vibesafe\ndef f() -> int:\n    print({name})\n    ...\n"
        moved = [
            scanned({"app": "", "app.m": unit, "app.tables": BEGINNING, "app.filling": code(number)}).specs[0].spec_hash
            for number in (1, 4)
        ]
        if before[name] != after[name] and (prefix or not text.startswith(UNSEEN)):
            assert moved[0] != moved[1], name
        elif "unrelated" in text:
            assert moved[0] == moved[1], name
