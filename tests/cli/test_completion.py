"""`vibesafe completion`, in the shells themselves."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pexpect
import pytest

from hatch_vibesafe.project import Project, scan_project
from hatch_vibesafe.spec.model import Scan
from tests.cli.conftest import Command

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def variables(project: Path, tmp_path: Path) -> dict[str, str]:
    """Return an environment in which both names of the program are found, in a project."""
    assert project.is_dir()
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in ("vibesafe", "vibe"):
        program = programs / name
        code = "from hatch_vibesafe.cli.main import main; main()"
        program.write_text(f"#!/bin/sh\nexec '{sys.executable}' -c '{code}' \"$@\"\n", encoding="utf-8")
        program.chmod(0o755)
    path = f"{programs}{os.pathsep}{os.environ['PATH']}"
    return os.environ | {"PATH": path, "PYTHONPATH": str(ROOT), "HOME": str(tmp_path), "TERM": "dumb"}


def needs(shell: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(shutil.which(shell) is None, reason=f"needs {shell}: apt-get install {shell}")


@needs("bash")
def test_bash_completes_commands_and_units(variables: dict[str, str]) -> None:
    script = """eval "$(vibesafe completion bash)"
    ask() { COMPREPLY=(); COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _"$1"_completion "$1"; echo "${COMPREPLY[@]}"; }
    ask vibesafe st
    ask vibesafe test --target app.math/
    ask vibe tighten app.math/d
    complete -p vibe"""
    ran = subprocess.run(["bash", "--norc", "-c", script], env=variables, capture_output=True, text=True, check=False)
    assert ran.stderr == ""
    commands, targets, unit, declared = ran.stdout.splitlines()
    assert commands == "status stats"
    assert targets == "app.math/add app.math/double"
    assert unit == "app.math/double"
    assert declared.endswith("_vibe_completion vibe")


@needs("fish")
def test_fish_completes_commands_and_units(variables: dict[str, str]) -> None:
    script = """vibesafe completion fish | source
    complete -C 'vibesafe stat'
    complete -C 'vibe test --target app.math/'"""
    ran = subprocess.run(
        ["fish", "--no-config", "-c", script], env=variables, capture_output=True, text=True, check=False
    )
    assert [line.split("\t")[0] for line in ran.stdout.splitlines()] == [
        *("stats", "status", "app.math/add", "app.math/double"),
    ], ran.stderr


@needs("zsh")
def test_zsh_completes_units(variables: dict[str, str]) -> None:
    shell = pexpect.spawn(
        "zsh", ["-f", "-i"], env=variables, encoding="utf-8", timeout=60, dimensions=(24, 200), cwd=str(Path.cwd())
    )
    setting_up = 'autoload -U compinit; compinit -u; eval "$(vibesafe completion zsh)"; PS1=; echo rea""dy'
    shell.sendline(setting_up)
    shell.expect("ready")
    shell.send("vibesafe test --target app.math/d\t")
    shell.expect("app.math/double")
    shell.send("\x15exit\r")
    shell.close(force=True)


def test_another_shell_is_refused(project: Path, command: Command) -> None:
    assert project.is_dir()
    refused = command("completion", "tcsh")
    assert refused.code == 2
    assert "vibesafe completion --help" in refused.error


def test_nothing_is_said_where_a_project_cannot_be_read(
    project: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("_VIBESAFE_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", "vibesafe test --target app")
    monkeypatch.setenv("COMP_CWORD", "3")
    whole = command()
    assert whole.out == "plain,app.math/add\nplain,app.math/double\n"
    (project / "vibesafe.toml").write_text("[broken\n", encoding="utf-8")
    broken = command()
    assert (broken.out, broken.error) == ("", "")


@pytest.mark.parametrize(
    ("description", "completed"),
    [
        (None, False),
        ('[project]\nname = "other"\nversion = "1"\n', False),
        ('[project]\nname = "app"\nversion = "1"\ndependencies = ["vibesafe-runtime"]\n', True),
    ],
)
def test_nothing_is_walked_outside_of_a_project(
    project: Path, command: Command, monkeypatch: pytest.MonkeyPatch, description: str | None, completed: bool
) -> None:
    monkeypatch.setenv("_VIBESAFE_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", "vibesafe test --target app")
    monkeypatch.setenv("COMP_CWORD", "3")
    (project / "pyproject.toml").unlink()
    if description is not None:
        (project / "pyproject.toml").write_text(description, encoding="utf-8")
    walked: list[Path] = []

    def watched(opened: Project) -> Scan:
        walked.append(opened.root)
        return scan_project(opened)

    monkeypatch.setattr("hatch_vibesafe.project.scan_project", watched)
    found = command()
    assert (found.out.split(), found.error) == (
        ["plain,app.math/add", "plain,app.math/double"] if completed else [],
        "",
    )
    assert walked == ([project] if completed else [])


def test_units_are_completed_below_the_root_of_a_project(
    project: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("_VIBESAFE_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", "vibesafe test --target app")
    monkeypatch.setenv("COMP_CWORD", "3")
    monkeypatch.chdir(project / "app")
    assert command().out == "plain,app.math/add\nplain,app.math/double\n"
