import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from hatch_vibesafe.problems import Problem, VibesafeError
from hatch_vibesafe.project import open_project
from hatch_vibesafe.ship.bake_tree import BakedTree, bake_tree
from tests.ship.conftest import PRICING, PYPROJECT, Tree, plant
from vibesafe_runtime._manifest import MANIFEST

BAKED = "shop/_vibesafe"
NEEDED = '["vibesafe-runtime"]'
NOT_HATCH = PYPROJECT.replace("hatchling.build", "setuptools.build_meta")
DYNAMIC = NOT_HATCH.replace("[project]", "[project]\ndynamic = 5")


@pytest.fixture
def copy(shop: Tree) -> Tree:
    """A copy of the sources of the locked project."""
    root = shop.root.parent / "copy"
    shutil.copytree(shop.root / "shop", root / "shop")
    return Tree(root)


def baked(shop: Tree, tree: Path, *, in_place: bool = False) -> BakedTree:
    return bake_tree(open_project(shop.root), tree, in_place=in_place)


def problems(shop: Tree, tree: Path, *, in_place: bool = False) -> tuple[Problem, ...]:
    with pytest.raises(VibesafeError) as caught:
        baked(shop, tree, in_place=in_place)
    return caught.value.problems


def test_a_copy_gets_what_a_wheel_would_hold(shop: Tree, copy: Tree) -> None:
    done = baked(shop, copy.root)
    assert [package for package, _ in done.packages] == [BAKED]
    assert done.units == 1
    assert done.record is None
    names = {path.name for path in (copy.root / BAKED).iterdir()}
    assert {"__init__.py", MANIFEST, "pricing__total.py", "statement.json"} <= names
    assert not (shop.root / BAKED).exists()


def test_baking_again_replaces_and_leaves_nothing_else(shop: Tree, copy: Tree) -> None:
    baked(shop, copy.root)
    before = {path.name: path.read_bytes() for path in (copy.root / BAKED).iterdir()}
    copy.write(f"{BAKED}/old.py", "")
    baked(shop, copy.root)
    assert {path.name: path.read_bytes() for path in (copy.root / BAKED).iterdir()} == before
    assert [path.name for path in (copy.root / "shop").iterdir() if path.name.startswith(".")] == []


@pytest.mark.parametrize(
    ("break_it", "told"),
    [
        (lambda shop, _: shop.write("shop/pricing.py", PRICING.replace("RATE = 2", "RATE = 3")), "shop.pricing/total"),
        (lambda shop, _: (shop.root / ".vibesafe/index.toml").unlink(), "shop.pricing/total"),
        (lambda shop, _: shop.write("pyproject.toml", PYPROJECT.replace("-runtime", "-run")), "does not depend"),
        (lambda shop, _: shop.write("pyproject.toml", PYPROJECT.replace(NEEDED, "5")), "dependencies is no array"),
        (lambda shop, _: shop.write("pyproject.toml", DYNAMIC), "project.dynamic is no array"),
        (lambda _, copy: copy.write("shop/pricing.py", "RATE = 3\n"), "is not shop/pricing.py"),
        (lambda _, copy: copy.write("shop/__init__.py", "import os\n"), "is not shop/__init__.py"),
        (lambda _, copy: (copy.root / "shop/pricing.py").unlink(), "is not there"),
        (lambda _, copy: copy.write(f"{BAKED}/own.py", ""), "is no baked package"),
        (lambda _, copy: (copy.root / BAKED).symlink_to(copy.root), "is no baked package"),
        (lambda _, copy: copy.write("shop/pricing.abi3.so", ""), "would be imported in the place of"),
    ],
)  # fmt: skip
def test_what_does_not_agree_refuses_and_leaves_no_baked_package(
    shop: Tree, copy: Tree, break_it: Callable[[Tree, Tree], object], told: str
) -> None:
    break_it(shop, copy)
    found = problems(shop, copy.root)
    assert any(told in f"{problem.where} {problem.what}" for problem in found), found
    assert not (copy.root / BAKED / MANIFEST).exists()


def test_a_refusal_leaves_the_package_that_was_there(shop: Tree, copy: Tree) -> None:
    baked(shop, copy.root)
    before = (copy.root / BAKED / MANIFEST).read_bytes()
    copy.write("shop/__init__.py", "import os\n")
    problems(shop, copy.root)
    assert (copy.root / BAKED / MANIFEST).read_bytes() == before


def test_the_directory_above_the_packages_is_told_apart(shop: Tree, copy: Tree) -> None:
    (copy.root / "src").mkdir()
    (copy.root / "shop").rename(copy.root / "src" / "shop")
    assert all(problem.remedy == f"vibesafe bake {copy.root / 'src'}" for problem in problems(shop, copy.root))
    assert "is not a directory" in problems(shop, copy.root / "nowhere")[0].what


def test_the_projects_own_sources_are_left_alone_unless_it_is_said(tmp_path: Path) -> None:
    shop = plant(tmp_path / "shop")
    shop.write("pyproject.toml", NOT_HATCH)
    assert "--in-place" in problems(shop, shop.root)[0].remedy
    assert not (shop.root / BAKED).exists()
    baked(shop, shop.root, in_place=True)
    first = (shop.root / BAKED / MANIFEST).read_bytes()
    baked(shop, shop.root, in_place=True)
    assert (shop.root / BAKED / MANIFEST).read_bytes() == first


def test_a_package_of_ones_own_where_generated_code_goes(shop: Tree, copy: Tree) -> None:
    shop.write(f"{BAKED}/own.py", "")
    assert "where the build puts generated code" in problems(shop, copy.root)[0].what
