"""A project with units, and pytest run on it in a process of its own, with the plugin found by its entry point."""

import os
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from hatch_vibesafe.cli.main import run
from tests.cli.conftest import PYPROJECT

ROOT = Path(__file__).resolve().parents[2]

SOURCE = '''\
from vibesafe_runtime import VibeCoded, vibesafe


@vibesafe
def clamp(value: int, limit: int) -> int:
    """Return `value`, but at most `limit`.

    >>> clamp(3, 10)
    3
    >>> clamp(30, 10)
    10

    Requires:
        limit >= 0
    Ensures:
        result <= limit
        result <= value
    """
    raise VibeCoded()


@vibesafe
def double(a: int) -> int:
    """Double.

    >>> double(4)
    8

    ```hypothesis
    a = st.integers(0, 100)
    assert double(a) % 2 == 0
    ```
    """
    raise VibeCoded()
'''

CLAMP = "def clamp(value: int, limit: int) -> int:\n    return min(value, limit)\n"
DOUBLE = "def double(a: int) -> int:\n    return 2 * a\n"

Pytest = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a project whose two units are active, and which nobody changes."""
    root = tmp_path_factory.mktemp("made") / "project"
    (root / "app").mkdir(parents=True)
    (root / "pyproject.toml").write_text(PYPROJECT, encoding="utf-8")
    (root / "app" / "__init__.py").write_text("", encoding="utf-8")
    (root / "app" / "math.py").write_text(SOURCE, encoding="utf-8")
    (root / "clamp.py").write_text(CLAMP, encoding="utf-8")
    (root / "double.py").write_text(DOUBLE, encoding="utf-8")
    before = Path.cwd()
    os.chdir(root)
    try:
        assert run(["submit", "app.math/clamp", "clamp.py"]) == 0
        assert run(["submit", "app.math/double", "double.py"]) == 0
        assert run(["save"]) == 0
    finally:
        os.chdir(before)
    return root


@pytest.fixture(scope="session")
def entry_point(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a directory that tells pytest of the plugin as an installed distribution does, with our own words."""
    directory = tmp_path_factory.mktemp("site")
    (named,) = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["entry-points"][
        "pytest11"
    ].items()
    info = directory / "plugin_of_a_checkout-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: plugin-of-a-checkout\nVersion: 1\n", "utf-8")
    (info / "entry_points.txt").write_text(f"[pytest11]\n{named[0]} = {named[1]}\n", "utf-8")
    return directory


@pytest.fixture
def in_project(made: Path, entry_point: Path) -> Pytest:
    """Return a function that runs pytest in the project, or in `root`."""

    def execute(*options: str, root: Path = made) -> subprocess.CompletedProcess[str]:
        variables = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "COV"))}
        variables |= {"PYTHONPATH": os.pathsep.join(map(str, (entry_point, ROOT))), "COLUMNS": "200"}
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *options]
        return subprocess.run(command, cwd=root, env=variables, capture_output=True, text=True, check=False)

    return execute
