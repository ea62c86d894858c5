"""What the build hook does with a project that is in order, and with one that is not."""

import shutil
import subprocess
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.conftest import Project
from tests.ship.conftest import PRICING, TOTAL, Tree
from vibesafe_runtime._bytecode import bytecode_path

pytestmark = pytest.mark.e2e

WHEEL = "shop-1.0-py2.py3-none-any.whl"
SDIST = "shop-1.0.tar.gz"
INDEX = ".vibesafe/index.toml"


def edit(name: str, old: str, new: str) -> Callable[[Tree], object]:
    def change(tree: Tree) -> None:
        text = (tree.root / name).read_text()
        assert old in text
        tree.write(name, text.replace(old, new))

    return change


def stored(name: str) -> Callable[[Tree], Path]:
    return lambda tree: next((tree.root / ".vibesafe").rglob(name))


def edit_stored(name: str) -> Callable[[Tree], object]:
    def change(tree: Tree) -> None:
        file = stored(name)(tree)
        file.write_bytes(file.read_bytes() + b"\n")

    return change


def test_a_project_in_order_gives_a_wheel_and_an_sdist(project: Project) -> None:
    before = sorted(path for path in project.tree.root.rglob("*"))
    done = project.hatchling("sdist", "wheel")
    assert done.returncode == 0, done.stderr
    assert project.artifacts == [WHEEL, SDIST]
    assert sorted(path for path in project.tree.root.rglob("*")) == before
    with zipfile.ZipFile(project.out / WHEEL) as wheel:
        names = [name for name in wheel.namelist() if "dist-info" not in name]
        assert wheel.read("shop/_vibesafe/pricing__total.py") == TOTAL.encode()
    files = ("MANIFEST", "__init__.py", "pricing__total.py", "statement.json")
    baked = [*(f"shop/_vibesafe/{name}" for name in files), bytecode_path("shop/_vibesafe", "shop/pricing.py", 0)]
    assert sorted(names) == sorted(["shop/__init__.py", *baked, "shop/pricing.py"])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (edit("shop/pricing.py", "RATE = 2", "RATE = 3"), "helper"),
        (edit("shop/pricing.py", "    3\n", "    4\n"), "example 1"),
        (edit("shop/pricing.py", "    >>> total(1)\n    3\n", ""), "no example"),
        (edit("shop/pricing.py", "price: int", "price"), "annotation"),
        (edit("shop/pricing.py", "def total", "def ("), "shop/pricing.py"),
        (edit("pyproject.toml", '"vibesafe-runtime"', ""), 'add "vibesafe-runtime" to the dependencies'),
        (edit("pyproject.toml", "[tool.vibesafe]", "[tool.vibesafe]\nunknown = 1"), "unknown"),
        (edit("pyproject.toml", "[tool.vibesafe]", "[tool.vibesafe.gates]\nruff = ['--select=E']"), "gate settings"),
        (edit(INDEX, "shop.pricing/total", "shop.pricing/other"), "no checkpoint is active"),
        (lambda tree: (tree.root / INDEX).write_text("[units"), "index.toml"),
        (lambda tree: (tree.root / INDEX).unlink(), "no checkpoint is active"),
        (edit_stored("impl.py"), "impl.py"),
        (edit_stored("meta.toml"), "meta.toml"),
        (lambda tree: stored("evidence.toml")(tree).unlink(), "evidence"),
        (lambda tree: tree.write("shop/_vibesafe/__init__.py", ""), "stands where the build puts generated code"),
        (lambda tree: tree.write("shop/pricing.py", ""), "the wheel has no unit"),
    ],
)
@pytest.mark.parametrize("target", ["wheel", "sdist"])
def test_anything_that_does_not_agree_ends_the_build_with_a_table_and_no_artifact(
    project: Project, change: Callable[[Tree], object], words: str, target: str
) -> None:
    change(project.tree)
    done = project.hatchling(target)
    said = done.stdout + done.stderr
    assert done.returncode == 1
    assert words in said, said
    assert said.count("vibesafe: ") == said.count(" problem") == 1, said
    assert "mend " in said
    assert "Traceback" not in said
    assert project.artifacts == []


def test_a_wheel_that_another_setting_changes_is_deleted(project: Project) -> None:
    evil = project.tree.write("evil/extra.txt", "")
    text = (project.tree.root / "pyproject.toml").read_text()
    force = f"[tool.hatch.build.targets.wheel.force-include]\n'{evil}' = 'shop/_vibesafe/extra.txt'\n"
    project.tree.write("pyproject.toml", text + force)
    done = project.hatchling()
    assert "shop/_vibesafe/extra.txt" in done.stdout + done.stderr
    assert (done.returncode, project.artifacts) == (1, [])


def test_an_sdist_carries_what_a_build_needs_and_not_the_rest_of_the_store(project: Project) -> None:
    project.tree.write(".vibesafe/cache/answer.json", "secret")
    project.tree.write(".vibesafe/runs.db", "secret")
    unused = stored("impl.py")(project.tree).parent.parent / ("0" * 64)
    shutil.copytree(stored("impl.py")(project.tree).parent, unused)
    assert project.hatchling("sdist").returncode == 0
    with tarfile.open(project.out / SDIST) as sdist:
        names = sdist.getnames()
    kept = [name.rpartition("/")[2] for name in names if ".vibesafe/" in name]
    assert sorted(kept) == ["evidence.toml", "impl.py", "index.toml", "meta.toml"]
    assert len(names) == len(set(names))


def test_a_store_that_git_ignores_is_carried_all_the_same(project: Project) -> None:
    subprocess.run(["git", "init", "-q"], cwd=project.tree.root, check=True)
    project.tree.write(".gitignore", ".vibesafe/\n")
    assert project.hatchling("sdist", "wheel").returncode == 0
    with tarfile.open(project.out / SDIST) as sdist:
        assert f"shop-1.0/{INDEX}" in sdist.getnames()


def test_the_wheel_from_the_sdist_is_the_wheel_from_the_tree(project: Project, tmp_path: Path) -> None:
    assert project.hatchling("sdist", "wheel").returncode == 0
    with tarfile.open(project.out / SDIST) as sdist:
        sdist.extractall(tmp_path / "unpacked", filter="data")
    second = Project(Tree(tmp_path / "unpacked" / "shop-1.0"), tmp_path / "second", project.wheelhouse, project.builder)
    done = second.hatchling(env={"TZ": "Asia/Tokyo"})
    assert done.returncode == 0, done.stderr
    assert (second.out / WHEEL).read_bytes() == (project.out / WHEEL).read_bytes()


def test_an_sdist_without_a_source_file_of_a_unit_is_refused(project: Project) -> None:
    text = (project.tree.root / "pyproject.toml").read_text()
    project.tree.write("pyproject.toml", text + '[tool.hatch.build.targets.sdist]\nexclude = ["shop/pricing.py"]\n')
    done = project.hatchling("sdist")
    assert "shop/pricing.py" in done.stdout + done.stderr
    assert (done.returncode, project.artifacts) == (1, [])


@pytest.mark.parametrize("setting", ['sources = ["src"]\nonly-include = ["src/shop"]', 'packages = ["src/shop"]'])
def test_a_src_layout_is_baked_where_the_wheel_has_it(project: Project, setting: str) -> None:
    text = (project.tree.root / "pyproject.toml").read_text()
    shutil.rmtree(project.tree.root / ".vibesafe")
    (project.tree.root / "src").mkdir()
    (project.tree.root / "shop").rename(project.tree.root / "src" / "shop")
    project.tree.write("pyproject.toml", f"{text}\n[tool.hatch.build.targets.wheel]\n{setting}\n")
    project.tree.lock({"shop.pricing/total": TOTAL})
    done = project.hatchling("sdist", "wheel")
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(project.out / WHEEL) as wheel:
        assert "shop/_vibesafe/MANIFEST" in wheel.namelist()


def test_a_prefix_that_the_wheel_adds_is_not_added_twice(project: Project) -> None:
    text = (project.tree.root / "pyproject.toml").read_text()
    shutil.rmtree(project.tree.root / ".vibesafe")
    for file in (project.tree.root / "shop").glob("*.py"):
        file.rename(project.tree.root / file.name)
    setting = 'only-include = ["__init__.py", "pricing.py"]\n\n[tool.hatch.build.targets.wheel.sources]\n"" = "shop"\n'
    project.tree.write("pyproject.toml", f"{text}\n[tool.hatch.build.targets.wheel]\n{setting}")
    project.tree.lock({"shop.pricing/total": TOTAL})
    done = project.hatchling()
    assert done.returncode == 0, done.stdout + done.stderr
    with zipfile.ZipFile(project.out / WHEEL) as wheel:
        assert "shop/_vibesafe/MANIFEST" in wheel.namelist()


def test_the_hook_needs_no_more_than_hatchling_and_the_runtime(project: Project) -> None:
    listed = project.wheelhouse.must(
        project.builder, "-c", "import importlib.metadata as m; print(*(d.name for d in m.distributions()))"
    )
    assert not {"click", "jinja2", "httpx2", "mypy", "ruff", "rich"} & set(listed.split())


def test_an_edited_stub_and_all_other_problems_are_one_table(project: Project) -> None:
    project.tree.write("shop/more.py", PRICING)
    edit("shop/pricing.py", "RATE = 2", "RATE = 3")(project.tree)
    edit("pyproject.toml", '"vibesafe-runtime"', "")(project.tree)
    done = project.hatchling()
    assert "vibesafe: 3 problems" in done.stdout + done.stderr
