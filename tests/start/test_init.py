import os
import shlex
import tempfile
import tomllib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pexpect
import pytest

from hatch_vibesafe.cli.main import EXIT_INTERRUPTED
from hatch_vibesafe.config import Config
from hatch_vibesafe.config_file import read_config
from hatch_vibesafe.project import open_project
from hatch_vibesafe.start.configuration import CONFIGURATION
from hatch_vibesafe.store.lock import locked
from tests.cli.conftest import Command

Terminal = Callable[..., "pexpect.spawn[str]"]

HATCH = """\
# Ours, written by hand.
[build-system]
requires = ["hatchling"] # no pin
build-backend = "hatchling.build"

[project]
name = "old-shop"
dynamic = ["version"]
requires-python = ">=3.11"
dependencies = [
  "httpx>=0.27", # the client
  # and no more
]

# Tools
[tool.hatch.version]
path = "old_shop/__about__.py"

[tool.ruff]
line-length = 99   # wide
"""


def files(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def existing(root: Path, text: str = HATCH) -> Path:
    (root / "old_shop").mkdir(parents=True)
    (root / "old_shop" / "__init__.py").touch()
    (root / "pyproject.toml").write_bytes(text.encode())
    return root


def test_a_new_project_is_whole(command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = command("init", str(tmp_path / "shop"), "--yes")
    assert done.code == 0
    assert {*files(tmp_path / "shop")} == {"pyproject.toml", "vibesafe.toml", ".gitignore", "src/shop/__init__.py"}
    made = tomllib.loads((tmp_path / "shop" / "pyproject.toml").read_text())
    assert made["build-system"] == {"requires": ["hatchling", "hatch-vibesafe"], "build-backend": "hatchling.build"}
    assert made["project"]["dependencies"] == ["vibesafe-runtime"]
    assert made["tool"]["hatch"] == {
        "build": {"hooks": {"vibesafe": {}}},
        "env": {"requires": ["hatch-vibesafe[dev]"], "collectors": {"vibesafe": {}}},
    }
    assert open_project(tmp_path / "shop").root == tmp_path / "shop"
    # What it says is next can be typed as it is.
    told = shlex.split(done.out.splitlines()[-1].removeprefix("next: "))
    assert told[:2] == ["cd", f"{tmp_path / 'shop'},"]
    monkeypatch.chdir(tmp_path / "shop")
    assert told[2:4] == ["then", "vibesafe"]
    assert command(*told[4:], "--empty", "--yes").code == 0
    assert (tmp_path / "shop" / "src" / "shop" / "first.py").is_file()


def test_an_existing_project_keeps_its_comments_order_and_style(command: Command, tmp_path: Path) -> None:
    root = existing(tmp_path)
    assert command("init", str(root), "--yes").code == 0
    text = (root / "pyproject.toml").read_text()
    assert [line for line in HATCH.splitlines() if line not in text.splitlines()] == [
        'requires = ["hatchling"] # no pin'
    ]
    assert 'requires = ["hatchling", "hatch-vibesafe"] # no pin' in text
    assert '  # and no more\n  "vibesafe-runtime"\n]' in text
    before, after = tomllib.loads(HATCH), tomllib.loads(text)
    assert after["tool"].pop("hatch").pop("version") == before["tool"].pop("hatch")["version"]
    after["project"]["dependencies"].remove("vibesafe-runtime")
    after["build-system"]["requires"].remove("hatch-vibesafe")
    assert after == before


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("last", ["", "ending"])
def test_line_endings_stay(command: Command, tmp_path: Path, ending: str, last: str) -> None:
    text = (HATCH.rstrip("\n") + ("\n" if last else "")).replace("\n", ending)
    root = existing(tmp_path, text)
    (root / ".gitignore").write_bytes(f"dist/{ending}build/".encode())
    assert command("init", str(root), "--yes").code == 0
    for name in ("pyproject.toml", ".gitignore"):
        content = (root / name).read_bytes()
        assert content.count(b"\r\n") == (content.count(b"\n") if ending == "\r\n" else 0)
    assert command("init", str(root)).out == "nothing to do: everything is there already\n"


def test_mixed_line_endings_stay_where_they_are(command: Command, tmp_path: Path) -> None:
    lines = HATCH.splitlines()
    text = "".join(line + ("\r\n" if number % 3 else "\n") for number, line in enumerate(lines))
    root = existing(tmp_path, text)
    assert command("init", str(root), "--yes").code == 0
    after = (root / "pyproject.toml").read_bytes().decode()
    for number, line in enumerate(lines):
        if line and "requires = [" not in line:
            assert line + ("\r\n" if number % 3 else "\n") in after


def test_a_byte_order_mark_stays(command: Command, tmp_path: Path) -> None:
    root = existing(tmp_path)
    (root / ".gitignore").write_bytes("\ufeffdist/\n".encode())
    assert command("init", str(root), "--yes").code == 0
    content = (root / ".gitignore").read_bytes().decode()
    assert content.startswith("\ufeffdist/\n\n# vibesafe")
    assert content.count("\ufeff") == 1


def test_the_second_run_has_nothing_to_do(command: Command, tmp_path: Path) -> None:
    root = existing(tmp_path)
    command("init", str(root), "--yes")
    before = files(root)
    done = command("init", str(root))
    assert (done.code, done.out) == (0, "nothing to do: everything is there already\n")
    assert files(root) == before


def test_what_is_there_already_is_not_added(command: Command, tmp_path: Path) -> None:
    own = HATCH.replace('"httpx>=0.27"', '"vibesafe_runtime>=0.1"').replace(
        '["hatchling"]', '["hatchling","Hatch.Vibesafe"]'
    )
    own += "[tool.hatch.build.targets.wheel.hooks.vibesafe]\n[tool.hatch.envs.vibesafe]\n[tool.vibesafe]\n"
    root = existing(tmp_path, own)
    assert command("init", str(root), "--yes").code == 0
    assert (root / "pyproject.toml").read_text() == own
    assert not (root / "vibesafe.toml").exists()


def test_a_requirement_that_holds_only_somewhere_does_not_count(command: Command, tmp_path: Path) -> None:
    own = HATCH.replace('"httpx>=0.27"', "\"vibesafe-runtime; sys_platform == 'win32'\"")
    root = existing(tmp_path, own)
    assert command("init", str(root), "--yes").code == 0
    assert tomllib.loads((root / "pyproject.toml").read_text())["project"]["dependencies"][1:] == ["vibesafe-runtime"]


def test_tables_go_into_hatch_toml_where_that_counts(command: Command, tmp_path: Path) -> None:
    root = existing(tmp_path)
    (root / "hatch.toml").write_text("[build.targets.wheel]\npackages = ['old_shop']\n")
    assert command("init", str(root), "--yes").code == 0
    hatch = tomllib.loads((root / "hatch.toml").read_text())
    assert hatch["build"]["hooks"] == {"vibesafe": {}}
    pyproject = tomllib.loads((root / "pyproject.toml").read_text())
    assert "build" not in pyproject["tool"]["hatch"]
    assert pyproject["tool"]["hatch"]["env"]["requires"] == ["hatch-vibesafe[dev]"]


def test_a_pyproject_without_a_project_gets_one(command: Command, tmp_path: Path) -> None:
    root = existing(tmp_path, "[tool.ruff]\nline-length = 99\n")
    assert command("init", str(root), "--yes").code == 0
    made = tomllib.loads((root / "pyproject.toml").read_text())
    assert made["project"]["name"] == "old_shop"
    assert made["build-system"]["build-backend"] == "hatchling.build"
    assert made["tool"]["ruff"] == {"line-length": 99}


def test_the_dry_run_shows_and_writes_nothing(command: Command, tmp_path: Path) -> None:
    root = existing(tmp_path)
    before = files(root)
    done = command("init", str(root), "--dry-run")
    assert done.code == 0
    assert '+requires = ["hatchling", "hatch-vibesafe"] # no pin' in done.out
    assert files(root) == before


def test_without_a_terminal_nothing_is_written(command: Command, tmp_path: Path) -> None:
    root = existing(tmp_path)
    before = files(root)
    done = command("init", str(root))
    assert done.code == 2
    assert "--yes" in done.error
    assert files(root) == before


@pytest.mark.parametrize(
    ("answer", "code", "written"), [("y\n", 0, True), ("n\n", 1, False), ("\n", 1, False), ("\x03", 130, False)]
)
def test_the_question(terminal: Terminal, tmp_path: Path, answer: str, code: int, written: bool) -> None:
    root = existing(tmp_path)
    before = files(root)
    child = terminal("init", cwd=root)
    child.expect_exact("write this? [y/N]: ")
    child.send(answer)
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == code
    # What is said of an interrupt begins a line of its own.
    assert ("\nvibesafe: interrupted" in str(child.before)) is (code == EXIT_INTERRUPTED)
    assert (files(root) != before) is written


@pytest.mark.parametrize(
    ("backend", "name"),
    [
        ('[build-system]\nrequires=["setuptools"]\nbuild-backend="setuptools.build_meta"\n', "setuptools.build_meta"),
        ('[build-system]\nrequires=["flit_core"]\nbuild-backend="flit_core.buildapi"\n', "flit_core.buildapi"),
        ('[build-system]\nrequires=["setuptools"]\n', "setuptools.build_meta"),
        ('[tool.poetry]\nname="x"\n', "poetry.core.masonry.api"),
    ],
)
def test_other_build_backends_are_told_of_bake(command: Command, tmp_path: Path, backend: str, name: str) -> None:
    root = existing(tmp_path, backend)
    done = command("init", str(root), "--yes")
    assert done.code == 2
    assert name in done.error
    assert "vibesafe bake DIR" in done.error
    assert {*files(root)} == {"pyproject.toml", "old_shop/__init__.py"}


def test_setup_py_alone_is_another_build_backend(command: Command, tmp_path: Path) -> None:
    (tmp_path / "setup.py").touch()
    assert "vibesafe bake DIR" in command("init", str(tmp_path), "--yes").error


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"[project\nname=1", "pyproject.toml:1"),
        (b"\xff\xfe[project]", "is not UTF-8"),
        (b'\xef\xbb\xbf[project]\nname="x"\nversion="1"\n', "begins with a byte order mark"),
        (b'[build-system]\nbuild-backend="hatchling.build"\nrequires="x"\n[project]\n', "build-system.requires"),
        (b'project={name="x"}\n', "project.dependencies"),
        (b'[project]\nname="x"\n[tool]\nhatch=1\n', "form that is not edited"),
        (b'[project]\nname="x"\n[tool]\nvibesafe=1\n', "is not a table"),
    ],
)
def test_a_broken_pyproject_is_a_problem(command: Command, tmp_path: Path, content: bytes, told: str) -> None:
    (tmp_path / "pyproject.toml").write_bytes(content)
    done = command("init", str(tmp_path), "--yes")
    assert done.code == 2
    assert told in done.error
    assert files(tmp_path) == {"pyproject.toml": content}


def test_a_file_is_no_place(command: Command, tmp_path: Path) -> None:
    (tmp_path / "shop").touch()
    for place in ("shop", "shop/below"):
        assert "is not a directory" in command("init", str(tmp_path / place), "--yes").error


@pytest.mark.parametrize("name", ["pyproject.toml", ".gitignore", "vibesafe.toml"])
def test_a_symbolic_link_is_not_replaced(command: Command, tmp_path: Path, name: str) -> None:
    root = existing(tmp_path / "shop")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text(HATCH if name == "pyproject.toml" else "")
    (root / name).unlink(missing_ok=True)
    (root / name).symlink_to(elsewhere)
    before = elsewhere.read_bytes()
    done = command("init", str(root), "--yes")
    assert done.code == (0 if name == "vibesafe.toml" else 2)
    assert (root / name).is_symlink()
    assert elsewhere.read_bytes() == before


def test_a_link_to_the_projects_directory_is_followed(command: Command, tmp_path: Path) -> None:
    root = existing(tmp_path / "shop")
    (tmp_path / "link").symlink_to(root)
    assert command("init", str(tmp_path / "link"), "--yes").code == 0
    assert (root / "vibesafe.toml").exists()


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_a_tree_that_cannot_be_written_to_is_a_problem(command: Command) -> None:
    with tempfile.TemporaryDirectory() as directory:
        root = existing(Path(directory, "shop"))
        before = files(root)
        Path(directory).chmod(0o755)
        root.chmod(0o555)
        ordinary = os.geteuid() != 0
        if not ordinary:
            os.seteuid(12345)
        try:
            done = command("init", str(root), "--yes")
        finally:
            if not ordinary:
                os.seteuid(0)
        assert done.code == 1
        assert done.error.count("cannot be written to; nothing was written") == 1
        assert files(root) == before
        root.chmod(0o755)


def test_sources_inside_of_another_project_are_not_a_project(command: Command, tmp_path: Path) -> None:
    root = existing(tmp_path)
    assert f"vibesafe init {root}" in command("init", str(root / "old_shop"), "--yes").error


@pytest.mark.parametrize("name", ["2024", "class", "json", "---"])
def test_a_directory_that_cannot_name_a_package(command: Command, tmp_path: Path, name: str) -> None:
    done = command("init", str(tmp_path / name), "--yes")
    assert done.code == 2
    assert "hatch new --init" in done.error
    assert not (tmp_path / name).exists()


def test_what_only_the_user_can_do_is_said(command: Command, tmp_path: Path) -> None:
    text = HATCH.replace('["version"]', '["version", "dependencies"]').replace(">=3.11", ">=3.8")
    root = existing(tmp_path, text[: text.index("dependencies = [")] + text[text.index("# Tools") :])
    (root / ".gitignore").write_text("*.log\n.vibesafe/\n")
    done = command("init", str(root), "--yes")
    assert done.code == 0
    assert "dynamic" in done.error
    assert "requires-python" in done.error
    assert ".gitignore:2" in done.error


def test_the_configuration_is_right_when_it_is_uncommented(tmp_path: Path) -> None:
    (tmp_path / "vibesafe.toml").write_text(CONFIGURATION)
    assert read_config(tmp_path) == Config(source="vibesafe.toml")
    lines = [line.removeprefix("# ") for line in CONFIGURATION.splitlines()]
    keys = [line for line in lines if line.startswith("[") or " = " in line]
    (tmp_path / "vibesafe.toml").write_text("\n".join(keys))
    read = read_config(tmp_path)
    assert [provider.name for provider in read.providers] == ["default"]
    assert read.build == Config().build
    assert read.sandbox == replace(Config().sandbox, min_sandbox="L2")


def test_what_another_command_wrote_meanwhile_is_not_lost(command: Command, tmp_path: Path) -> None:
    root = existing(tmp_path)
    (root / ".vibesafe").mkdir()
    with ThreadPoolExecutor() as pool:
        with locked(root / ".vibesafe" / "index.toml.lock"):
            running = pool.submit(command, "init", str(root), "--yes")
            with pytest.raises(TimeoutError):
                running.result(timeout=1)
            (root / ".gitignore").write_text("mine\n")
        done = running.result()
    assert done.code == 1
    assert "has changed since it was read; nothing was written" in done.error
    assert (root / ".gitignore").read_text() == "mine\n"
    assert (root / "pyproject.toml").read_text() == HATCH
