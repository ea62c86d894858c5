"""The guard: what happens before a runtime without it is ever asked. Each attack succeeds without the guard."""

import py_compile
import zipfile
from importlib.util import cache_from_source
from pathlib import Path

import pytest

from tests.runtime.conftest import IMPLEMENTATION, STUB, Site

GUARDED = "import vibesafe_runtime.guard; "
CALL = "from shop.pricing import total; print(total(4))"
EVIL = "def total(price: int) -> int:\n    return 0\n"


def swap(site: Site, name: str) -> None:
    """Put bytecode that decorates nothing where Python looks for that of a module."""
    evil = site.write("../evil.py", EVIL)
    unchecked = py_compile.PycInvalidationMode.UNCHECKED_HASH
    py_compile.compile(str(evil), cache_from_source(str(site.path / name)), invalidation_mode=unchecked)


def test_swapped_bytecode_that_decorates_nothing_does_not_run(shop: Site) -> None:
    swap(shop, "shop/pricing.py")
    assert shop.run(CALL) == "0"
    assert shop.run(GUARDED + CALL) == "9"


def test_the_same_in_a_package_that_has_units_itself_and_in_a_single_module(site: Site) -> None:
    body = "def total(price):\n    return price + 1\n"
    site.write("calc.py", STUB)
    site.bake("", {"calc/total": body}, specs=("calc.py",))
    site.write("ns/shop/__init__.py", STUB)
    site.bake("ns.shop", {"ns.shop/total": body}, specs=("ns/shop/__init__.py",))
    for name in ("calc.py", "ns/shop/__init__.py"):
        swap(site, name)
    code = "import calc, ns.shop; print(calc.total(4), ns.shop.total(4))"
    assert site.run(code) == "0 0"
    assert site.run(GUARDED + code) == "5 5"


def test_a_package_that_stands_earlier_on_the_path_does_not_shadow(shop: Site) -> None:
    earlier = shop.path.parent / "earlier"
    (earlier / "shop").mkdir(parents=True)
    (earlier / "shop" / "__init__.py").write_text("")
    (earlier / "shop" / "pricing.py").write_text(EVIL)
    code = f"import sys; sys.path.insert(0, {str(earlier)!r}); {CALL}"
    assert shop.run(code) == "0"
    assert shop.run(GUARDED + code) == "9"


def test_a_package_in_a_zip_is_guarded(shop: Site) -> None:
    archive = shop.path.parent / "app.zip"
    with zipfile.ZipFile(archive, "w") as zipped:
        for file in sorted(shop.path.rglob("*.py")):
            zipped.write(file, file.relative_to(shop.path))
        for name in ("MANIFEST", "statement.json"):
            zipped.write(shop.path / "shop/_vibesafe" / name, f"shop/_vibesafe/{name}")
    code = f"{GUARDED}{CALL}; import shop.pricing; print(type(shop.pricing.__loader__).__name__)"
    done = shop.python("-c", code, path=str(archive))
    assert done.stdout.split() == ["9", "VerifiedLoader"], done.stderr


def test_a_baked_package_that_is_not_whole_is_refused_before_the_first_module_runs(shop: Site) -> None:
    shop.write("shop/__init__.py", "print('the package runs')\n")
    shop.write("shop/_vibesafe/MANIFEST", "")
    message = shop.refuses(GUARDED + "import shop", "VibesafeHashMismatch")
    assert "MANIFEST" in message


def test_other_modules_are_found_as_ever(shop: Site) -> None:
    shop.write("plain.py", "VALUE = 1\n")
    code = "import json, plain, shop.pricing, xml.dom; print(plain.VALUE, type(plain.__loader__).__name__)"
    assert shop.run(GUARDED + code) == "1 SourceFileLoader"
    done = shop.python("-c", GUARDED + "import no_such_module")
    assert "ModuleNotFoundError: No module named 'no_such_module'" in done.stderr


@pytest.mark.parametrize("place", ["sitecustomize.py", "usercustomize.py"])
def test_it_can_stand_in_what_python_imports_at_its_start(shop: Site, place: str) -> None:
    swap(shop, "shop/pricing.py")
    shop.write(place, "import vibesafe_runtime.guard\n")
    code = f"import {Path(place).stem}\n{CALL}"  # the tests' interpreter runs without site
    assert shop.run(code) == "9"


def test_an_implementation_runs_as_without_it(shop: Site) -> None:
    code = f"{CALL}; import inspect; print(inspect.getsource(total))"
    assert shop.run(GUARDED + code).splitlines()[1:] == IMPLEMENTATION.splitlines()[3:]


FIRST = "import vibesafe_runtime._first; "


def test_what_python_imports_when_it_starts_verifies_from_the_first_module_on(shop: Site) -> None:
    swap(shop, "shop/pricing.py")
    assert shop.run(CALL) == "0"
    assert shop.run(FIRST + CALL) == "9"


def test_it_prefers_nothing_to_what_stands_first_on_the_path(shop: Site) -> None:
    earlier = shop.path.parent / "earlier"
    (earlier / "shop").mkdir(parents=True)
    (earlier / "shop" / "__init__.py").write_text("")
    (earlier / "shop" / "pricing.py").write_text(EVIL)
    code = f"import sys; sys.path.insert(0, {str(earlier)!r}); {CALL}"
    assert shop.run(FIRST + code) == "0"


def test_it_guards_single_modules_namespace_packages_and_zips(site: Site, tmp_path: Path) -> None:
    body = "def total(price):\n    return price + 1\n"
    site.write("calc.py", STUB)
    site.bake("", {"calc/total": body}, specs=("calc.py",))
    site.write("ns/shop/__init__.py", STUB)
    site.bake("ns.shop", {"ns.shop/total": body}, specs=("ns/shop/__init__.py",))
    for name in ("calc.py", "ns/shop/__init__.py"):
        swap(site, name)
    code = "import calc, ns.shop; print(calc.total(4), ns.shop.total(4), type(ns.shop.__loader__).__name__)"
    assert site.run(FIRST + code) == "5 5 VerifiedLoader"
    archive = tmp_path / "app.zip"
    with zipfile.ZipFile(archive, "w") as zipped:
        for file in sorted(site.path.rglob("*")):
            if "__pycache__" not in file.parts:  # directories too: a namespace package in a zip has nothing else
                zipped.write(file, file.relative_to(site.path))
    done = site.python("-c", FIRST + code, path=str(archive))
    assert done.stdout.split() == ["5", "5", "VerifiedLoader"], done.stderr


def test_it_loads_nothing_more_for_modules_of_others(shop: Site) -> None:
    shop.write("plain.py", "VALUE = 1\n")
    code = "import sys, plain, xml.dom; print(plain.VALUE, 'vibesafe_runtime._finder' in sys.modules)"
    assert shop.run(FIRST + code) == "1 False"
    assert shop.run(FIRST + "import sys, shop.pricing; print('vibesafe_runtime._finder' in sys.modules)") == "True"


def test_a_package_beside_a_single_module_does_not_stand_for_it(site: Site) -> None:
    site.write("calc.py", STUB)
    site.bake("", {"calc/total": "def total(price):\n    return price + 1\n"}, specs=("calc.py",))
    site.write("calc/__init__.py", EVIL)
    code = "import calc; print(calc.total(4))"
    assert site.run(code) == "0"
    for guarded in (FIRST, GUARDED):
        assert site.run(guarded + code) == "5"


def test_an_init_that_was_put_above_a_package_is_refused(site: Site) -> None:
    site.write("ns/shop/__init__.py", STUB)
    site.bake("ns.shop", {"ns.shop/total": "def total(price):\n    return price + 1\n"}, specs=("ns/shop/__init__.py",))
    code = "import ns.shop; print(ns.shop.total(4))"
    assert site.run(FIRST + code) == "5"
    site.write("ns/__init__.py", "")
    assert "runs before everything below it" in site.refuses(FIRST + code, "VibesafeHashMismatch")


def test_threads_that_import_the_runtime_meanwhile_do_not_lock_each_other_out(shop: Site) -> None:
    code = """
import threading
met = threading.Barrier(2)
def one(): met.wait(); import shop.pricing; print(shop.pricing.total(4))
def other(): met.wait(); import vibesafe_runtime.guard
threads = [threading.Thread(target=each, daemon=True) for each in (one, other)]
[each.start() for each in threads]
[each.join(20) for each in threads]
"""
    for _ in range(8):
        assert shop.run(f"import vibesafe_runtime._first\n{code}") == "9"


def test_what_is_no_text_on_the_path_is_passed_over(shop: Site) -> None:
    assert shop.run(f"{FIRST}import sys; sys.path[:0] = [[], object(), b'x']; {CALL}") == "9"
