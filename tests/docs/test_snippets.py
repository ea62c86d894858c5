"""What the documents show can be used as it stands: commands exist, configurations are read, code parses."""

import ast
import json
import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from hatch_vibesafe.cli.main import COMMANDS, cli
from hatch_vibesafe.config import config_of
from hatch_vibesafe.config_schema import configuration_schema
from hatch_vibesafe.problems import Problem
from hatch_vibesafe.toml_table import Table

REPOSITORY = Path(__file__).parents[2]
DOCUMENTS = sorted([*REPOSITORY.glob("*.md"), *(REPOSITORY / "docs").rglob("*.md")])
BLOCK = re.compile(r"^(`{3,})(\w+)[^\n]*\n(.*?)^\1$", re.MULTILINE | re.DOTALL)
COMMAND_LINE = re.compile(r"(?:vibesafe|vibe) (.+)")
INLINE = re.compile(r"(?<!`)`(?:vibesafe|vibe) ([^`\n]+)`(?!`)")
OURS = frozenset(dict[str, object](configuration_schema()["properties"]))  # type: ignore[call-overload] # a schema's values are of any kind
# The rival's commands, and what a table of commands leaves open.
ELSEWHERE = {"0.2.1"}


def blocks(document: Path, language: str) -> Iterator[str]:
    """Yield the blocks of one language that a document shows."""
    for _, found, text in BLOCK.findall(document.read_text(encoding="utf-8")):
        if found == language:
            yield text


def commands(document: Path) -> Iterator[str]:
    """Yield the words after `vibesafe` of every command that a document names, in blocks and in sentences."""
    for text in blocks(document, "console"):
        for line in text.replace("\\\n", " ").splitlines():
            matched = re.match(r"\$ (?:hatch run vibesafe:|(?:vibesafe|vibe) )(.*)", line)
            if matched:
                yield matched[1]
    yield from INLINE.findall(document.read_text(encoding="utf-8"))


def unknown(words: list[str]) -> Iterator[str]:
    """Yield what is no command, and what is no option of the command that the words name."""
    command: click.Command = cli
    context = click.Context(command, info_name="vibesafe")
    rest = words
    while rest and isinstance(command, click.Group) and not rest[0].startswith("-"):
        inner = command.get_command(context, rest[0])
        if inner is None:
            # `vibesafe key` and the like may be followed by prose; a first word must be a command.
            if command is cli:
                yield rest[0]
            return
        command, rest = inner, rest[1:]
        context = click.Context(command, parent=context, info_name=command.name)
    known = {name for parameter in command.get_params(context) for name in (*parameter.opts, *parameter.secondary_opts)}
    yield from (word for word in rest if word.startswith("--") and word.partition("=")[0] not in known)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_command_and_option_that_is_named_exists(document: Path) -> None:
    for line in commands(document):
        plain = re.sub(r"[|<>\[\](){}…]|\.\.\.", " ", line.partition(" # ")[0])
        words = shlex.split(plain.replace("'", "")) if plain.count('"') % 2 == 0 else plain.split()
        if words and words[0] not in ELSEWHERE:
            assert not [*unknown(words)], line


def test_an_unknown_command_or_option_would_be_found() -> None:
    assert [*unknown(["compule"])] == ["compule"]
    assert [*unknown(["compile", "--fast", "--jobs", "2"])] == ["--fast"]
    assert not [*unknown(["key", "new", "--out", "FILE"])]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_configuration_is_read(document: Path) -> None:
    for text in blocks(document, "toml"):
        values = tomllib.loads(text)
        tool = values.get("tool", {})
        own = tool.get("vibesafe", {}) if {"tool", "build-system"} & values.keys() else values
        if own.keys() <= OURS:
            problems: list[Problem] = []
            config_of(Table(own, document.name, "", problems), document.name)
            # One table may be shown without the others that it names.
            assert not [each for each in problems if "no other provider" not in each.what], text


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_code_and_data_parse(document: Path) -> None:
    for text in blocks(document, "python"):
        ast.parse(text)
    for text in blocks(document, "json"):
        json.loads(text)


def test_the_reference_names_every_command() -> None:
    text = (REPOSITORY / "docs" / "cli.md").read_text(encoding="utf-8")
    assert not [name for name in COMMANDS if not re.search(rf"^\| `{name}\b", text, re.MULTILINE)]
