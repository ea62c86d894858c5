"""Our own wheels, built once from a fresh copy; environments that have nothing else; projects to build with them."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from hatch_vibesafe.store.lock import locked
from tests.ship.conftest import Tree, plant

REPOSITORY = Path(__file__).parents[2]
# A new path each session: nothing that a tool caches by path can stand in for what is here now.
COPIED = ("hatch_vibesafe", "vibesafe_runtime", "prompts", "pyproject.toml", "README.md", "LICENSE")
# What an isolated build needs beside our own wheels.
BUILD_REQUIREMENTS = ("hatchling>=1.29", "editables")
PYTHONS = ("3.11", "3.12", "3.13")


@dataclass(frozen=True, slots=True)
class Wheelhouse:
    """A directory of wheels, and the variables that make every installer look there and nowhere else."""

    path: Path

    @property
    def variables(self) -> dict[str, str]:
        """The environment of every program that the tests run."""
        dropped = ("PYTHON", "VIBESAFE", "HATCH", "PIP_", "UV_", "VIRTUAL_ENV", "COV")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
        places = {"PIP_FIND_LINKS": str(self.path), "UV_FIND_LINKS": str(self.path)}
        closed = {
            "PIP_NO_INDEX": "1",
            "UV_NO_INDEX": "1",
            "PIP_CONFIG_FILE": os.devnull,
            "UV_NO_CONFIG": "1",
            "UV_PYTHON_DOWNLOADS": "never",
        }
        caches = {"UV_CACHE_DIR": str(self.path / "uv-cache"), "HATCH_DATA_DIR": str(self.path / "hatch")}
        return kept | places | closed | caches | {"PYTHONWARNINGS": "ignore"}

    def run(
        self, *command: str | Path, cwd: Path | None = None, env: Mapping[str, str] | None = None
    ) -> "subprocess.CompletedProcess[str]":
        """Run a program and return how it ended."""
        return subprocess.run(
            [str(part) for part in command],
            cwd=cwd or self.path,
            env=self.variables | dict(env or {}),
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )

    def must(self, *command: str | Path, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> str:
        """Run a program that must succeed and return what it prints."""
        done = self.run(*command, cwd=cwd, env=env)
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        return done.stdout.strip()

    def environment(self, path: Path, python: str, requirements: Sequence[str | Path]) -> Path:
        """Make a virtual environment with exactly these requirements and return its interpreter."""
        self.must(tool("uv"), "venv", "-q", "--python", python, path)
        interpreter = path / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
        if requirements:
            self.must(tool("uv"), "pip", "install", "-q", "--python", interpreter, *requirements)
        return interpreter


def interpreter(version: str) -> str:
    """Return an interpreter of this version, or skip the test where the machine has none."""
    if version == f"{sys.version_info.major}.{sys.version_info.minor}":
        return sys.executable
    candidates = [shutil.which(f"python{version}"), *Path.home().glob(f".pyenv/versions/{version}.*/bin/python")]
    for candidate in filter(None, candidates):
        asked = subprocess.run([str(candidate), "-V"], capture_output=True, text=True, check=False)
        if asked.stdout.startswith(f"Python {version}."):
            return str(candidate)
    pytest.skip(f"this machine has no Python {version}")


def tool(name: str) -> Path:
    """Return a program of the environment that the tests run in."""
    return Path(sys.executable).parent / name


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory that all the processes of one test run share."""
    base = tmp_path_factory.getbasetemp()
    path = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "shared"
    path.mkdir(exist_ok=True)
    return path


@pytest.fixture(scope="session")
def wheelhouse(shared: Path) -> Wheelhouse:
    """Our two wheels and what an isolated build needs."""
    path = shared / "wheelhouse"
    with locked(shared / "wheelhouse.lock", patience=300):
        if not path.exists():
            source, made = shared / "source", shared / "made"
            for name in COPIED:
                origin = REPOSITORY / name
                if origin.is_dir():
                    shutil.copytree(origin, source / name, ignore=shutil.ignore_patterns("__pycache__"))
                else:
                    source.mkdir(exist_ok=True)
                    shutil.copy(origin, source / name)
            pip = [sys.executable, "-m", "pip"]
            wheel = [*pip, "wheel", "-q", "--no-deps", "--no-build-isolation", "--wheel-dir", str(made)]
            subprocess.run([*wheel, str(source), str(source / "vibesafe_runtime")], check=True)
            subprocess.run([*pip, "download", "-q", "--dest", str(made), *BUILD_REQUIREMENTS], check=True)
            made.rename(path)
    return Wheelhouse(path)


@pytest.fixture(scope="session")
def builder(wheelhouse: Wheelhouse, shared: Path) -> Path:
    """An interpreter with what an isolated build installs, and no more."""
    path = shared / "builder"
    with locked(shared / "builder.lock", patience=300):
        if not path.exists():
            wheelhouse.environment(path.with_suffix(".new"), sys.executable, ["hatch-vibesafe", "editables"])
            path.symlink_to(path.with_suffix(".new"))
    return path / "bin" / "python"


@dataclass(frozen=True, slots=True)
class Project:
    """A project and where its artifacts go."""

    tree: Tree
    out: Path
    wheelhouse: Wheelhouse
    builder: Path

    def hatchling(self, *targets: str, env: Mapping[str, str] | None = None) -> "subprocess.CompletedProcess[str]":
        """Build without isolation, which is quick, and return how it ended."""
        arguments = [part for target in targets or ("wheel",) for part in ("-t", target)]
        command = (self.builder, "-m", "hatchling", "build", "-d", self.out)
        return self.wheelhouse.run(*command, *arguments, cwd=self.tree.root, env=env)

    @property
    def artifacts(self) -> list[str]:
        """The names of what was built."""
        return sorted(path.name for pattern in ("*.whl", "*.tar.gz") for path in self.out.glob(pattern))


@pytest.fixture
def project(tmp_path: Path, wheelhouse: Wheelhouse, builder: Path) -> Project:
    """The project `shop`, locked."""
    return Project(plant(tmp_path / "shop"), tmp_path / "out", wheelhouse, builder)
