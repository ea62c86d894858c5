"""`vibesafe save --freeze-http-deps`: what endpoints passed their gates with, and what is told when that changes."""

from importlib.metadata import version
from pathlib import Path

import pytest

from hatch_vibesafe.identity import UnitId
from hatch_vibesafe.store.checkpoints import read_checkpoint
from hatch_vibesafe.store.index import read_index
from tests.cli.conftest import Command

UNIT = "app.web/twice"
WEB = '''\
from fastapi import Query

from vibesafe_runtime import VibeCoded, vibesafe


@vibesafe.http(path="/twice")
def twice(n: int = Query(1)) -> int:
    """Twice a number.

    >>> client.get("/twice", params={"n": 3}).json()
    6
    >>> twice(4)
    8
    >>> client.get("/twice").json()
    2
    """
    raise VibeCoded()
'''
TWICE = "from fastapi import Query\n\n\ndef twice(n: int = Query(1)) -> int:\n    return 2 * n\n"


@pytest.fixture
def endpoint(project: Path, command: Command) -> Path:
    """A project whose only unit is an endpoint, submitted."""
    (project / "app" / "math.py").unlink()
    (project / "app" / "web.py").write_text(WEB, encoding="utf-8")
    (project / "vibesafe.toml").write_text("[sandbox]\ntimeout = 30\n", encoding="utf-8")
    (project / "twice.py").write_text(TWICE, encoding="utf-8")
    done = command("submit", UNIT, "twice.py")
    assert done.code == 0, done.out + done.error
    return project


def frozen(project: Path) -> dict[str, str]:
    unit = UnitId.parse(UNIT)
    active = read_index(project / ".vibesafe" / "index.toml").units[unit].active
    return dict(read_checkpoint(project / ".vibesafe" / "checkpoints", unit, active).deps)


def test_versions_are_frozen_and_drift_is_told(
    endpoint: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert command("save").code == 0
    assert frozen(endpoint) == {}
    assert not (endpoint / "requirements.vibesafe.txt").exists()
    assert command("check").code == 0

    done = command("save", "--freeze-http-deps")
    assert done.code == 0, done.out + done.error
    assert "wrote  requirements.vibesafe.txt" in done.out
    deps = frozen(endpoint)
    assert deps["fastapi"] == version("fastapi")
    assert {"starlette", "pydantic", "pydantic-core", "anyio"} <= deps.keys()
    assert not {"vibesafe-runtime", "pytest", "app"} & deps.keys()
    text = (endpoint / "requirements.vibesafe.txt").read_text(encoding="utf-8")
    assert [line for line in text.splitlines() if not line.startswith("#")] == [f"{n}=={v}" for n, v in deps.items()]
    assert command("check", "--no-gates").code == 0
    assert command("save").out.startswith("0 saved, 1 unchanged")

    with monkeypatch.context() as patched:
        there = "hatch_vibesafe.cli.http_dependencies.version"
        patched.setattr(there, lambda name: "0" if name == "fastapi" else deps[name])
        done = command("check", "--no-gates")
    assert done.code == 1
    assert f"passed its gates with fastapi {deps['fastapi']}, and 0 is installed" in done.error + done.out

    (endpoint / "requirements.vibesafe.txt").write_text("fastapi==0.1\n", encoding="utf-8")
    done = command("check", "--no-gates", "--format", "json")
    assert done.code == 1
    assert '"what": "does not say what the endpoints passed their gates with"' in done.out
    assert '"remedy": "vibesafe save --freeze-http-deps"' in done.out


def test_neither_a_dry_run_nor_what_does_not_pass_here_freezes(
    endpoint: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert command("save", "--freeze-http-deps", "--dry-run").code == 0
    assert not (endpoint / "requirements.vibesafe.txt").exists()
    monkeypatch.setattr("hatch_vibesafe.gates.doctests.disagreement", lambda *_: "is not so here")
    done = command("save", "--freeze-http-deps")
    assert done.code == 1
    assert "is not so here" in done.out + done.error
    assert not (endpoint / "requirements.vibesafe.txt").exists()
    assert read_index(endpoint / ".vibesafe" / "index.toml").units == {}


@pytest.mark.usefixtures("project")
def test_without_an_endpoint_there_is_nothing_to_freeze(command: Command) -> None:
    done = command("save", "--freeze-http-deps")
    assert done.code == 2
    assert "there is no unit of kind 'http'" in done.out + done.error
