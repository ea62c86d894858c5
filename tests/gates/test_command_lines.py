"""Examples of commands: calls, and command lines that are run in the sandbox."""

import pytest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tests.gates.conftest import AtLevel, Bench, MakeBench

TOOL = '''
    from vibesafe_runtime import VibeCoded, vibesafe
    from vibesafe_runtime.typer import command


    @vibesafe.cli
    def repeat(text: str, count: int = 2, *, loud: bool = False) -> list[str]:
        """Repeat a text.

        Raises:
            ValueError: count < 0

        >>> repeat("a", 1)
        ['a']
        >>> shell("'a b' --count 3")
        a b
        a b
        a b
        >>> shell("x --loud")
        X
        X
        >>> shell("x --count=-1")
        Traceback (most recent call last):
        SystemExit: 2
        >>> shell("x --count many")
        Traceback (most recent call last):
        SystemExit: 2
        """
        raise VibeCoded()


    main = command(repeat)
'''
REPEAT = "def repeat(text: str, count: int = 2, *, loud: bool = False) -> list[str]:\n    "
RIGHT = "if count < 0:\n        raise ValueError('negative')\n    return [text.upper() if loud else text] * count\n"


@pytest.fixture
def tool(bench: "MakeBench") -> "Bench":
    return bench({"app/__init__.py": "", "app/tool.py": TOOL}, "[sandbox]\ntimeout = 30\n")


@pytest.mark.parametrize("level", ["L0", "L3"])
def test_command_lines_reach_the_candidate(tool: "Bench", at_level: "AtLevel", level: str) -> None:
    at_level(level)
    assert tool.spec("app.tool/repeat").proves_something
    assert tool.doctests("app.tool/repeat", REPEAT + RIGHT) == ((),)


WRONG = {
    "return [text] * count\n": ["example 3", "example 4"],
    RIGHT.replace("ValueError", "KeyError"): ["example 4"],
    RIGHT.replace("return", "print(text)\n    return"): ["example 1", "example 2", "example 3"],
    "raise SystemExit(2)\n": ["example 1", "example 2", "example 3"],
}


def test_a_wrong_command_is_refused(tool: "Bench") -> None:
    found = tool.doctests("app.tool/repeat", *(REPEAT + body for body in WRONG))
    assert [[finding.message.partition(" (")[0] for finding in each] for each in found] == [*WRONG.values()]
