"""The same source has the same hash on every supported Python, and next year too."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

ROOT = Path(__file__).parents[2]
DATA = ROOT / "tests" / "data"
Project = dict[str, str]


class ReachCase(Protocol):
    """See `conftest.py`."""

    @property
    def before(self) -> Project: ...
    @property
    def edited(self) -> Project: ...
    @property
    def control(self) -> Project: ...


def interpreters(oldest: int) -> Iterator[str]:
    """Yield each supported Python of this machine, from 3.`oldest`: those on PATH and those of pyenv."""
    for minor in range(oldest, 14):
        installed = sorted(Path.home().glob(f".pyenv/versions/3.{minor}.*/bin/python"))
        on_path = shutil.which(f"python3.{minor}")
        candidates = [*map(str, installed), *([on_path] if on_path else [])]
        if sys.version_info[:2] == (3, minor):
            candidates.insert(0, sys.executable)
        for candidate in candidates:
            # A shim of pyenv may stand for a Python that is not chosen.
            if subprocess.run([candidate, "-c", ""], check=False, capture_output=True).returncode == 0:
                yield candidate
                break


def hashes(python: str, projects: list[Project], **variables: str) -> list[dict[str, str]]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", **variables}
    script = Path(__file__).parent / "hash_specs.py"
    done = subprocess.run(
        [python, str(script)], input=json.dumps(projects), env=environment, capture_output=True, text=True, check=True
    )
    answer: list[dict[str, str]] = json.loads(done.stdout)
    return answer


def shop() -> Project:
    modules = {path.stem: path.read_text() for path in (DATA / "spec" / "shop").glob("*.py")}
    return {"shop": modules.pop("__init__"), **{f"shop.{name}": text for name, text in modules.items()}}


def problems() -> list[Project]:
    lines = (DATA / "humaneval" / "dev.jsonl").read_text().splitlines()
    return [{row["module"]: row["stub"]} for row in map(json.loads, lines)]


def test_every_python_gives_the_golden_hashes() -> None:
    projects = [shop(), *problems()]
    golden = json.loads((DATA / "spec" / "golden.json").read_text())
    for python in interpreters(11):
        found = {unit: spec_hash for project in hashes(python, projects) for unit, spec_hash in project.items()}
        assert found == golden["every Python"], python


def test_newer_syntax_gives_the_golden_hashes() -> None:
    golden = json.loads((DATA / "spec" / "golden.json").read_text())
    generic = (DATA / "spec" / "generic.py").read_text()
    for python in interpreters(13):
        assert hashes(python, [{"generic": generic}]) == [golden["Python 3.13"]]
    older = generic.replace(", D = None", "")
    found = [hashes(python, [{"generic": older}]) for python in interpreters(12)]
    assert found == [[golden["Python 3.12"]]] * len(found)


def test_line_endings_change_no_golden_hash() -> None:
    projects = [shop(), *problems()]
    windows = [{name: text.replace("\n", "\r\n") for name, text in project.items()} for project in projects]
    assert hashes(sys.executable, windows) == hashes(sys.executable, projects)


def test_neither_the_locale_nor_optimisation_nor_warnings_as_errors_change_a_hash() -> None:
    odd = "from vibesafe_runtime import vibesafe\n@vibesafe\ndef f(ü: 'é' = '\\d') -> int: ...\n"
    projects = [shop(), {"m": odd}]
    plain = hashes(sys.executable, projects)
    assert len(plain[1]) == 1
    for variables in [
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"PYTHONOPTIMIZE": "2"},
        {"PYTHONWARNINGS": "error"},
        {"PYTHONHASHSEED": "1"},
    ]:
        assert hashes(sys.executable, projects, **variables) == plain


@given(st.data())
@settings(
    max_examples=2,
    deadline=None,
    phases=[Phase.generate],
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
def test_generated_source_has_one_hash_on_every_python(stubs: st.SearchStrategy[str], data: st.DataObject) -> None:
    projects = [{"m": text} for text in data.draw(st.lists(stubs, min_size=15, max_size=30))]
    found = [hashes(python, projects) for python in interpreters(11)]
    assert all(list(project) == ["m/f"] for project in found[0])
    assert found == [found[0]] * len(found)


def test_what_a_hash_reaches_is_the_same_on_every_python(reaches: Sequence[ReachCase]) -> None:
    projects = [project for case in reaches for project in (case.before, case.edited, case.control)]
    found = [hashes(python, projects) for python in interpreters(11)]
    assert found == [found[0]] * len(found)
    for before, edited, control in zip(found[0][::3], found[0][1::3], found[0][2::3], strict=True):
        assert list(before) == ["app.m/f"]
        assert edited != before
        assert control == before
