"""From active units to the files of the baked packages."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from hatch_vibesafe.canonical_json import canonical_json
from hatch_vibesafe.project import open_project
from hatch_vibesafe.ship.active import ActiveUnits, read_active_units
from hatch_vibesafe.ship.bake import bake, reserved_names
from tests.ship.conftest import PRICING, TOTAL, Tree, plant
from vibesafe_runtime._manifest import format_manifest, parse_manifest, sha256

BAKED = "shop/_vibesafe"


def active(tree: Tree) -> ActiveUnits:
    return read_active_units(open_project(tree.root))


def bake_tree(tree: Tree) -> dict[str, bytes]:
    found = active(tree)
    assert not found.problems
    return bake(found.units, found.sources, "tool 1")


def test_what_ships_is_byte_for_byte_what_was_locked(shop: Tree) -> None:
    files = bake_tree(shop)
    names = ("MANIFEST", "__init__.py", "pricing__total.py", "statement.json")
    assert sorted(files) == [f"{BAKED}/{name}" for name in names]
    assert files[f"{BAKED}/pricing__total.py"] == TOTAL.encode()
    manifest = parse_manifest(files[f"{BAKED}/MANIFEST"])
    assert manifest["shop/pricing.py"] == sha256(PRICING.encode())
    assert set(manifest) == {"shop/pricing.py", f"{BAKED}/pricing__total.py", f"{BAKED}/statement.json"}


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="needs sha256sum")
def test_sha256sum_checks_the_manifest(shop: Tree) -> None:
    for name, content in bake_tree(shop).items():
        shop.write(name, content.decode())
    check = ["sha256sum", "--check", "--strict", f"{BAKED}/MANIFEST"]
    assert subprocess.run(check, cwd=shop.root, capture_output=True, check=False).returncode == 0
    shop.write("shop/pricing.py", "")
    assert subprocess.run(check, cwd=shop.root, capture_output=True, check=False).returncode == 1


def test_two_projects_in_two_places_bake_the_same_bytes(shop: Tree, tmp_path: Path) -> None:
    assert bake_tree(shop) == bake_tree(plant(tmp_path / "somewhere" / "else"))


def test_the_statement_says_who_wrote_what_and_pins_the_manifest(shop: Tree) -> None:
    files = bake_tree(shop)
    text = files[f"{BAKED}/statement.json"]
    statement = json.loads(text)
    assert canonical_json(statement) == text
    assert statement["_type"] == "https://in-toto.io/Statement/v1"
    digest = sha256(TOTAL.encode())
    assert statement["subject"] == [{"name": f"{BAKED}/pricing__total.py", "digest": {"sha256": digest}}]
    (unit,) = statement["predicate"]["units"]
    assert unit["unit"] == "shop.pricing/total"
    assert unit["author"] == "Zoë"
    assert unit["sent"] == {"seed": str(2**60), "temperature": "0.1"}
    assert [gate["gate"] for gate in unit["gates"]] == ["structure", "lint", "types", "doctests"]
    assert "2026" not in text.decode()
    manifest = parse_manifest(files[f"{BAKED}/MANIFEST"])
    del manifest[f"{BAKED}/statement.json"]
    assert statement["predicate"]["manifestWithoutStatement"] == sha256(format_manifest(manifest))


def test_each_root_gets_a_package_of_its_own(shop: Tree) -> None:
    shop.write("pyproject.toml", _including("shop", "calc.py", "ns"))
    shop.write("calc.py", PRICING)
    shop.write("ns/tools/__init__.py", PRICING)
    body = TOTAL.replace("from shop.pricing import RATE\n\n\n", "").replace("RATE + 1", "3")
    shop.lock({"shop.pricing/total": TOTAL, "calc/total": body, "ns.tools/total": body})
    files = bake_tree(shop)
    assert {name.rpartition("/")[0] for name in files} == {BAKED, "_vibesafe_calc", "ns/tools/_vibesafe"}
    assert files["_vibesafe_calc/total.py"] == files["ns/tools/_vibesafe/total.py"] == body.encode()


def test_a_file_where_the_baked_package_goes_is_a_problem(shop: Tree) -> None:
    found = active(shop)
    assert not list(reserved_names(found.units, found.sources))
    shop.write(f"{BAKED}/left_over.py", "")
    found = active(shop)
    (problem,) = reserved_names(found.units, found.sources)
    assert problem.where == f"{BAKED}/left_over.py"


def test_an_edited_spec_ships_nothing_of_its_unit(shop: Tree) -> None:
    shop.write("shop/pricing.py", PRICING.replace("RATE = 2", "RATE = 3"))
    found = active(shop)
    assert not found.units
    assert "helper" in found.problems[0].what
    assert "vibesafe" in found.problems[0].remedy


def test_a_project_with_no_unit_is_a_problem(shop: Tree) -> None:
    shop.write("shop/pricing.py", "")
    (problem,) = active(shop).problems
    assert "no unit" in problem.what


def test_a_unit_in_a_file_that_the_wheel_leaves_out_is_a_problem(shop: Tree) -> None:
    text = (shop.root / "pyproject.toml").read_text()
    wheel = '[tool.hatch.build.targets.wheel]\npackages = ["shop"]\nexclude = ["shop/pricing.py"]\n'
    shop.write("pyproject.toml", text + wheel)
    assert any("not part of the wheel" in problem.what for problem in active(shop).problems)


def test_every_problem_is_said_at_once(shop: Tree) -> None:
    shop.write("shop/pricing.py", PRICING.replace("RATE = 2", "RATE = 3"))
    shop.write("shop/more.py", PRICING)
    shop.write("shop/broken.py", "from vibesafe_runtime import vibesafe\ndef (\n")
    where = " ".join(problem.where for problem in active(shop).problems)
    assert all(name in where for name in ("shop/pricing.py", "shop/more.py", "shop/broken.py"))


def _including(*names: str) -> str:
    from tests.ship.conftest import PYPROJECT  # noqa: PLC0415 - beside its one use

    only = ", ".join(f'"{name}"' for name in names)
    return f"{PYPROJECT}\n[tool.hatch.build.targets.wheel]\nonly-include = [{only}]\n"
