"""From active units to the files of the baked packages."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from hatch_vibesafe.canonical_json import canonical_json
from hatch_vibesafe.project import open_project
from hatch_vibesafe.ship.active import ActiveUnits, read_active_units
from hatch_vibesafe.ship.bake import Recipe, bake, reserved_names
from tests.ship.conftest import PRICING, TOTAL, Tree, plant
from vibesafe_runtime._bytecode import bytecode_files, bytecode_path, load_bytecode, load_code
from vibesafe_runtime._manifest import MOST_LINES, format_manifest, manifest_files, parse_manifest, sha256

REPOSITORY = Path(__file__).parents[2]
BAKED = "shop/_vibesafe"
BYTECODE = bytecode_path(BAKED, "shop/pricing.py", 0)


def active(tree: Tree) -> ActiveUnits:
    return read_active_units(open_project(tree.root))


def bake_tree(tree: Tree, *, bytecode: bool = True) -> dict[str, bytes]:
    found = active(tree)
    assert not found.problems
    return bake(found.units, found.sources, Recipe("tool 1", bytecode=bytecode))


def test_what_ships_is_byte_for_byte_what_was_locked(shop: Tree) -> None:
    files = bake_tree(shop)
    names = ("MANIFEST", "__init__.py", "pricing__total.py", "statement.json")
    assert sorted(files) == sorted([BYTECODE, *(f"{BAKED}/{name}" for name in names)])
    assert files[f"{BAKED}/pricing__total.py"] == TOTAL.encode()
    manifest = parse_manifest(files[f"{BAKED}/MANIFEST"])
    assert manifest["shop/pricing.py"] == sha256(PRICING.encode())
    assert set(manifest) == {
        "shop/__init__.py",
        "shop/pricing.py",
        BYTECODE,
        f"{BAKED}/pricing__total.py",
        f"{BAKED}/statement.json",
    }


def test_bytecode_is_what_the_sources_compile_to_and_can_be_left_out(shop: Tree) -> None:
    files = bake_tree(shop)
    expected = {"shop/__init__.py": "", "shop/pricing.py": PRICING, f"{BAKED}/pricing__total.py": TOTAL}
    codes = {path: load_code(code, "there") for path, code in load_bytecode(files[BYTECODE]).items()}
    assert codes == {path: compile(text, path, "exec", dont_inherit=True) for path, text in expected.items()}
    assert {code.co_filename for code in codes.values()} == {"there"}
    without = bake_tree(shop, bytecode=False)
    assert sorted({*without, BYTECODE}) == sorted(files)
    assert b"bytecode" not in b"".join(without.values())


def test_bytecode_is_the_same_whatever_else_the_building_process_holds(shop: Tree) -> None:
    file = bake_tree(shop)[BYTECODE]
    # Interned here, so that marshal meets strings which something else refers to as well.
    held = [sys.intern(word) for word in (PRICING + TOTAL).replace("(", " ").replace(":", " ").split()]
    code = f"""
import sys; sys.path.insert(0, {str(REPOSITORY)!r})
from vibesafe_runtime._bytecode import bytecode_files
sources = {{"shop/pricing.py": {PRICING.encode()!r}, "{BAKED}/pricing__total.py": {TOTAL.encode()!r}}}
package = {{"shop/__init__.py": b""}}
print(bytecode_files("{BAKED}", {{"shop/__init__.py": package, "shop/pricing.py": sources}})["{BYTECODE}"].hex())
"""
    for seed in ("0", "1"):
        environment = {"PYTHONHASHSEED": seed}
        done = subprocess.run([sys.executable, "-O", "-c", code], env=environment, capture_output=True, check=True)
        assert bytes.fromhex(done.stdout.decode()) == file == bake_tree(shop)[BYTECODE], held


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="needs sha256sum")
def test_sha256sum_checks_the_manifest(shop: Tree) -> None:
    for name, content in bake_tree(shop).items():
        (shop.root / name).parent.mkdir(exist_ok=True)
        (shop.root / name).write_bytes(content)
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
    assert statement["subject"] == [
        {"name": BYTECODE, "digest": {"sha256": sha256(files[BYTECODE])}},
        {"name": f"{BAKED}/pricing__total.py", "digest": {"sha256": digest}},
    ]
    (unit,) = statement["predicate"]["units"]
    assert unit["unit"] == "shop.pricing/total"
    assert unit["author"] == "Zoë"
    assert unit["sent"] == {"seed": str(2**60), "temperature": "0.1"}
    assert [gate["gate"] for gate in unit["gates"]] == ["structure", "lint", "types", "doctests"]
    assert "2026" not in text.decode()
    manifest = parse_manifest(files[f"{BAKED}/MANIFEST"])
    del manifest[f"{BAKED}/statement.json"]
    assert statement["predicate"]["manifestWithoutStatement"] == sha256(format_manifest(manifest))


@pytest.mark.parametrize(("count", "digits"), [(1, 0), (100, 1), (2000, 2)])
def test_bytecode_of_many_modules_is_spread_over_files_that_stay_small(count: int, digits: int) -> None:
    text = b"def f(x: int) -> int:\n" + b"    x = x * 3 + 1\n" * 40 + b"    return x\n"
    modules = {f"s/m{number}.py": {f"s/m{number}.py": text, f"s/_v/m{number}__f.py": text} for number in range(count)}
    files = bytecode_files("s/_v", modules)
    assert len(files) <= 16**digits
    for spec, sources in modules.items():
        assert set(sources) <= set(load_bytecode(files[bytecode_path("s/_v", spec, digits)]))
    assert sum(len(load_bytecode(file)) for file in files.values()) == 2 * count
    assert max(map(len, files.values())) < 150_000


def test_the_statement_pins_a_manifest_in_shards_too() -> None:
    many = {f"{BAKED}/f{number:04}.py": sha256(b"") for number in range(MOST_LINES + 1)}
    stated = many | {f"{BAKED}/{name}": sha256(b"") for name in ("statement.json", "statement.dsse.json")}
    without, complete = (parse_manifest(manifest_files(BAKED, each)[f"{BAKED}/MANIFEST"]) for each in (many, stated))
    assert without == {path: line for path, line in complete.items() if "statement" not in path}
    assert len(complete) < len(many)


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
