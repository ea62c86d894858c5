"""Units of kind "cli": what the scan refuses because no command line can say it."""

from collections.abc import Callable

import pytest

ProblemsOf = Callable[[str], list[tuple[str, str]]]

HEADER = (
    "from collections.abc import Callable, Iterator, Sequence\nfrom datetime import date, datetime\n"
    "from decimal import Decimal\nfrom enum import Enum, StrEnum\nfrom pathlib import Path\n"
    "from typing import Annotated, Any, Literal, Optional, Union\nfrom uuid import UUID\nimport typer\n"
    "class Colour(Enum):\n    RED = 'red'\nclass Size(StrEnum):\n    S = 's'\nclass Point:\n    x = 1\n"
)
BODY = "    '''A.\n\n    >>> f()\n    1\n    '''\n    raise VibeCoded()\n"


def command(head: str) -> str:
    return f"{HEADER}@vibesafe.cli\n{head}:\n{BODY}"


@pytest.mark.parametrize(
    "annotation",
    [
        *("str", "int", "float", "bool", "Path", "UUID", "datetime", "Colour", "Size", "None"),
        *("list[str]", "list[Path]", "tuple[int, str]", "int | None", "Optional[Path]", "Union[int, None]"),
        *("Literal['a', 'b']", "Annotated[int, typer.Option(min=1)]", "'int | None'", "'list[Colour]'"),
        *("typer.FileText", "list[str] | None"),
    ],
)
def test_what_a_command_line_can_say(problems_of: ProblemsOf, annotation: str) -> None:
    assert problems_of(command(f"def f(x: {annotation}) -> str")) == []


@pytest.mark.parametrize(
    ("annotation", "what"),
    [
        ("dict[str, int]", "dict cannot be read from text"),
        ("set[int]", "set cannot be read from text"),
        ("bytes", "bytes cannot be read from text"),
        ("complex", "complex cannot be read from text"),
        ("object", "object cannot be read from text"),
        ("Any", "Any of typing cannot be read from text"),
        ("Decimal", "Decimal of decimal cannot be read from text"),
        ("date", "date of datetime cannot be read from text"),
        ("Callable[[], int]", "Callable cannot be read from text"),
        ("Sequence[int]", "Sequence cannot be read from text"),
        ("int | str", "of two types nobody knows"),
        ("'Union[int, str, None]'", "of two types nobody knows"),
        ("list[list[int]]", "a list stands in a list"),
        ("list[tuple[int, int]]", "a tuple stands in a list"),
        ("tuple[int, ...]", "a tuple of any length is not known to end"),
        ("Point", "Point is a class of the project and no Enum"),
        ("Annotated[list[dict[str, int]], 1]", "dict cannot be read from text"),
    ],
)
def test_what_no_command_line_can_say_is_one_problem(problems_of: ProblemsOf, annotation: str, what: str) -> None:
    ((_, found),) = problems_of(command(f"def f(x: {annotation}) -> str"))
    assert found.startswith("the parameter x has the type ")
    assert what in found


@pytest.mark.parametrize(
    ("head", "what"),
    [
        ("def f(x: int, /) -> str", "x is positional only"),
        ("def f(*x: int) -> str", "no command line can fill *x"),
        ("def f(**x: int) -> str", "no command line can fill **x"),
        ("def f() -> Iterator[str]", "the command is a generator"),
    ],
)
def test_a_signature_that_cannot_be_called_from_a_command_line(problems_of: ProblemsOf, head: str, what: str) -> None:
    ((_, found),) = problems_of(command(head))
    assert what in found


@pytest.mark.parametrize(
    ("head", "what"),
    [
        ("def f(help: str) -> str", "help collides with the help, which has the option --help"),
        ("def f(*, help: str = '') -> str", "help collides with the help, which has the option --help"),
        ("def f(*, Help: int = 1) -> str", "Help collides with the help, which has the option --help"),
        ("def f(x: bool, no_x: bool) -> str", "no_x collides with the parameter x, which has the option --no-x"),
        ("def f(x: bool, *, no_x: int) -> str", "no_x collides with the parameter x, which has the option --no-x"),
        ("def f(no_x: int = 1, x: bool = True) -> str", "x collides with the parameter no_x, which has the option"),
        ("def f(*, x: bool | None = None, no_x: int = 1) -> str", "no_x collides with the parameter x"),
        ("def f(*, x: 'Optional[bool]' = None, no_x: int = 1) -> str", "no_x collides with the parameter x"),
        ("def f(x: Annotated[bool, typer.Option(help='')], no_x: str = '') -> str", "no_x collides with the parameter"),
        ("def f(say_x: bool = True, no_say_x: str = '') -> str", "no_say_x collides with the parameter say_x"),
        ("def f(*, x: int, X: int) -> str", "X collides with the parameter x, which has the option --x"),
    ],
)
def test_a_parameter_called_like_another_option(problems_of: ProblemsOf, head: str, what: str) -> None:
    ((_, found),) = problems_of(command(head))
    assert f"the parameter {what}" in found


@pytest.mark.parametrize(
    "head",
    [
        "def f(helper: str, *, helps: bool) -> str",
        "def f(no_x: str, x: bool = True) -> str",
        "def f(no_x: int = 1, x: int = 1) -> str",
        "def f(x: str, X: str) -> str",
        "def f(x: Annotated[bool, typer.Option('--x')] = True, no_x: bool = True) -> str",
        "def f(x: bool, no_x: Annotated[str, typer.Argument()] = '') -> str",
        "def f(x: list[bool], no_x: int = 1) -> str",
        "def f(x: Annotated[bool, 'told'], no_x: int = 1) -> str",
    ],
)
def test_parameters_that_share_no_option(problems_of: ProblemsOf, head: str) -> None:
    assert problems_of(command(head)) == []


def test_the_name_of_a_command_is_no_option(problems_of: ProblemsOf) -> None:
    ((_, found),) = problems_of(command("def _f(x: int) -> str"))
    assert "the command _f would be called -f, which is read as an option" in found
    assert problems_of(command("def f_(x: int) -> str")) == []


def test_a_method_is_no_command(problems_of: ProblemsOf) -> None:
    text = "class A:\n    @vibesafe.cli\n    def f(self) -> int:\n        raise VibeCoded()\n"
    ((_, found),) = problems_of(text)
    assert found.startswith("a method cannot be a command")


def test_a_command_decorator_below_ours_would_run_the_stub(problems_of: ProblemsOf) -> None:
    text = f"import typer\napp = typer.Typer()\n@vibesafe.cli\n@app.command()\ndef f() -> int:\n{BODY}"
    ((_, found),) = problems_of(text)
    assert "@app.command(...) stands below @vibesafe" in found
