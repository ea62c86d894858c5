"""Units of kind "cli" as programs: what a command line means, what is shown, and how a program ends."""

import re
import sys
from collections.abc import Callable, Iterator

import pytest

from tests.runtime.conftest import Site
from vibesafe_runtime import VibesafeConfigurationError, VibesafeHashMismatch, _finder, _units
from vibesafe_runtime._manifest import sha256
from vibesafe_runtime.typer import Program, command, commands

IMPORTS = """\
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from vibesafe_runtime import VibeCoded, vibesafe
"""
KINDS = '''\
class Colour(Enum):
    RED = "red"
    BLUE = "blue"


@vibesafe.cli
def show(
    name: str,
    files: list[Path],
    count: int = 2,
    *,
    loud: bool = False,
    quiet: bool,
    colour: Colour = Colour.RED,
    tags: list[str] | None = None,
    size: tuple[int, str] = (1, "a"),
    when: datetime | None = None,
    key: UUID | None = None,
    ratio: Annotated[float, typer.Option("--ratio", "-r", max=1.0)] = 0.5,
) -> str:
    """Show what was given.

    Every kind of parameter.

    Args:
        name: Whom it is for.
        count: How often,
            at most.

    Raises:
        ValueError: name == "bad"
        LookupError: where there is none.

    >>> show("a", [], quiet=True)
    'x'
    """
    raise VibeCoded()
'''
SHOWN = """\
from datetime import datetime
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from TOOL.show import Colour


def show(
    name: str,
    files: list[Path],
    count: int = 2,
    *,
    loud: bool = False,
    quiet: bool,
    colour: Colour = Colour.RED,
    tags: list[str] | None = None,
    size: tuple[int, str] = (1, "a"),
    when: datetime | None = None,
    key: UUID | None = None,
    ratio: Annotated[float, typer.Option("--ratio", "-r", max=1.0)] = 0.5,
) -> str:
    given = (name, [*map(str, files)], count, loud, quiet, colour.value, tags or [], size, when, key, ratio)
    return " ".join(map(str, given))
"""
SAY = '''\
@vibesafe.cli
def say_it(text: str) -> RETURNS:
    """Say it.

    Raises:
        ValueError: not text
    """
    raise VibeCoded()
'''


@pytest.fixture
def tool(
    site: Site, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[Callable[[dict[str, tuple[str, str]]], str]]:
    """Bakes a package of one module for each stub and implementation, and returns its name."""
    name = f"tool_{sha256(request.node.nodeid.encode())[:8]}"
    monkeypatch.syspath_prepend(str(site.path))
    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path])
    monkeypatch.setattr(_units, "_units", {})

    def bake(modules: dict[str, tuple[str, str]]) -> str:
        site.write(f"{name}/__init__.py", '"""A tool.\n\n>>> 1\n1\n"""\n')
        implementations = {}
        for module, (stub, text) in modules.items():
            site.write(f"{name}/{module}.py", f"{IMPORTS}\n\n{stub}")
            (function,) = re.findall(r"def (\w+)", stub)
            implementations[f"{name}.{module}/{function}"] = text.replace("TOOL", name)
        site.bake(name, implementations, specs=tuple(f"{name}/{module}.py" for module in modules))
        return name

    yield bake
    for each in [each for each in sys.modules if each.partition(".")[0] == name]:
        del sys.modules[each]
    _finder._covered.pop(f"{name}._vibesafe", None)
    _finder._by_top.pop(name, None)


Bake = Callable[[dict[str, tuple[str, str]]], str]


def program(name: str, function: str) -> Program:
    module = __import__(f"{name}.{function.partition('_')[0]}", fromlist=["_"])
    return command(getattr(module, function))


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("x a b/c --quiet", "x ['a', 'b/c'] 2 False True red [] (1, 'a') None None 0.5"),
        ("x a --no-quiet --loud --count 3", "x ['a'] 3 True False red [] (1, 'a') None None 0.5"),
        ("x a --quiet --colour blue --tags p --tags q", "x ['a'] 2 False True blue ['p', 'q'] (1, 'a') None None 0.5"),
        ("x a --quiet --size 3 z -r 0.25", "x ['a'] 2 False True red [] (3, 'z') None None 0.25"),
        (
            "x a --quiet --when 2024-05-06 --key 12345678123456781234567812345678",
            "x ['a'] 2 False True red [] (1, 'a') 2024-05-06 00:00:00 12345678-1234-5678-1234-567812345678 0.5",
        ),
    ],
)
def test_a_command_line_becomes_what_the_annotations_say(
    tool: Bake, capsys: pytest.CaptureFixture[str], line: str, shown: str
) -> None:
    name = tool({"show": (KINDS, SHOWN)})
    program(name, "show")(line.split())
    assert capsys.readouterr() == (f"{shown}\n", "")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("x a", "Missing option '--quiet'"),
        ("x --quiet", "Missing argument"),
        ("x a --quiet --count many", "Invalid value for '--count'"),
        ("x a --quiet --colour green", "Invalid value for '--colour'"),
        ("x a --quiet --ratio 2", "Invalid value for '--ratio'"),
        ("x a --quiet --slow", "No such option"),
    ],
)
def test_a_wrong_command_line_is_told_and_ends_with_2(
    tool: Bake, capsys: pytest.CaptureFixture[str], line: str, said: str
) -> None:
    name = tool({"show": (KINDS, SHOWN)})
    with pytest.raises(SystemExit) as ending:
        program(name, "show")(line.split())
    assert ending.value.code == 2
    assert said in capsys.readouterr().err


def test_help_says_what_the_docstring_says_to_people(tool: Bake, capsys: pytest.CaptureFixture[str]) -> None:
    program(tool({"show": (KINDS, SHOWN)}), "show")(["--help"])
    said = capsys.readouterr().out
    assert "Show what was given." in said
    assert "Every kind of parameter." in said
    assert "Whom it is for." in said
    assert "How often, at most." in said
    assert "--loud / --no-loud" in said
    for left_out in (">>>", "Raises", "Args", "name == "):
        assert left_out not in said


@pytest.mark.parametrize(
    ("returns", "value", "shown"),
    [
        ("str", "text", "x y\n"),
        ("None", "None", ""),
        ("int", "len(text)", "3\n"),
        ("list[str]", "text.split()", "x\ny\n"),
        ("tuple[int, ...]", "(1, 2)", "1\n2\n"),
        ("dict[str, int]", "{text: 1}", "{'x y': 1}\n"),
        ("bool", "not text", "False\n"),
    ],
)
def test_what_a_command_returns_is_shown(
    tool: Bake, capsys: pytest.CaptureFixture[str], returns: str, value: str, shown: str
) -> None:
    text = f"def say_it(text: str) -> {returns}:\n    return {value}\n"
    program(tool({"say": (SAY.replace("RETURNS", returns), text)}), "say_it")(["x y"])
    assert capsys.readouterr().out == shown


def test_what_is_async_is_awaited(tool: Bake, capsys: pytest.CaptureFixture[str]) -> None:
    stub = SAY.replace("RETURNS", "str").replace("def say", "async def say")
    program(tool({"say": (stub, "async def say_it(text: str) -> str:\n    return text\n")}), "say_it")(["x"])
    assert capsys.readouterr().out == "x\n"


VIOLATION = "from vibesafe_runtime._contract import violation\n\n\ndef say_it(text: str) -> str:\n    raise "


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("def say_it(text: str) -> str:\n    raise ValueError('no')\n", 2, "Error: no\n"),
        ("def say_it(text: str) -> str:\n    raise UnicodeError\n", 2, "Error: UnicodeError\n"),
        (
            f"{VIOLATION}violation('Requires text', 'TOOL.say/say_it', {{'text': text}})\n",
            2,
            "Error: text does not hold\n",
        ),
        (
            f"{VIOLATION}violation('Ensures text', 'TOOL.say/say_it', {{'text': text}})\n",
            1,
            "does not hold: Ensures text",
        ),
        (f"{VIOLATION}violation('Requires n', 'TOOL.say/other', {{'n': 1}})\n", 1, "does not hold: Requires n"),
        ("def say_it(text: str) -> str:\n    raise SystemExit(7)\n", 7, ""),
    ],
)
def test_how_a_program_ends(tool: Bake, capsys: pytest.CaptureFixture[str], text: str, code: int, said: str) -> None:
    run = program(tool({"say": (SAY.replace("RETURNS", "str"), text)}), "say_it")
    with pytest.raises(SystemExit) as ending:
        run(["x"])
    assert ending.value.code == code
    assert said in capsys.readouterr().err


def test_an_exception_that_nobody_promised_is_not_hidden(tool: Bake) -> None:
    text = "def say_it(text: str) -> str:\n    raise KeyError(text)\n"
    with pytest.raises(KeyError):
        program(tool({"say": (SAY.replace("RETURNS", "str"), text)}), "say_it")(["x"])


def test_the_units_of_a_package_are_sub_commands(tool: Bake, capsys: pytest.CaptureFixture[str]) -> None:
    said = "def say_it(text: str) -> str:\n    return text\n"
    name = tool({"show": (KINDS, SHOWN), "say": (SAY.replace("RETURNS", "str"), said)})
    run = commands(name)
    run(["say-it", "hello"])
    assert capsys.readouterr().out == "hello\n"
    run(["--help"])
    shown = capsys.readouterr().out
    assert re.search(r"say-it +Say it\.\n +show +Show what was given\.\n", shown)
    assert "A tool." in shown
    assert ">>>" not in shown


def test_one_command_of_a_package_has_its_name_too(tool: Bake, capsys: pytest.CaptureFixture[str]) -> None:
    name = tool({"say": (SAY.replace("RETURNS", "str"), "def say_it(text: str) -> str:\n    return text\n")})
    commands(name)(["say-it", "x"])
    assert capsys.readouterr().out == "x\n"


def test_two_commands_of_one_name_are_refused(tool: Bake) -> None:
    text = "def say_it(text: str) -> str:\n    return text\n"
    name = tool({"say": (SAY.replace("RETURNS", "str"), text), "tell": (SAY.replace("RETURNS", "str"), text)})
    with pytest.raises(VibesafeConfigurationError) as caught:
        commands(name)
    assert [problem.where for problem in caught.value.problems] == [f"{name}.say/say_it", f"{name}.tell/say_it"]


def test_what_is_no_command_is_refused(tool: Bake) -> None:
    stub = "@vibesafe\ndef say_it(text: str) -> str:\n    raise VibeCoded()\n"
    name = tool({"say": (stub, "def say_it(text: str) -> str:\n    return text\n")})
    with pytest.raises(VibesafeConfigurationError, match="is no unit of kind 'cli'"):
        program(name, "say_it")
    with pytest.raises(VibesafeConfigurationError, match="is no unit of kind 'cli'"):
        command(print)
    with pytest.raises(VibesafeConfigurationError, match="has no unit of kind 'cli'"):
        commands(name)


def test_what_typer_cannot_read_is_a_problem(tool: Bake) -> None:
    stub = SAY.replace("RETURNS", "str").replace("text: str", "text: int | str")
    text = "def say_it(text: int | str) -> str:\n    return ''\n"
    with pytest.raises(VibesafeConfigurationError, match="cannot be made a command: ") as caught:
        program(tool({"say": (stub, text)}), "say_it")
    assert "\n" not in caught.value.problems[0].what


def test_a_changed_implementation_makes_no_program(tool: Bake, site: Site) -> None:
    name = tool({"say": (SAY.replace("RETURNS", "str"), "def say_it(text: str) -> str:\n    return text\n")})
    file = site.path / name / "_vibesafe" / "say__say_it.py"
    file.write_text(file.read_text().replace("return text", "return 'x'"))
    with pytest.raises(VibesafeHashMismatch):
        commands(name)


def test_a_module_without_commands_is_not_imported_for_them(tool: Bake, site: Site) -> None:
    said = "def say_it(text: str) -> str:\n    return text\n"
    name = tool({"say": (SAY.replace("RETURNS", "str"), said)})
    site.write(f"{name}/web.py", "import vibesafe_runtime\nraise SystemExit('imported')\n")
    commands(name)


def test_without_typer_it_says_what_to_install(site: Site) -> None:
    done = site.python("-c", "import vibesafe_runtime.typer")
    assert "ImportError: vibesafe_runtime.typer needs Typer, which is not installed: pip install typer" in done.stderr
