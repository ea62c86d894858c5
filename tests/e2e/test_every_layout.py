"""Every layout is built, installed, run and verified, from the tree and from its sdist; and a changed byte refused."""

import re
import tarfile
from pathlib import Path

import pytest

from tests.e2e.conftest import Project, Wheelhouse, tool
from tests.e2e.layouts import IMPLEMENTATION, LAYOUTS, plant

pytestmark = pytest.mark.e2e

REPOSITORY = Path(__file__).parents[2]


def install(wheelhouse: Wheelhouse, builder: Path, target: Path, *what: str | Path) -> None:
    wheelhouse.must(tool("uv"), "pip", "install", "-q", "--python", builder, "--target", target, *what)


def files(root: Path) -> set[str]:
    return {path.relative_to(root).as_posix() for path in root.rglob("*") if "__pycache__" not in path.parts}


def run(project: Project, target: Path, *arguments: str) -> str:
    return project.wheelhouse.must(project.builder, *arguments, env={"PYTHONPATH": str(target)})


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_layout_is_built_installed_verified_and_guarded(
    tmp_path: Path, wheelhouse: Wheelhouse, builder: Path, name: str
) -> None:
    layout = LAYOUTS[name]
    project = Project(plant(tmp_path / "tree", layout), tmp_path / "out", wheelhouse, builder)
    done = project.hatchling("sdist", "wheel")
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,) = project.out.glob("*.whl")
    (sdist,) = project.out.glob("*.tar.gz")

    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path / "unpacked", filter="data")
    (root,) = (tmp_path / "unpacked").iterdir()
    again = tmp_path / "again"
    wheelhouse.must(builder, "-m", "hatchling", "build", "-t", "wheel", "-d", again, cwd=root)
    assert (again / wheel.name).read_bytes() == wheel.read_bytes()

    target = tmp_path / "target"
    install(wheelhouse, builder, target, wheel)
    assert run(project, target, "-c", layout.call) == layout.answer
    # Also where every module but the first is found by us, and where each is.
    assert run(project, target, "-c", f"import vibesafe_runtime.guard; {layout.call}") == layout.answer
    assert "ok  shop 1.0" in run(project, target, "-m", "vibesafe_runtime", "verify", "shop")
    assert "ok  shop-1.0" in run(project, target, "-m", "vibesafe_runtime", "verify", str(wheel))

    for file in target.rglob("_vibesafe*/*.py"):
        if file.name != "__init__.py":
            file.write_bytes(file.read_bytes().replace(b"price * RATE", b"price + RATE"))
    refused = wheelhouse.run(builder, "-c", layout.call, env={"PYTHONPATH": str(target)})
    assert (refused.returncode, "VibesafeHashMismatch" in refused.stderr) == (1, True), refused.stderr
    verified = wheelhouse.run(builder, "-m", "vibesafe_runtime", "verify", "shop", env={"PYTHONPATH": str(target)})
    assert (verified.returncode, "was built with" in verified.stderr) == (1, True)


@pytest.mark.parametrize("locked", [True, False])
@pytest.mark.parametrize("name", [name for name, layout in LAYOUTS.items() if layout.editable])
def test_an_editable_install_works_in_every_layout(
    tmp_path: Path, wheelhouse: Wheelhouse, builder: Path, name: str, *, locked: bool
) -> None:
    layout = LAYOUTS[name]
    tree = plant(tmp_path / "tree", layout, locked=locked)
    before = files(tree.root)
    target = tmp_path / "target"
    install(wheelhouse, builder, target, "--no-build-isolation", "--no-deps", "-e", tree.root)
    assert files(tree.root) - before == set(layout.written)
    code = f"import site; site.addsitedir({str(target)!r}); {layout.call}"
    done = wheelhouse.run(builder, "-c", code, cwd=tmp_path)
    if locked:
        assert done.stdout.strip() == layout.answer, done.stderr
    else:
        assert "VibesafeCheckpointMissing" in done.stderr, done.stderr


@pytest.mark.parametrize("name", ["src", "namespace package", "single module", "workspace member"])
def test_an_editable_install_of_what_drifted_does_not_fail(
    tmp_path: Path, wheelhouse: Wheelhouse, builder: Path, name: str
) -> None:
    layout = LAYOUTS[name]
    tree = plant(tmp_path / "tree", layout)
    for unit in layout.units:
        module = unit.partition("/")[0]
        (source,) = tree.root.rglob(layout.places.get(module, f"{module.replace('.', '/')}.py"))
        source.write_text(source.read_text().replace("RATE = 2", "RATE = 7"))
    target = tmp_path / "target"
    install(wheelhouse, builder, target, "--no-build-isolation", "--no-deps", "-e", tree.root)
    imported, _, _ = layout.call.partition("; print")
    code = f"import site; site.addsitedir({str(target)!r}); {imported}; print('imported')"
    assert wheelhouse.must(builder, "-c", code, cwd=tmp_path) == "imported"
    refused = wheelhouse.run(builder, "-c", code, cwd=tmp_path, env={"VIBESAFE_ENV": "prod"})
    assert (refused.returncode, "VibesafeHashMismatch" in refused.stderr) == (1, True), refused.stderr


@pytest.mark.parametrize("name", ["src", "namespace package", "single module", "units in __init__", "sources"])
def test_a_unit_of_a_layout_passes_the_gates_in_their_sandbox(
    tmp_path: Path, wheelhouse: Wheelhouse, name: str
) -> None:
    layout = LAYOUTS[name]
    tree = plant(tmp_path / "tree", layout, locked=False)
    (unit, rate), *_ = layout.units.items()
    module, _, function = unit.partition("/")
    code = tree.write("../code.py", IMPLEMENTATION.format(module=module, rate=rate, name=function))
    vibesafe: list[str | Path] = [tool("python"), "-c", "from hatch_vibesafe.cli import main; main()"]
    environment = {"PYTHONPATH": str(REPOSITORY)}
    wheelhouse.must(*vibesafe, "submit", unit, code, "--author", "a test", cwd=tree.root, env=environment)
    wheelhouse.must(*vibesafe, "save", cwd=tree.root, env=environment)
    code.write_text(code.read_text().replace("*", "+"))
    refused = wheelhouse.run(*vibesafe, "submit", unit, code, "--author", "a test", cwd=tree.root, env=environment)
    assert (refused.returncode, "example 1" in refused.stdout + refused.stderr) == (1, True), refused.stderr


def test_the_table_in_the_documentation_has_a_row_for_each_layout_and_no_other() -> None:
    text = (REPOSITORY / "docs" / "layouts.md").read_text(encoding="utf-8")
    section = text.partition("## Layouts")[2].partition("\n## ")[0]
    assert re.findall(r"^\| \*\*(.+?)\*\*", section, re.MULTILINE) == list(LAYOUTS)
