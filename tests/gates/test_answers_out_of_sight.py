"""What the examples should give is nowhere to be read: each way to it fails, and what a candidate needs works."""

import ast
import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hatch_vibesafe.gates.without_answers import prose, without_answers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tests.gates.conftest import AtLevel, MakeBench

SPEC = '''
    """Numbers.

    >>> secret(1)
    4711
    """
    import json
    from pathlib import Path

    from vibesafe_runtime import VibeCoded, vibesafe

    RATES = json.loads((Path(__file__).parent / "rates.json").read_text(encoding="utf-8"))


    def helper(n: int) -> int:
        return n + 1


    @vibesafe
    def secret(n: int) -> int:
        """Something.

        >>> secret(1)
        4711
        >>> secret(2) == 4712
        True
        """
        raise VibeCoded()
'''
OTHER = '''
    def other() -> int:
        """Other.

        >>> from app.numbers import secret
        >>> secret(1)
        4711
        """
        return 1
'''
FILES = {
    "app/__init__.py": "",
    "app/rates.json": '{"a": 1}',
    "app/notes.md": "secret(1) is 4711",
    "app/numbers.py": SPEC,
    "app/other.py": OTHER,
    "tests/test_numbers.py": "assert secret(1) == 4711\n",
    ".vibesafe/checkpoints/x/impl.py": "def secret(n):\n    return 4711\n",
}
UNIT = "app.numbers/secret"
HONEST = "def secret(n: int) -> int:\n    return 4710 + n\n"
WAYS = {
    "the file of the spec": "open(ROOT + '/app/numbers.py').read()",
    "its bytecode": "''.join(open(p).read() for p in glob.glob(ROOT + '/app/__pycache__/*')) or 1 / 0",
    "a test": "open(ROOT + '/tests/test_numbers.py').read()",
    "a document": "open(ROOT + '/app/notes.md').read()",
    "a checkpoint": "open(ROOT + '/.vibesafe/checkpoints/x/impl.py').read()",
    "its source by the inspector": "inspect.getsource(sys.modules['app.numbers'])",
    "its documentation": "str(sys.modules['app.numbers'].__doc__) + str(sys.modules['app.numbers'].secret.__doc__)",
    "the loader of its module": "sys.modules['app.numbers'].__loader__.get_source('app.numbers')",
    "another module's documentation": "importlib.import_module('app.other').other.__doc__",
    "another module's constants": "str(importlib.import_module('app.other').other.__code__.co_consts)",
    "all strings": "' '.join(o for d in gc.get_objects() if type(d) is dict for o in d.values() if type(o) is str)",
}
HEAD = "import gc\nimport glob\nimport importlib\nimport inspect\nimport sys\n\nROOT = {root!r}\n\n\n"


BY_THEIR_PATHS = {"the file of the spec", "a test", "a document", "a checkpoint"}


@pytest.mark.parametrize("level", ["L0", "L2", "L3"])
def test_no_way_leads_to_an_answer_but_paths_where_nothing_is_confined(
    bench: "MakeBench", at_level: "AtLevel", level: str
) -> None:
    at_level(level)
    made = bench(FILES)
    head = HEAD.format(root=str(made.project.root))
    # The number is put together, so that what a candidate knows of itself is no finding.
    body = "def secret(n: int) -> int:\n    raise ValueError('FOUND' if str(47) + str(11) in {way} else 'nothing')\n"
    sources = [head + body.replace("{way}", f"({way})") for way in WAYS.values()]
    honest, *found = made.doctests(UNIT, HONEST, *sources)
    assert honest == ()
    led = {name for name, (finding, *_) in zip(WAYS, found, strict=True) if "FOUND" in finding.message}
    assert led == (BY_THEIR_PATHS if level == "L0" else set())


@pytest.mark.parametrize("level", ["L0", "L2", "L3"])
def test_what_stands_beside_the_modules_and_the_rest_of_the_project_is_there(
    bench: "MakeBench", at_level: "AtLevel", level: str
) -> None:
    at_level(level)
    made = bench(FILES)
    source = """
        import asyncio
        import threading
        from decimal import Decimal

        from app.numbers import RATES, helper


        def secret(n: int) -> int:
            async def later() -> int:
                return 4708 + n
            thread = threading.Thread(target=int)
            thread.start()
            thread.join()
            return int(Decimal(helper(asyncio.run(later())))) + RATES["a"]
    """
    assert made.doctests(UNIT, source) == ((),)


def test_an_example_goes_whole_and_every_line_stays() -> None:
    source = 'def f():\n    """Twice.\n\n    >>> f()\n    4\n\n    More.\n    """; x = 1\n    raise ValueError\n'
    stripped = without_answers(source)
    tree = ast.parse(stripped)
    function = tree.body[0]
    assert isinstance(function, ast.FunctionDef)
    assert ast.get_docstring(function) == "Twice.\n\n\nMore."
    assert function.body[-1].lineno == ast.parse(source).body[0].body[-1].lineno  # type: ignore[attr-defined]  # the same function
    assert "4" not in stripped
    assert without_answers("x = 1  # >>> f()\n") == "x = 1  # >>> f()\n"
    assert without_answers("def >>>") == "def >>>"


@given(st.lists(st.sampled_from([">>> f(1)", "... 2", "4711", "", "prose", "  >>> g()", ">>>f", "é"]), max_size=12))
def test_no_example_is_left_in_prose(lines: list[str]) -> None:
    text = prose("\n".join(lines))
    assert ">>>" not in text
    assert doctest.DocTestParser().get_examples(text) == []
    wrapped = "def f():\n    '''" + "\n    ".join(lines) + "\n    '''\n\nx = 1\n"
    assert ast.parse(without_answers(wrapped)).body[1].lineno == ast.parse(wrapped).body[1].lineno
