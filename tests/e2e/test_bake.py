"""Projects that setuptools, flit and poetry build, baked: into a copy of their sources, and into what was installed."""

import shutil
import sys
from pathlib import Path

import pytest

from hatch_vibesafe.cli.main import run
from tests.e2e.conftest import Wheelhouse
from tests.ship.conftest import PRICING, TOTAL, Tree

pytestmark = pytest.mark.e2e

CALL = "from shop.pricing import total; print(total(4))"
METADATA = '[project]\nname = "shop"\nversion = "1.0"\ndescription = "A shop."\ndependencies = ["vibesafe-runtime"]\n'
PYPROJECTS = {
    "setuptools": """\
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"
{metadata}
[tool.setuptools.packages.find]
where = ["src"]
[tool.setuptools.package-data]
"*" = ["MANIFEST*", "bytecode.*", "statement.*"]
[tool.vibesafe]
""",
    "flit": """\
[build-system]
requires = ["flit_core"]
build-backend = "flit_core.buildapi"
{metadata}
[tool.vibesafe]
""",
    "poetry": """\
[build-system]
requires = ["poetry-core"]
build-backend = "poetry.core.masonry.api"
{metadata}
[tool.vibesafe]
""",
}


def project(root: Path, backend: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a project that `backend` builds, locked, which is the working directory."""
    place = "src/shop" if backend == "setuptools" else "shop"
    tree = Tree(root)
    tree.write("pyproject.toml", PYPROJECTS[backend].format(metadata=METADATA))
    tree.write(f"{place}/__init__.py", "")
    tree.write(f"{place}/pricing.py", PRICING)
    tree.lock({"shop.pricing/total": TOTAL})
    monkeypatch.chdir(root)
    return root


def wheel_of(root: Path, wheelhouse: Wheelhouse) -> Path:
    """Build a project as its own backend does."""
    out = root.parent / "out"
    pip = (sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "--wheel-dir", out)
    wheelhouse.must(*pip, root)
    return next(out.glob("*.whl"))


@pytest.mark.parametrize("backend", PYPROJECTS)
def test_a_wheel_of_a_baked_copy_runs_and_verifies(
    tmp_path: Path, wheelhouse: Wheelhouse, monkeypatch: pytest.MonkeyPatch, backend: str
) -> None:
    root = project(tmp_path / "shop", backend, monkeypatch)
    copy = tmp_path / "copy"
    shutil.copytree(root, copy)
    assert run(["bake", str(copy / "src" if backend == "setuptools" else copy)]) == 0
    python = wheelhouse.environment(tmp_path / "production", sys.executable, [wheel_of(copy, wheelhouse)])
    assert wheelhouse.must(python, "-c", CALL) == "9"
    assert "ok  shop 1.0" in wheelhouse.must(python, "-m", "vibesafe_runtime", "verify", "shop")
    (implementation,) = python.parents[1].rglob("pricing__total.py")
    implementation.write_text(implementation.read_text().replace("+ 1", "+ 2"))
    assert "VibesafeHashMismatch" in wheelhouse.run(python, "-c", CALL).stderr


def test_an_installed_tree_is_baked_in_place_and_recorded(
    tmp_path: Path, wheelhouse: Wheelhouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = project(tmp_path / "shop", "setuptools", monkeypatch)
    production = wheelhouse.environment(tmp_path / "production", sys.executable, [wheel_of(root, wheelhouse)])
    assert "VibesafeCheckpointMissing" in wheelhouse.run(production, "-c", CALL).stderr
    (site,) = (production.parents[1] / "lib").glob("python*/site-packages")
    assert run(["bake", str(site)]) == 0
    assert wheelhouse.must(production, "-c", CALL) == "9"
    assert "ok  shop 1.0" in wheelhouse.must(production, "-m", "vibesafe_runtime", "verify", "shop")
    before = (site / "shop" / "_vibesafe" / "MANIFEST").read_bytes()
    record = next(site.glob("shop-*.dist-info")) / "RECORD"
    recorded = record.read_bytes()
    assert run(["bake", str(site)]) == 0
    assert (site / "shop" / "_vibesafe" / "MANIFEST").read_bytes() == before
    assert record.read_bytes() == recorded
    wheelhouse.must(sys.executable, "-m", "pip", "--python", production, "uninstall", "-q", "-y", "shop")
    assert not (site / "shop").exists()
