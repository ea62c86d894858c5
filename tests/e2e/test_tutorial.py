"""docs/tutorial.md, typed into a terminal: each command ends well and shows what the tutorial shows."""

import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pexpect
import pytest

from tests.e2e.conftest import REPOSITORY, Wheelhouse, tool

pytestmark = pytest.mark.e2e

TUTORIAL = REPOSITORY / "docs" / "tutorial.md"
MOST_COMMANDS = 10
_BLOCK = re.compile(r"^```(console|python)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_FILE = re.compile(r"`([\w/]+\.py)`:\s*\Z")
_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_DIGEST = re.compile(r"\b[0-9a-f]{12}\b")


@dataclass(frozen=True, slots=True)
class Written:
    """A file that the reader writes."""

    path: str
    text: str


@dataclass(frozen=True, slots=True)
class Typed:
    """A command that the reader types, and what it shows."""

    command: str
    shown: str


def steps() -> Iterator[Written | Typed]:
    """Yield what a reader of the tutorial does, in order."""
    text = TUTORIAL.read_text(encoding="utf-8")
    for block in _BLOCK.finditer(text):
        if block[1] == "python":
            named = _FILE.search(text[: block.start()])
            assert named is not None, block[0]
            yield Written(named[1], block[2])
        else:
            for part in re.split(r"^\$ ", block[2], flags=re.MULTILINE)[1:]:
                command, _, shown = part.partition("\n")
                yield Typed(command, shown)


def agrees(told: str, shown: str) -> bool:
    """Return whether an output is what is shown; `…` stands for anything, a row of dots for a digest."""
    parts = re.split("…", _DIGEST.sub("·" * 12, told).strip())
    wanted = _DIGEST.sub("·" * 12, shown).strip()
    return re.fullmatch(".*".join(re.escape(part.strip("\n")) for part in parts), wanted, re.DOTALL) is not None


def test_there_are_ten_commands_at_most() -> None:
    assert len([step for step in steps() if isinstance(step, Typed)]) <= MOST_COMMANDS


def test_what_differs_would_be_found() -> None:
    assert agrees("a  ············\n…\nend", "a  0123456789ab\nmore\nlines\nend\n")
    assert not agrees("a\n…\nend", "b\nend")
    assert not agrees("a\nb", "a\nc")


def uv_for_pip(environment: Path) -> None:
    """Let `pip` in an environment be uv, which does the same in a tenth of the time."""
    pip = environment / "bin" / "pip"
    pip.write_text(f'#!/bin/sh\nexec "{tool("uv")}" pip "$@" --python "{environment}/bin/python"\n', encoding="utf-8")
    pip.chmod(0o755)


@pytest.mark.parametrize("real_pip", [False, pytest.param(True, marks=pytest.mark.campaign)])
def test_the_tutorial_is_so(tmp_path: Path, wheelhouse: Wheelhouse, real_pip: bool) -> None:
    closed = ("PIP_NO_INDEX", "UV_NO_INDEX", "UV_CACHE_DIR", "PIP_CONFIG_FILE", "UV_NO_CONFIG", "OPENAI_API_KEY")
    variables = {name: value for name, value in wheelhouse.variables.items() if name not in closed}
    root = tmp_path / "shop"
    root.mkdir()
    options = ["--seed"] if real_pip else []
    wheelhouse.must(tool("uv"), "venv", "-q", *options, "--python", sys.executable, tmp_path / "own")
    if not real_pip:
        uv_for_pip(tmp_path / "own")
    variables |= {
        "HATCH_DATA_DIR": str(tmp_path / "data"),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "XDG_STATE_HOME": str(tmp_path / "state"),
        "PATH": f"{tmp_path}/own/bin{os.pathsep}{os.environ['PATH']}",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "NO_COLOR": "1",
        "PS1": "",
        "PS2": "",
        "TERM": "dumb",
    }
    if not real_pip:
        variables["UV_CACHE_DIR"] = os.environ.get("UV_CACHE_DIR", str(Path.home() / ".cache" / "uv"))
    shell = pexpect.spawn(
        "bash",
        ["--norc", "--noprofile", "--noediting"],
        cwd=str(root),
        env=variables,
        encoding="utf-8",
        echo=False,
        timeout=300,
        dimensions=(40, 120),
    )
    for step in steps():
        if isinstance(step, Written):
            (root / step.path).write_text(step.text, encoding="utf-8")
            continue
        code, shown = typed(shell, step.command)
        assert code == 0, f"$ {step.command}\n{shown}"
        assert agrees(step.shown, shown), f"$ {step.command}\n{shown}\n--- and the tutorial has:\n{step.shown}"
    shell.close(force=True)


def typed(shell: "pexpect.spawn[str]", command: str) -> tuple[int, str]:
    """Type a command, answer its questions with yes, and return how it ended and what it showed."""
    shell.sendline(f'{command}; echo "ended with" $?.')
    shown = ""
    while shell.expect([r"\[y/N\]: ", r"ended with (\d+)\."]) == 0:
        shown += f"{shell.before}{shell.after}y\n"
        shell.send("y\n")
    shown += shell.before or ""
    assert isinstance(shell.match, re.Match)
    plain = _ANSI.sub("", shown).replace("\r\n", "\n").replace("\r", "")
    # pip warns of what a machine's own configuration names and is not there.
    lines = (line.rstrip() for line in plain.splitlines() if not line.startswith("WARNING: Location"))
    return int(shell.match[1]), "\n".join(lines)
