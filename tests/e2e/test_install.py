"""From a project to a production environment, with the front ends that people use."""

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from hatch_vibesafe.store.lock import locked
from tests.e2e.conftest import PYTHONS, Project, Wheelhouse, interpreter, tool
from tests.ship.conftest import plant

pytestmark = pytest.mark.e2e

CALL = "from shop.pricing import total; print(total(4))"
LIST = "import importlib.metadata as m; print(*sorted(d.name for d in m.distributions()))"

# Each builds the project in isolation, into the directory `out`.
FRONT_ENDS: dict[str, Callable[[Path, Path], list[str | Path]]] = {
    "build": lambda root, out: [tool("python"), "-m", "build", "--installer", "uv", "--outdir", out, root],
    "pip": lambda root, out: [tool("python"), "-m", "pip", "wheel", "-q", "--no-deps", "--wheel-dir", out, root],
    "uv": lambda root, out: [tool("uv"), "build", "--python", tool("python"), "--out-dir", out, root],
    "hatch": lambda root, out: [tool("hatch"), "build", out],  # noqa: ARG005 - it builds where it stands
}


@pytest.fixture(scope="session")
def wheel(wheelhouse: Wheelhouse, builder: Path, shared: Path) -> Path:
    """One good wheel of the project, for every test that installs it."""
    out = shared / "good"
    with locked(shared / "good.lock", patience=300):
        if not out.exists():
            project = Project(plant(shared / "shop"), shared / "good.new", wheelhouse, builder)
            done = project.hatchling()
            assert done.returncode == 0, done.stderr
            project.out.rename(out)
    return next(out.glob("*.whl"))


@pytest.fixture
def installed(wheelhouse: Wheelhouse, wheel: Path, tmp_path: Path) -> Path:
    """An interpreter with the wheel, the runtime and nothing else."""
    return wheelhouse.environment(tmp_path / "production", sys.executable, [wheel])


def site_packages(python: Path) -> Path:
    return next((python.parent.parent / "lib").glob("python*")) / "site-packages"


@pytest.mark.parametrize("name", FRONT_ENDS)
def test_every_front_end_builds_the_same_wheel(project: Project, wheel: Path, name: str) -> None:
    project.wheelhouse.must(*FRONT_ENDS[name](project.tree.root, project.out), cwd=project.tree.root)
    (built,) = project.out.glob("*.whl")
    assert built.name == wheel.name
    assert built.read_bytes() == wheel.read_bytes()


@pytest.mark.parametrize("name", FRONT_ENDS)
def test_no_front_end_builds_what_drifted(project: Project, name: str) -> None:
    file = project.tree.root / "shop" / "pricing.py"
    file.write_text(file.read_text().replace("RATE = 2", "RATE = 3"))
    done = project.wheelhouse.run(*FRONT_ENDS[name](project.tree.root, project.out), cwd=project.tree.root)
    said = done.stdout + done.stderr
    assert done.returncode != 0
    assert "helper" in said, said
    assert "vibesafe: 1 problem" in said
    assert "build_hook.py" not in said
    assert project.artifacts == []


@pytest.mark.parametrize("version", PYTHONS)
def test_production_has_the_wheel_and_the_runtime_and_runs(
    wheelhouse: Wheelhouse, wheel: Path, tmp_path: Path, version: str
) -> None:
    python = wheelhouse.environment(tmp_path / "production", interpreter(version), [wheel])
    assert wheelhouse.must(python, "-c", LIST) == "shop vibesafe-runtime"
    assert wheelhouse.must(python, "-W", "error", "-c", CALL) == "9"
    assert "ok  shop 1.0  5 files" in wheelhouse.must(python, "-m", "vibesafe_runtime", "verify", "shop")


def test_a_wheel_installed_by_pip_with_its_bytecode_runs(wheelhouse: Wheelhouse, wheel: Path, tmp_path: Path) -> None:
    target = tmp_path / "target"
    pip = (tool("python"), "-m", "pip", "install", "-q", "--compile")
    wheelhouse.must(*pip, "--target", target, wheel)
    assert list((target / "shop" / "_vibesafe" / "__pycache__").iterdir())
    code = f"import sys; sys.path.insert(0, {str(target)!r}); {CALL}"
    assert wheelhouse.must(tool("python"), "-I", "-c", code) == "9"


def test_a_changed_byte_of_an_installed_wheel_is_refused(wheelhouse: Wheelhouse, installed: Path) -> None:
    file = site_packages(installed) / "shop" / "_vibesafe" / "pricing__total.py"
    content = file.read_bytes()
    file.unlink()
    file.write_bytes(content.replace(b"+ 1", b"- 1"))
    done = wheelhouse.run(installed, "-c", CALL)
    assert done.returncode == 1
    assert "VibesafeHashMismatch" in done.stderr
    assert "pip install --force-reinstall shop" in done.stderr
    assert wheelhouse.run(installed, "-m", "vibesafe_runtime", "verify", "shop").returncode == 1


def test_planted_bytecode_of_an_installed_wheel_does_not_run(wheelhouse: Wheelhouse, installed: Path) -> None:
    baked = site_packages(installed) / "shop" / "_vibesafe"
    planted = (
        "import importlib.util as u, py_compile, sys; py_compile.compile(sys.argv[1], u.cache_from_source(sys.argv[2]),"
    )
    planted += " invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)"
    evil = installed.parent / "evil.py"
    evil.write_text("print('evil ran')\n")
    for name in ("pricing__total.py", "__init__.py"):
        wheelhouse.must(installed, "-c", planted, evil, baked / name)
    wheelhouse.must(installed, "-c", planted, evil, baked.parent / "pricing.py")
    assert wheelhouse.must(installed, "-c", CALL) == "9"
    # Where Python does not read the runtime's start file, the first spec module's own bytecode has run by then.
    (site_packages(installed) / "vibesafe-runtime.pth").unlink()
    assert wheelhouse.run(installed, "-c", f"import shop.pricing; shop.pricing.total; {CALL}").returncode == 1


def test_a_wheel_built_without_hooks_fails_closed(project: Project, tmp_path: Path) -> None:
    assert project.hatchling(env={"HATCH_BUILD_NO_HOOKS": "1"}).returncode == 0
    wheel = next(project.out.glob("*.whl"))
    for name, extra in (("production", []), ("tools", ["hatch-vibesafe"])):
        python = project.wheelhouse.environment(tmp_path / name, sys.executable, [wheel, *extra])
        done = project.wheelhouse.run(python, "-c", CALL)
        assert (done.returncode, "VibesafeCheckpointMissing" in done.stderr) == (1, True), done.stderr
        verified = project.wheelhouse.run(python, "-m", "vibesafe_runtime", "verify", "shop")
        assert verified.returncode == 1


@pytest.mark.parametrize("locked_first", [True, False])
def test_an_editable_install_is_not_baked_and_never_fails(project: Project, tmp_path: Path, locked_first: bool) -> None:
    if not locked_first:
        shutil.rmtree(project.tree.root / ".vibesafe")
    python = project.wheelhouse.environment(
        tmp_path / "development", sys.executable, ["hatch-vibesafe", "-e", project.tree.root]
    )
    assert not (project.tree.root / "shop" / "_vibesafe").exists()
    done = project.wheelhouse.run(python, "-c", CALL)
    if locked_first:
        assert done.stdout.strip() == "9", done.stderr
    else:
        assert "VibesafeCheckpointMissing" in done.stderr
    assert "editable" in project.wheelhouse.must(python, "-m", "vibesafe_runtime", "verify", "shop")


def test_hatch_offers_the_environment(project: Project) -> None:
    text = (project.tree.root / "pyproject.toml").read_text()
    own = '[tool.hatch.env.collectors.vibesafe]\n\n[tool.hatch.envs.vibesafe.scripts]\nscan = "echo mine"\n'
    project.tree.write("pyproject.toml", text + own)
    code = """
from pathlib import Path
from hatch_vibesafe.environments import VibesafeEnvironmentCollector
collector = VibesafeEnvironmentCollector(Path(), {})
config = collector.get_initial_config()
config["vibesafe"]["scripts"] = {"scan": "echo mine"}
collector.finalize_config(config)
scripts = config["vibesafe"]["scripts"]
print(config["vibesafe"]["dependencies"], scripts["scan"], scripts["compile"])
"""
    said = project.wheelhouse.must(tool("python"), "-c", code, env={"PYTHONPATH": str(Path(__file__).parents[2])})
    assert said == "['hatch-vibesafe[dev]'] echo mine vibesafe compile {args}"
