"""`vibesafe explain`: what a checkout says of its units, and what it does not explain."""

import re
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.cli.conftest import Command

EXPLAIN = "explain"


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def stored(root: Path, name: str) -> Path:
    (path,) = (root / ".vibesafe" / "checkpoints").rglob(f"double/*/{name}")
    return path


@pytest.mark.usefixtures("saved")
def test_an_active_unit_is_told_in_words(command: Command) -> None:
    told = command(EXPLAIN, "app.math/double")
    assert (told.code, told.error) == (0, "")
    assert told.out.startswith("app.math/double  active\n")
    text = " ".join(told.out.split())
    for words in (
        "agrees with its spec at app/math.py:21: a build ships it as it is",
        "handed in by somebody who gave no name",
        "put the spec's docstring in place",
        "It passed structure (",
        "doctests (",
        "sandbox",
        "Nobody is recorded to have approved it",
        "Not known: who wrote it",
    ):
        assert words in text
    assert max(map(len, told.out.splitlines())) <= 100


def test_what_a_unit_may_do_is_told_wherever_it_is_reviewed(saved: Path, command: Command) -> None:
    assert "It may do nothing but compute (pure)." in command(EXPLAIN, "app.math/double").out
    assert "may use" not in command("status").out
    edit(saved / "app" / "math.py", "@vibesafe\ndef double", "@vibesafe(capabilities=['net', 'clock'])\ndef double")
    drifted = " ".join(command(EXPLAIN, "app.math/double").out.split())
    assert "What it may do beside computing is not recorded." in drifted
    assert "may use\napp.math/double  clock, net" in re.sub(r" +\n", "\n", command("status").out)
    assert command("status", "--json").document["capabilities"] == {"app.math/double": ["clock", "net"]}
    assert "  may use clock, net\n" in command("diff").out
    for name, unit in (("scan", -1), ("diff", 0)):
        units = command(name, "--json").document["units"]
        assert isinstance(units, list)
        assert units[unit]["capabilities"] == ["clock", "net"]


def test_what_is_newly_granted_is_told_where_it_is_reviewed(saved: Path, command: Command) -> None:
    source = saved / "app" / "math.py"
    edit(source, "@vibesafe\ndef double", "@vibesafe(capabilities=['net', 'clock'])\ndef double")
    assert "  newly granted: clock, net\n" in command("diff").out
    assert command("submit", "app.math/double", "double.py").code == 0
    assert "newly granted: clock, net" in command("save", "--dry-run").out
    units = command("save", "--json").document["saved"]
    assert isinstance(units, list)
    assert [each["newly_granted"] for each in units] == [["clock", "net"]]
    assert "newly granted" not in command("diff").out
    edit(source, "['net', 'clock']", "['net', 'env']")
    assert "  may use env, net\n  newly granted: env\n" in command("diff").out
    assert "Beside computing it may use clock, net." in " ".join(command(EXPLAIN, "app.math/double").out.split())


@pytest.mark.usefixtures("saved")
def test_a_module_means_all_its_units(command: Command) -> None:
    assert command("save", "--approver", "Ada").code == 0
    told = command(EXPLAIN, "app")
    assert told.out.count("Ada approved it") == 2
    assert "whether the approver is who the name says" in " ".join(told.out.split())


def test_the_document_holds_everything(saved: Path, command: Command) -> None:
    told = command(EXPLAIN, "app.math/add", "--json")
    assert told.code == 0
    assert told.document["problems"] == []
    units = told.document["units"]
    assert isinstance(units, list)
    (unit,) = units
    index = (saved / ".vibesafe" / "index.toml").read_text("utf-8")
    assert unit["checkpoint"] in index
    assert (unit["unit"], unit["state"], unit["origin"], unit["parent"]) == (
        "app.math/add",
        "active",
        "submitted",
        None,
    )
    assert [gate["gate"] for gate in unit["gates"]] == ["structure", "lint", "types", "doctests"]
    assert unit["explanation"]
    assert unit["unknown"]


def test_drift_and_what_waits_are_said(saved: Path, command: Command) -> None:
    edit(saved / "app" / "math.py", "    8\n", "    8\n    >>> double(5)\n    10\n")
    told = command(EXPLAIN, "app.math/double")
    assert told.code == 1
    assert "has drifted from its spec at app/math.py:21 (docstring: example 2 added): a build" in " ".join(
        told.out.split()
    )
    assert "vibesafe compile --target app.math/double" in told.error
    assert command("submit", "app.math/double", "double.py").code == 0
    assert "waits for `vibesafe save`" in " ".join(command(EXPLAIN, "app.math/double").out.split())
    assert command("save").code == 0
    assert command(EXPLAIN, "app.math/double").code == 0


@pytest.mark.usefixtures("project")
def test_what_is_not_saved_is_said(command: Command) -> None:
    assert command(EXPLAIN, "app.math/double").code == 1
    assert command(EXPLAIN, "app.math/double").out == ""
    assert command("submit", "app.math/double", "double.py", "--author", "Ada \x1b[31m").code == 0
    told = command(EXPLAIN, "app.math/double")
    assert told.code == 1
    assert "It is not saved, so a build refuses it" in told.out
    assert "handed in by Ada \\x1b[31m" in told.out
    assert "vibesafe save --target app.math/double" in told.error


@pytest.mark.parametrize("name", ["impl.py", "meta.toml", "evidence.toml"])
def test_what_was_edited_is_a_problem_and_no_account(saved: Path, command: Command, name: str) -> None:
    path = stored(saved, name)
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b"0.1.0", b"9.9.9") + b"# edited\n")
    told = command(EXPLAIN, "app.math/double")
    assert (told.code, told.out) == (1, "")
    assert name in told.error
    path.write_bytes(whole)
    assert command(EXPLAIN, "app.math/double").code == 0


@pytest.mark.parametrize("words", [(EXPLAIN, "app.nope"), ("prompt", "app.nope"), ("compile", "--target", "app.nope")])
def test_a_unit_that_is_not_there_is_named_as_it_was_typed(
    saved: Path, command: Command, words: tuple[str, ...]
) -> None:
    assert saved.is_dir()
    assert "  1  app.nope\n     what names no unit of this project" in command(*words).error


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("app.math/triple",), "names no unit of this project"),
        (("no.such.module",), "names no unit of this project"),
        (("app.math/add", "--target", "app.math/double"), "vibesafe explain app.math/add"),
        (("none.whl",), "No such file"),
        (("app.math/add", "--key", "ed25519:" + "0" * 64), "vibesafe explain app.math/add"),
        (("empty.whl", "--key", "nobody"), "neither a public key nor a file of keys"),
        (("add.py",), "cannot be read as a wheel"),
        (("empty.whl",), "brings no baked package"),
        (("--installed", "no-such-distribution"), "is not installed"),
    ],
)
@pytest.mark.parametrize("as_json", [False, True])
def test_what_cannot_be_explained_is_a_problem(
    saved: Path, command: Command, arguments: tuple[str, ...], words: str, *, as_json: bool
) -> None:
    with ZipFile(saved / "empty.whl", "w") as archive:
        archive.writestr("app/__init__.py", "")
    told = command(EXPLAIN, *arguments, *(["--json"] if as_json else []))
    assert told.code == 2
    assert words in told.error
    assert not as_json or told.document["problems"]


def test_looking_writes_nothing(saved: Path, command: Command) -> None:
    def tree() -> dict[Path, int]:
        return {path: path.stat().st_mtime_ns for path in saved.rglob("*") if "__pycache__" not in path.parts}

    before = tree()
    command(EXPLAIN, "app")
    assert tree() == before
