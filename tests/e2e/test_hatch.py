"""The real hatch, in an environment of its own, with the configuration that the documentation shows and no more."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.conftest import REPOSITORY, Wheelhouse, tool
from tests.ship.conftest import PRICING, TOTAL

pytestmark = pytest.mark.e2e

Hatch = Callable[..., "subprocess.CompletedProcess[str]"]


def documented() -> str:
    """Return the configuration of docs/hatch.md."""
    text = (REPOSITORY / "docs" / "hatch.md").read_text(encoding="utf-8")
    block = text.partition("```toml\n")[2].partition("```")[0]
    named = block.replace("[project]\n", '[project]\nname = "shop"\nversion = "1.0"\n')
    return named.replace("[build-system]\n", '[build-system]\nbuild-backend = "hatchling.build"\n')


@pytest.fixture
def hatch(wheelhouse: Wheelhouse, tmp_path: Path) -> Hatch:
    """Hatch in a fresh environment, which finds our own wheels here and everything else in the package index."""
    closed = ("PIP_NO_INDEX", "UV_NO_INDEX", "UV_CACHE_DIR", "PIP_CONFIG_FILE", "UV_NO_CONFIG", "HATCH_DATA_DIR")
    variables = {name: value for name, value in wheelhouse.variables.items() if name not in closed}
    variables |= {"HATCH_DATA_DIR": str(tmp_path / "data"), "NO_COLOR": "1"}
    uv = [str(tool("uv")), "pip", "install", "-q", "--python", str(tmp_path / "own")]
    subprocess.run([tool("uv"), "venv", "-q", "--python", sys.executable, tmp_path / "own"], env=variables, check=True)
    subprocess.run([*uv, "hatch"], env=variables, check=True, timeout=300)
    root = tmp_path / "shop"
    (root / "shop").mkdir(parents=True)
    (root / "shop" / "__init__.py").touch()
    (root / "shop" / "pricing.py").write_text(PRICING, encoding="utf-8")
    (root / "pyproject.toml").write_text(documented(), encoding="utf-8")

    def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
        command = [str(tmp_path / "own" / "bin" / "hatch"), *arguments]
        return subprocess.run(
            command, cwd=root, env=variables, capture_output=True, text=True, check=False, timeout=300
        )

    return run


def test_every_script_runs(hatch: Hatch, tmp_path: Path) -> None:
    first = hatch("run", "vibesafe:scan")
    assert first.returncode == 0, first.stderr
    assert "shop.pricing/total  function" in first.stdout
    (tmp_path / "total.py").write_text(TOTAL, encoding="utf-8")
    submitted = hatch("run", "vibesafe:vibesafe", "submit", "shop.pricing/total", str(tmp_path / "total.py"))
    assert submitted.returncode == 0, submitted.stdout + submitted.stderr
    for script, told in (
        ("test --target shop.pricing", "shop.pricing/total"),
        ("save", "shop.pricing/total"),
        ("status", "active"),
        ("check", "1 units checked"),
        ("diff", ""),
        ("compile --offline", "up to date"),
    ):
        done = hatch("run", f"vibesafe:{script.split()[0]}", *script.split()[1:])
        assert done.returncode == 0, (script, done.stdout, done.stderr)
        assert told in done.stdout
    pyproject = tmp_path / "shop" / "pyproject.toml"
    good = pyproject.read_text(encoding="utf-8")
    pyproject.write_text(f'{good}python = "3.12"\n', encoding="utf-8")
    refused = hatch("env", "show")
    assert refused.returncode == 1
    assert "[tool.hatch.env.collectors.vibesafe] python" in refused.stderr
    assert "Traceback" not in refused.stderr + refused.stdout
    pyproject.write_text(good, encoding="utf-8")
    built = hatch("build", "-t", "wheel")
    assert built.returncode == 0, built.stderr
    assert len([*(tmp_path / "shop" / "dist").glob("*.whl")]) == 1


def here(data: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run hatch on this repository, with environments of its own."""
    variables = {name: value for name, value in os.environ.items() if not name.startswith(("HATCH", "COV", "VIRTUAL"))}
    variables |= {"HATCH_DATA_DIR": str(data), "HATCH_ENV_TYPE_VIRTUAL_UV_PATH": str(tool("uv")), "NO_COLOR": "1"}
    command = [str(tool("hatch")), *arguments]
    return subprocess.run(
        command, cwd=REPOSITORY, env=variables, capture_output=True, text=True, check=False, timeout=600
    )


def test_the_version_of_this_repository_is_known_to_hatch(tmp_path: Path) -> None:
    done = here(tmp_path, "version")
    assert (done.returncode, done.stdout.strip()) == (0, "0.1.0"), done.stderr


def test_the_format_of_this_repository_is_what_hatch_would_make_of_it(tmp_path: Path) -> None:
    done = here(tmp_path, "fmt", "--check")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "ruff format --check" in done.stdout + done.stderr


@pytest.mark.campaign
def test_the_tests_of_this_repository_run_under_hatch(tmp_path: Path) -> None:
    """An environment with all that the tests need takes a while; `tests/run.py` reads what that is from one table."""
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    done = here(tmp_path, "test", "--python", python, "tests/cli/test_skill.py", "tests/cli/test_mcp.py", "-q")
    assert done.returncode == 0, done.stdout + done.stderr
    assert " passed" in done.stdout
