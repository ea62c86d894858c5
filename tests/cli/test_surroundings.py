"""Every command in bad surroundings: no streams, nobody who reads, a broken configuration, a tree that is read-only."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from hatch_vibesafe.cli.main import COMMANDS, EXIT_FINDINGS, EXIT_NOBODY_READS, EXIT_USAGE
from tests.cli.conftest import Command

ROOT = Path(__file__).resolve().parents[2]
DRIVER = Path(__file__).with_name("every_command.py")
ORDINARY_USER = ROOT / "tests" / "gates" / "ordinary_user.py"
CANNOT = 77
ADD = "app.math/add"

# A line for each command that there is: a new one has to be added here.
LINES = {
    "init": ["--yes"],
    "new": ["what a function is to do", "--module", "app.first", "--empty"],
    "migrate": [],
    "scan": [],
    "spec": [ADD],
    "compile": [],
    "submit": [ADD, "-"],
    "lessons": [],
    "test": [],
    "split": [ADD],
    "repl": [],
    "watch": ["--target", "app.nothing"],  # else it would not end
    "tighten": [ADD, "--answer", "add(12345)", "1"],
    "save": [],
    "rollback": [ADD],
    "status": [],
    "diff": [],
    "report": ["--html", "page.html"],
    "explain": [ADD],
    "prompt": [ADD],
    "log": [],
    "stats": [],
    "gc": [],
    "bake": ["nowhere"],
    "check": [],
    "key": ["show"],
    "schema": [],
    "mcp": ["--project", "app/math.py"],  # else it would serve
    "skill": [],
    "completion": ["bash"],
    "model": ["--help"],
}
NEEDS_NO_PROJECT = {"schema", "mcp", "skill", "completion", "model"}
Outcomes = dict[str, tuple[int, str]]


def driven(root: Path, *arguments: str, before: tuple[str, ...] = (), redirected: str = "") -> Outcomes:
    """Run every command in one process in a project; return how each ended, by command."""
    lines = {"lines": [[name, *rest] for name, rest in LINES.items()]}
    with tempfile.TemporaryDirectory() as directory:
        file = Path(directory, "outcomes.json")
        file.write_text(json.dumps(lines), encoding="utf-8")
        for path in (Path(directory), file):
            path.chmod(0o777)
        command = [*before, sys.executable, str(DRIVER), str(file), *arguments]
        variables = os.environ | {
            "PYTHONPATH": str(ROOT),
            "PYTHONDONTWRITEBYTECODE": "1",
            "XDG_STATE_HOME": f"{directory}/state",
            "XDG_CACHE_HOME": f"{directory}/cache",
        }
        done = subprocess.run(
            ["sh", "-c", f'exec "$@" {redirected}', "sh", *command],
            cwd=root,
            env=variables,
            stdin=subprocess.DEVNULL,
            capture_output=not redirected,
            text=True,
            check=False,
            timeout=300,
        )
        if done.returncode == CANNOT:
            pytest.skip("this machine lets nobody become an ordinary user")
        outcomes = json.loads(file.read_text(encoding="utf-8")).get("outcomes")
    assert outcomes, (done.stdout, done.stderr)
    return {each["line"][0]: (each["code"], each["error"]) for each in outcomes}


def test_every_command_is_looked_at_here() -> None:
    assert list(LINES) == list(COMMANDS)


def test_closed_streams(saved: Path) -> None:
    outcomes = driven(saved, redirected="<&- >&- 2>&-")
    assert not {name: error for name, (_, error) in outcomes.items() if "Traceback" in error}
    codes = {name: code for name, (code, _) in outcomes.items()}
    assert {name for name, code in codes.items() if code == 0} >= {"scan", "status", "check", "save", "diff", "repl"}
    assert (codes["new"], codes["split"], codes["submit"]) == (EXIT_USAGE, EXIT_USAGE, EXIT_FINDINGS)
    assert "there is no terminal to ask in" in outcomes["new"][1]
    assert set(codes.values()) == {0, EXIT_FINDINGS, EXIT_USAGE}


def test_a_pipe_that_nobody_reads(saved: Path) -> None:
    outcomes = driven(saved, "closed-pipe")
    assert not {name: error for name, (_, error) in outcomes.items() if "Traceback" in error}
    nobody_read = {name for name, (code, _) in outcomes.items() if code == EXIT_NOBODY_READS}
    # The others had nothing to say there: they print problems, which go to standard error.
    assert set(COMMANDS) - nobody_read <= {
        "new",
        "submit",
        "split",
        "repl",
        "watch",
        "tighten",
        "prompt",
        "bake",
        "key",
        "mcp",
    }
    assert not [outcomes[name] for name in set(COMMANDS) - nobody_read if outcomes[name][0] == 0 and name != "repl"]


@pytest.mark.parametrize("content", ["[project\n", "\0", "[tool.vibesafe]\nprovidr = 1\n"])
def test_a_broken_configuration(project: Path, command: Command, content: str) -> None:
    (project / "pyproject.toml").write_text(content, encoding="utf-8")
    before = {path: path.read_bytes() for path in project.rglob("*") if path.is_file()}
    for name in set(COMMANDS) - NEEDS_NO_PROJECT:
        done = command(name, *(word for word in LINES[name] if word != "--yes"))
        if "providr" in content and name in {"init", "migrate"}:
            continue  # that there is no such key says nothing about what they look for
        assert done.code == EXIT_USAGE, (name, done)
        assert "pyproject.toml" in done.error
        assert "     mend " in done.error
    assert {path: path.read_bytes() for path in project.rglob("*") if path.is_file()} == before


@pytest.fixture
def read_only(saved: Path) -> Iterator[Path]:
    """Yield a copy of the project in which an ordinary user may read everything and write nothing."""
    with tempfile.TemporaryDirectory() as directory:
        root = Path(directory, "app")
        shutil.copytree(saved, root)
        for path in (Path(directory), root, *root.rglob("*")):
            path.chmod(0o555 if path.is_dir() else 0o444)
        yield root
        for path in (Path(directory), root, *root.rglob("*")):
            path.chmod(0o755)


@pytest.mark.skipif(os.name != "posix" or sys.platform == "darwin", reason="users and mounts of Linux")
def test_a_tree_that_is_read_only(read_only: Path) -> None:
    before = {path: path.read_bytes() for path in read_only.rglob("*") if path.is_file()}
    ordinary = (sys.executable, str(ORDINARY_USER), str(ROOT), sys.prefix, sys.base_prefix, "--")
    outcomes = driven(read_only, before=ordinary if os.geteuid() == 0 else ())
    assert not {name: error for name, (_, error) in outcomes.items() if "Traceback" in error}
    codes = {name: code for name, (code, _) in outcomes.items()}
    reading = {"scan", "spec", "status", "diff", "explain", "check", "rollback", "log", "stats", "lessons", "skill"}
    assert {name: outcomes[name] for name in reading if codes[name]} == {}
    # What would write says where it cannot, and what mends that.
    for name in ("init", "test", "report"):
        assert codes[name] == EXIT_FINDINGS, (name, outcomes[name])
        assert "mend make " in outcomes[name][1]
    assert {path: path.read_bytes() for path in read_only.rglob("*") if path.is_file()} == before
