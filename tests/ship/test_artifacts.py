"""The checks of a finished wheel and of a finished source distribution."""

import io
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from hatch_vibesafe.project import open_project
from hatch_vibesafe.ship.active import read_active_units
from hatch_vibesafe.ship.bake import Recipe, bake
from hatch_vibesafe.ship.sdist_files import check_sdist, sdist_files
from hatch_vibesafe.ship.wheel_check import check_wheel
from tests.ship.conftest import PRICING, Tree

BAKED = "shop/_vibesafe"


@pytest.fixture
def baked(shop: Tree) -> dict[str, bytes]:
    found = read_active_units(open_project(shop.root))
    return bake(found.units, found.sources, Recipe("tool 1"))


def wheel(path: Path, files: Mapping[str, bytes]) -> Path:
    with zipfile.ZipFile(path / "shop.whl", "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path / "shop.whl"


def test_a_wheel_with_exactly_what_was_baked_is_right(baked: dict[str, bytes], tmp_path: Path) -> None:
    files = {"shop/__init__.py": b"", "shop/pricing.py": PRICING.encode(), **baked}
    assert check_wheel(wheel(tmp_path, files), baked) == ()


@pytest.mark.parametrize("name", ["MANIFEST", "__init__.py", "pricing__total.py", "statement.json", "../pricing.py"])
@pytest.mark.parametrize("content", [None, b"other"])
def test_a_missing_or_different_file_is_found(
    baked: dict[str, bytes], tmp_path: Path, name: str, content: bytes | None
) -> None:
    place = "shop/pricing.py" if name.startswith("..") else f"{BAKED}/{name}"
    files = {"shop/__init__.py": b"", "shop/pricing.py": PRICING.encode(), **baked}
    del files[place]
    if content is not None:
        files[place] = content
    (problem,) = check_wheel(wheel(tmp_path, files), baked)
    assert problem.where == place


def test_an_extra_file_in_a_baked_package_is_found(baked: dict[str, bytes], tmp_path: Path) -> None:
    files = {"shop/__init__.py": b"", "shop/pricing.py": PRICING.encode(), **baked, f"{BAKED}/extra.py": b""}
    (problem,) = check_wheel(wheel(tmp_path, files), baked)
    assert problem.where == f"{BAKED}/extra.py"


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_file_that_stands_twice_is_found(baked: dict[str, bytes], tmp_path: Path) -> None:
    path = wheel(tmp_path, {"shop/__init__.py": b"", "shop/pricing.py": PRICING.encode(), **baked})
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("shop/pricing.py", PRICING)
    (problem,) = check_wheel(path, baked)
    assert "more than once" in problem.what


def test_a_wheel_that_is_no_zip_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "shop.whl").write_bytes(b"no zip")
    (problem,) = check_wheel(tmp_path / "shop.whl", {})
    assert "cannot be read" in problem.what


def test_an_sdist_needs_index_and_active_checkpoints_and_no_more(shop: Tree) -> None:
    project = open_project(shop.root)
    shop.write(".vibesafe/cache/answer", "")
    names = sorted(sdist_files(project, read_active_units(project).units))
    assert [name.rpartition("/")[2] for name in names] == ["evidence.toml", "impl.py", "meta.toml", "index.toml"]
    assert all(name.startswith(".vibesafe/") for name in names)


def test_an_sdist_needs_the_approved_lessons_which_are_a_part_of_the_spec_hash(shop: Tree) -> None:
    units = read_active_units(open_project(shop.root)).units
    shop.write(".vibesafe/lessons.toml", '[lessons.a]\ntext = "Be brief."\nunits = ["elsewhere"]\n')
    assert ".vibesafe/lessons.toml" in sdist_files(open_project(shop.root), units)
    assert read_active_units(open_project(shop.root)).units == units


def test_an_sdist_needs_the_projects_own_configuration_and_templates(shop: Tree) -> None:
    text = (shop.root / "pyproject.toml").read_text().replace("[tool.vibesafe]\n", "")
    shop.write("pyproject.toml", text)
    shop.write("vibesafe.toml", '[prompts]\nfunction = "prompts/mine.j2"\n')
    shop.write("prompts/mine.j2", '{% extends "prompts/house.j2" %}')
    shop.write("prompts/house.j2", '{% extends "base.j2" %}')
    from tests.ship.conftest import TOTAL  # noqa: PLC0415 - for this test alone

    shop.lock({"shop.pricing/total": TOTAL})
    project = open_project(shop.root)
    names = set(sdist_files(project, read_active_units(project).units))
    assert {"vibesafe.toml", "prompts/mine.j2", "prompts/house.j2"} < names


@pytest.mark.parametrize(("content", "word"), [(b"right", None), (b"wrong", "is not"), (None, "missing")])
def test_an_sdist_is_compared(tmp_path: Path, content: bytes | None, word: str | None) -> None:
    with tarfile.open(tmp_path / "shop.tar.gz", "w:gz") as archive:
        if content is not None:
            member = tarfile.TarInfo("shop-1.0/a/b.toml")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    problems = check_sdist(tmp_path / "shop.tar.gz", {"a/b.toml": b"right"})
    assert [word in problem.what for problem in problems if word] == ([True] if word else [])
    assert bool(problems) == (word is not None)
