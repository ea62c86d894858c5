"""The index names a checkpoint, or a unit, by what could become a path to somewhere else.

Who: whoever can commit a line to the index. What stops it: ids and hashes from disk are checked before they become
paths; a link on the way is refused.
"""

import shutil
from pathlib import Path

import pytest

from hatch_vibesafe.problems import Problem, VibesafeError
from hatch_vibesafe.project import open_project
from hatch_vibesafe.ship.active import read_active_units
from tests.attacks.conftest import Threat, plant_shop
from tests.e2e.conftest import Project, Wheelhouse
from tests.ship.conftest import Tree

THREAT = Threat(
    attack="an index that names a path: `..`, absolute, NUL, a device, another case",
    at_import="-",
    by_verify="-",
    with_key="-",
    with_guard="-",
    by="the build: ids and hashes are checked before they become paths",
)
INDEX = ".vibesafe/index.toml"
UNIT = "shop.pricing/total"


def problems(tree: Tree) -> tuple[Problem, ...]:
    """Return what a build would say."""
    try:
        return read_active_units(open_project(tree.root)).problems
    except VibesafeError as error:
        return error.problems


def active(tree: Tree) -> str:
    return next((tree.root / ".vibesafe/checkpoints/shop.pricing/total").iterdir()).name


# What stands in the place of the active checkpoint's hash, with {} for that.
CHECKPOINTS = [
    "../total/{}",
    "./{}",
    "{}/",
    "{}/.",
    "{root}/.vibesafe/checkpoints/shop.pricing/total/{}",
    "/etc/passwd",
    "\\u0000{}",
    "{}\\u0000",
    "{}\\n",
    " {}",
    "NUL",
    "con",
    "COM1.txt",
    "C:\\\\{}",
    "file:///{}",
    "~",
    "",
    ".",
    "..",
    "*",
    "0",
    "\\uff10",
]
UNITS = [
    "shop.pricing/../pricing/total",
    "../shop.pricing/total",
    "/shop.pricing/total",
    "shop.pricing//total",
    "shop.pricing/total/",
    "shop.pricing/total\\u0000",
    "shop.pricing/nul.",
    "shop.pricing\\\\total",
    "shop..pricing/total",
    "shop.pricing",
    "C:/total",
    "",
]


@pytest.mark.parametrize("name", CHECKPOINTS)
def test_a_checkpoint_that_is_no_hash_is_refused(tmp_path: Path, name: str) -> None:
    tree = plant_shop(tmp_path)
    assert problems(tree) == ()
    honest = active(tree)
    text = (tree.root / INDEX).read_text()
    tree.write(INDEX, text.replace(f'"{honest}"', f'"{name}"'.replace("{root}", str(tmp_path)).replace("{}", honest)))
    assert problems(tree)


def test_a_checkpoint_in_another_case_or_shortened_is_refused(tmp_path: Path) -> None:
    tree = plant_shop(tmp_path)
    honest, text = active(tree), (tree.root / INDEX).read_text()
    for other in (honest.upper(), honest[:1], honest[:12], honest + "0"):
        tree.write(INDEX, text.replace(honest, other))
        assert problems(tree)


@pytest.mark.parametrize("name", UNITS)
def test_a_unit_that_is_no_id_is_refused(tmp_path: Path, name: str) -> None:
    tree = plant_shop(tmp_path)
    text = (tree.root / INDEX).read_text()
    tree.write(INDEX, text.replace(f'"{UNIT}"', f'"{name}"'))
    assert problems(tree)


def test_a_unit_in_another_case_is_another_unit(tmp_path: Path) -> None:
    tree = plant_shop(tmp_path)
    text = (tree.root / INDEX).read_text()
    tree.write(INDEX, text.replace(f'"{UNIT}"', '"shop.pricing/Total"'))
    assert [problem.what for problem in problems(tree)] == ["no checkpoint is active"]


@pytest.mark.parametrize("step", ["shop.pricing", "shop.pricing/total", ""])
def test_a_link_on_the_way_to_a_checkpoint_is_refused(tmp_path: Path, step: str) -> None:
    tree = plant_shop(tmp_path / "tree")
    place = tree.root / ".vibesafe/checkpoints" / (step or f"shop.pricing/total/{active(tree)}")
    shutil.move(place, tmp_path / "elsewhere")
    place.symlink_to(tmp_path / "elsewhere")
    assert any("symbolic link" in problem.what for problem in problems(tree))


def test_a_build_says_so_and_leaves_no_artifact(tmp_path: Path, wheelhouse: Wheelhouse, builder: Path) -> None:
    tree = plant_shop(tmp_path / "tree")
    project = Project(tree, tmp_path / "out", wheelhouse, builder)
    text = (tree.root / INDEX).read_text()
    tree.write(INDEX, text.replace(active(tree), f"../total/{active(tree)}"))
    done = project.hatchling()
    said = done.stdout + done.stderr
    assert (done.returncode, project.artifacts, "Traceback" in said) == (1, [], False), said
    assert "index.toml" in said
