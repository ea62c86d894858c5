"""pytest itself, run in a project: what it collects, what it says of a wrong candidate, and how it is misused."""

import os
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from tests.pytest_units.conftest import CLAMP, ROOT, Pytest

ALL = [
    "app.math/clamp::structure",
    "app.math/clamp::lint",
    "app.math/clamp::types",
    "app.math/clamp::example 1",
    "app.math/clamp::example 2",
    "app.math/clamp::ensures 1",
    "app.math/clamp::ensures 2",
    "app.math/double::structure",
    "app.math/double::lint",
    "app.math/double::types",
    "app.math/double::example 1",
    "app.math/double::property 1",
]


def listed(in_project: Pytest, *options: str) -> list[str]:
    found = in_project("--vibesafe", "--collect-only", "-q", *options)
    assert found.returncode in {0, 5}, found.stdout + found.stderr
    return [line for line in found.stdout.splitlines() if "::" in line]


def committed(root: Path) -> dict[Path, bytes]:
    files = [path for path in root.rglob("*") if path.is_file() and root / ".vibesafe" / "cache" not in path.parents]
    return {path: path.read_bytes() for path in files}


def copied(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "project"))


def test_every_example_clause_and_property_is_a_test_with_a_name(in_project: Pytest) -> None:
    assert listed(in_project) == ALL


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        (["-k", "clamp and example"], ALL[3:5]),
        (["-k", "properties and double"], ALL[11:]),
        (["app.math/double"], ALL[7:]),
        (["app.math/double::example 1", "app.math/clamp::lint"], [ALL[1], ALL[10]]),
        (["--vibesafe-target", "app.math/double"], ALL[7:]),
        (["-m", "not vibesafe"], []),
    ],
)
def test_tests_are_chosen_as_any_others(in_project: Pytest, options: list[str], wanted: list[str]) -> None:
    assert listed(in_project, *options) == wanted


def test_nobody_who_does_not_ask_is_bothered(in_project: Pytest) -> None:
    plain = in_project("--collect-only", "-q", "--import-mode=importlib")
    assert (plain.returncode, "::" in plain.stdout) == (5, False)
    assert "--vibesafe-candidate" in in_project("--help").stdout


def test_what_is_active_passes_beside_the_tests_of_files(made: Path, in_project: Pytest, tmp_path: Path) -> None:
    root = copied(made, tmp_path)
    (root / "test_own.py").write_text("def test_own() -> None:\n    assert True\n", encoding="utf-8")
    ran = in_project("--vibesafe", "-v", root=root)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "13 passed" in ran.stdout
    assert "2 units, 12 tests of active checkpoints, sandbox L" in ran.stdout


def test_a_wrong_candidate_fails_where_it_is_wrong(made: Path, in_project: Pytest, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.py"
    wrong.write_text(
        "def clamp(value: int, limit: int) -> int:\n    return min(value, 10 + 0 * limit)\n", encoding="utf-8"
    )
    report, before = tmp_path / "junit.xml", committed(made)
    ran = in_project("--vibesafe-candidate", f"app.math/clamp={wrong}", f"--junit-xml={report}")
    assert ran.returncode == 1, ran.stdout + ran.stderr
    found = ET.parse(report).iter("testcase")  # noqa: S314 - we have just had it written
    cases = {f"{case.get('classname')}::{case.get('name')}": len(case) for case in found}
    assert [name for name, failures in cases.items() if failures] == ["app.math.clamp::ensures 1"]
    assert len(cases) == 7
    assert "app/math.py:16  app.math/clamp" in ran.stdout
    assert "breaks `Ensures result <= limit`" in ran.stdout
    assert f"mend change {wrong}; once it passes: vibesafe submit app.math/clamp {wrong}" in ran.stdout
    assert "Traceback" not in ran.stdout
    assert "plugin.py" not in ran.stdout
    assert committed(made) == before


def test_what_waits_to_be_saved_is_judged_without_a_file(made: Path, in_project: Pytest, tmp_path: Path) -> None:
    root = copied(made, tmp_path)
    (root / "clamp.py").write_text(CLAMP.replace("min(value, limit)", "limit if value > limit else value"), "utf-8")
    submitted = subprocess.run(
        [sys.executable, "-m", "hatch_vibesafe", "submit", "app.math/clamp", "clamp.py"],
        cwd=root,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        check=False,
        capture_output=True,
        text=True,
    )
    assert submitted.returncode == 0, submitted.stderr
    for checkpoint in root.glob(".vibesafe/checkpoints/app.math/double/*/impl.py"):
        checkpoint.unlink()
    before = committed(root)
    ran = in_project("--vibesafe-candidate", "-q", root=root)
    assert "7 passed" in ran.stdout
    assert "5 failed" in ran.stdout
    assert "vibesafe compile --target app.math/double" in ran.stdout
    assert committed(root) == before
    with (root / "app" / "math.py").open("a", encoding="utf-8") as source:
        source.write("\n\n@vibesafe\ndef broken(a):\n    raise VibeCoded()\n")
    named = in_project("--vibesafe-candidate", "--vibesafe-candidate=double.py", "-q", root=root)
    assert "1 failed, 12 passed" in named.stdout
    assert "app.math/broken::spec" in named.stdout


def test_workers_share_the_work_and_say_how(in_project: Pytest, tmp_path: Path) -> None:
    wrong = tmp_path / "double.py"
    wrong.write_text("def double(a: int) -> int:\n    return a + 4\n", encoding="utf-8")
    ran = in_project("-n", "2", f"--vibesafe-candidate={wrong}")
    assert ran.returncode == 1, ran.stdout + ran.stderr
    assert "2 workers share the units in 2 parts; each unit is judged once" in ran.stdout
    assert "1 failed, 4 passed" in ran.stdout
    assert "FAILED app.math/double::property 1" in ran.stdout
    assert "Traceback" not in ran.stdout


def test_drift_and_broken_sources_fail_and_are_not_run(made: Path, in_project: Pytest, tmp_path: Path) -> None:
    root = copied(made, tmp_path)
    math = root / "app" / "math.py"
    math.write_text(
        math.read_text("utf-8").replace(">>> double(4)\n    8", ">>> double(5)\n    10")
        + "\n\n@vibesafe\ndef untyped(a):\n    raise VibeCoded()\n",
        encoding="utf-8",
    )
    (root / "app" / "broken.py").write_text("def half(:\n", encoding="utf-8")
    ran = in_project("--vibesafe", "-k", "double or untyped or sources", "-x", "--maxfail=99", root=root)
    assert ran.returncode == 1, ran.stdout + ran.stderr
    assert "example 1 changed" in ran.stdout or "example 1" in ran.stdout
    assert "app.math/untyped::spec" in ran.stdout
    assert "vibesafe::sources" in ran.stdout
    assert "7 failed" in ran.stdout
    first = in_project("--vibesafe", "-k", "double", "-x", root=root)
    assert "1 failed" in first.stdout
    assert "vibesafe compile --target app.math/double" in first.stdout


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--vibesafe", "--vibesafe-target", "app.nothing"], "names no unit of this project"),
        (["--vibesafe-candidate", "app.math/nothing=double.py"], "'app.math/nothing' is no usable unit"),
        (["--vibesafe-candidate", "missing.py"], "No such file"),
        (["--vibesafe-candidate", "app/__init__.py"], "the file defines no function of a unit"),
        (["--vibesafe-candidate", "clamp.py", "--vibesafe-candidate", "app.math/clamp=clamp.py"], "second candidate"),
    ],
)
def test_what_cannot_be_meant_is_a_usage_error(in_project: Pytest, options: list[str], said: str) -> None:
    refused = in_project(*options)
    assert refused.returncode == 4, refused.stdout + refused.stderr
    assert said in refused.stderr
    assert "Traceback" not in refused.stderr + refused.stdout


def test_a_broken_configuration_is_a_usage_error(made: Path, in_project: Pytest, tmp_path: Path) -> None:
    root = copied(made, tmp_path)
    (root / "vibesafe.toml").write_text("[gates]\nunheard_of = 1\n", encoding="utf-8")
    refused = in_project("--vibesafe", root=root)
    assert refused.returncode == 4
    assert "unheard_of" in refused.stderr
    assert "mend" in refused.stderr


def test_a_project_without_units_is_a_usage_error(in_project: Pytest, tmp_path: Path) -> None:
    assert "the scan found no unit" in in_project("--vibesafe", root=tmp_path).stderr
