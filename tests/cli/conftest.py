"""A small project, and the command line run in it."""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

import pytest

from hatch_vibesafe.cli.main import run
from tests.generate.conftest import ModelServer, Reply

CANARY = "canary-5f1d0c7a9b"

PYPROJECT = """
[build-system]
requires = ["hatchling", "hatch-vibesafe"]
build-backend = "hatchling.build"
[project]
name = "app"
version = "1"
dependencies = ["vibesafe-runtime"]
[tool.hatch.build.hooks.vibesafe]
"""

MATH = '''\
from vibesafe_runtime import VibeCoded, vibesafe

LIMIT = 100


@vibesafe
def add(a: int, b: int = 0) -> int:
    """Add, but never more than `LIMIT`.

    >>> add(1, 2)
    3
    >>> add(99, 2)
    100
    """
    if a < 0:
        raise ValueError("a must not be negative")
    raise VibeCoded()


@vibesafe
def double(a: int) -> int:
    """Double.

    >>> double(4)
    8
    """
    raise VibeCoded()
'''

ADD = "from app.math import LIMIT\n\n\ndef add(a: int, b: int = 0) -> int:\n    return min(a + b, LIMIT)\n"
DOUBLE = "def double(a: int) -> int:\n    return 2 * a\n"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a command ended."""

    code: int
    out: str
    error: str

    @property
    def document(self) -> dict[str, object]:
        document: dict[str, object] = json.loads(self.out)
        return document


Command = Callable[..., Outcome]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the root of a project with two units, which is the working directory."""
    root = tmp_path / "app project"
    (root / "app").mkdir(parents=True)
    (root / "pyproject.toml").write_text(PYPROJECT, encoding="utf-8")
    (root / "app" / "__init__.py").write_text("", encoding="utf-8")
    (root / "app" / "math.py").write_text(MATH, encoding="utf-8")
    (root / "add.py").write_text(ADD, encoding="utf-8")
    (root / "double.py").write_text(DOUBLE, encoding="utf-8")
    monkeypatch.chdir(root)
    # Nobody is at hand to ask, whatever is installed on the machine.
    for name in ("VIBESAFE_ENV", "OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "no models here"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    # Nor does git know anybody, until a test says so.
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    return root


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str]) -> Command:
    """Return the command line, run in this process."""

    def execute(*arguments: str) -> Outcome:
        capsys.readouterr()
        code = run(arguments)
        captured = capsys.readouterr()
        return Outcome(code, captured.out, captured.err)

    return execute


@pytest.fixture(scope="session")
def store_of_both(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return where the first test that needs both units saved keeps a copy of the store, for the others."""
    return tmp_path_factory.mktemp("saved") / ".vibesafe"


@pytest.fixture
def saved(project: Path, command: Command, store_of_both: Path) -> Path:
    """Return the project with both units submitted and saved."""
    if store_of_both.exists():
        shutil.copytree(store_of_both, project / ".vibesafe")
    else:
        assert command("submit", "app.math/add", "add.py").code == 0
        assert command("submit", "app.math/double", "double.py").code == 0
        assert command("save").code == 0
        shutil.copytree(project / ".vibesafe", store_of_both)
    return project


@pytest.fixture
def server() -> Iterator[ModelServer]:
    """Yield a server that gets `double` wrong at first, and repeats what is no business of anybody's."""
    served = ModelServer()
    wrong = f"```python\ndef double(a: int) -> int:\n    return a  # {CANARY}\n```"
    served.replies = [
        Reply(content=wrong),
        Reply(content="```python\ndef double(a: int) -> int:\n    return 2 * a\n```"),
    ]
    Thread(target=served.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield served
    served.shutdown()
    served.server_close()


@pytest.fixture
def asking(project: Path, server: ModelServer, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the project with a provider."""
    provider = f'kind = "openai-compatible"\nmodel = "m"\nbase_url = "{server.base_url}"\napi_key_env = "CANARY_KEY"\n'
    (project / "vibesafe.toml").write_text(f"[provider.default]\n{provider}", encoding="utf-8")
    monkeypatch.setenv("SOME_API_TOKEN", CANARY)
    return project
