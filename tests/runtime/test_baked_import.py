"""Importing a baked package in a fresh interpreter: what must work."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.runtime.conftest import IMPLEMENTATION, STUB, Site

CALL = "from shop.pricing import total; print(total(4))"


def test_the_decorator_returns_the_implementation_itself(shop: Site) -> None:
    code = "import shop.pricing as m, shop._vibesafe.pricing__total as i; print(m.total is i.total, m.total(4))"
    assert shop.run(code) == "True 9"


@pytest.mark.parametrize("option", ["-O", "-OO", "-B", "-P"])
def test_interpreter_options_change_nothing(shop: Site, option: str) -> None:
    done = shop.python(option, "-c", CALL)
    assert (done.stdout.strip(), done.returncode) == ("9", 0), done.stderr


def test_an_import_of_the_implementation_first_is_the_same(shop: Site) -> None:
    code = "import shop._vibesafe.pricing__total as i, shop.pricing as m; print(m.total is i.total, m.total(4))"
    assert shop.run(code) == "True 9"


def test_a_covered_module_runs_as_main_once(shop: Site) -> None:
    shop.write("shop/pricing.py", "print('runs')\n" + STUB + "\n\nif __name__ == '__main__':\n    print(total(4))\n")
    shop.bake("shop", {"shop.pricing/total": IMPLEMENTATION}, specs=("shop/pricing.py",))
    done = shop.python("-m", "shop.pricing")
    assert (done.stdout.split(), done.returncode) == (["runs", "9"], 0), done.stderr


def test_no_bytecode_is_written_for_an_implementation(shop: Site) -> None:
    shop.run(CALL)
    assert (shop.path / "shop" / "__pycache__").is_dir()
    assert not list((shop.path / "shop" / "_vibesafe").glob("__pycache__"))


def test_source_tracebacks_and_pickles_name_the_implementation(shop: Site) -> None:
    code = """
import inspect, pickle, traceback
from shop.pricing import total
print(inspect.getsource(total).splitlines()[-1].strip())
print(inspect.getsourcefile(total) == total.__code__.co_filename, inspect.getdoc(total))
try:
    total([])
except TypeError:
    print("return price * RATE + 1" in traceback.format_exc())
print(pickle.loads(pickle.dumps(total)) is total)
open("pickled", "wb").write(pickle.dumps(total))
"""
    expected = ["return price * RATE + 1", "True Return the price with tax.", "True", "True"]
    assert shop.run(code).splitlines() == expected
    assert shop.run("import pickle; print(pickle.load(open('pickled', 'rb'))(4))") == "9"


def test_reload_verifies_again(shop: Site) -> None:
    code = "import importlib, shop.pricing as m; importlib.reload(m); print(m.total(4), type(m.__loader__).__name__)"
    assert shop.run(code) == "9 VerifiedLoader"
    shop.refuses(
        "import importlib, shop.pricing as m; open(m.__file__, 'a').write('# later'); importlib.reload(m)",
        "VibesafeHashMismatch",
    )


@pytest.mark.parametrize("start", ["fork", "spawn"])
def test_a_child_process_gets_the_same_unit(shop: Site, start: str) -> None:
    file = shop.write(
        "work.py",
        "import multiprocessing\nfrom shop.pricing import total\n\nif __name__ == '__main__':\n"
        f"    with multiprocessing.get_context({start!r}).Pool(1) as pool:\n        print(pool.map(total, [4, 5]))\n",
    )
    done = shop.python("-W", "ignore", str(file))
    assert done.stdout.strip() == "[9, 11]", done.stderr


@pytest.mark.parametrize(
    "code", [CALL, "import inspect\nfrom shop.pricing import total\nprint(len(inspect.getsource(total)) > 9)"]
)
def test_a_zip_works_like_a_directory(shop: Site, code: str) -> None:
    archive = shop.path.parent / "app.zip"
    with zipfile.ZipFile(archive, "w") as zipped:
        for file in sorted(shop.path.rglob("*")):
            zipped.write(file, file.relative_to(shop.path))
    done = shop.python("-c", code, path=str(archive))
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() in {"9", "True"}


def test_a_zip_is_verified_like_a_directory(shop: Site) -> None:
    archive = shop.path.parent / "app.zip"
    with zipfile.ZipFile(archive, "w") as zipped:
        for file in sorted(shop.path.rglob("*")):
            changed = b"# changed\n" if file.name == "pricing__total.py" else b""
            if file.is_file():
                zipped.writestr(str(file.relative_to(shop.path)), file.read_bytes() + changed)
    done = shop.python("-c", CALL, path=str(archive))
    assert "VibesafeHashMismatch" in done.stderr


def test_package_data_of_a_covered_package_is_found(site: Site) -> None:
    site.write("shop/__init__.py", STUB)
    site.write("shop/data.txt", "data")
    site.bake("shop", {"shop/total": "def total(price):\n    return price\n"}, specs=("shop/__init__.py",))
    code = """
import importlib, importlib.resources, pkgutil, shop
importlib.reload(shop)
data = importlib.resources.files(shop).joinpath("data.txt").read_text()
print(shop.total(3), data, pkgutil.get_data("shop", "data.txt"))
"""
    assert site.run(code) == "3 data b'data'"


def test_a_module_runs_by_its_spec_as_python_documents_it(shop: Site) -> None:
    by_spec = """
import importlib.util
{first}
spec = importlib.util.find_spec("shop.pricing")
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
print(module.total(4))
"""
    assert shop.run(by_spec.format(first="")) == "9"
    assert shop.run(by_spec.format(first="import vibesafe_runtime.guard")) == "9"
    assert shop.run("import runpy; print(runpy.run_module('shop.pricing')['total'](4))") == "9"


def test_data_of_a_covered_package_in_a_zip_is_found(site: Site) -> None:
    site.write("shop/__init__.py", STUB)
    site.write("shop/data.txt", "data")
    site.bake("shop", {"shop/total": "def total(price):\n    return price\n"}, specs=("shop/__init__.py",))
    archive = site.path.parent / "app.zip"
    with zipfile.ZipFile(archive, "w") as zipped:
        for file in sorted(site.path.rglob("*")):
            zipped.write(file, file.relative_to(site.path))
    code = "import {}importlib.resources, shop; print(importlib.resources.files(shop).joinpath('data.txt').read_text())"
    for first in ("", "vibesafe_runtime.guard, "):
        done = site.python("-c", code.format(first), path=str(archive))
        assert done.stdout.strip() == "data", done.stderr


def test_units_in_single_modules_namespaces_and_packages_live_together(site: Site) -> None:
    body = "def total(price):\n    return price + {}\n"
    site.write("calc.py", STUB)
    site.bake("", {"calc/total": body.format(1)}, specs=("calc.py",))
    site.write("ns/shop/__init__.py", "")
    site.write("ns/shop/inner/__init__.py", STUB)
    site.bake("ns.shop", {"ns.shop.inner/total": body.format(2)}, specs=("ns/shop/inner/__init__.py",))
    site.write("ns/calc.py", STUB)
    site.bake("", {"ns.calc/total": body.format(3)}, specs=("ns/calc.py",))
    code = "import calc, ns.shop.inner, ns.calc; print(calc.total(0), ns.shop.inner.total(0), ns.calc.total(0))"
    assert site.run(code) == "1 2 3"
    done = site.python("-m", "calc")
    assert done.returncode == 0, done.stderr


def test_a_method_is_replaced_in_its_class(site: Site) -> None:
    site.write("bank/__init__.py", "")
    stub = """
from vibesafe_runtime import VibeCoded, vibesafe

class Account:
    @vibesafe
    def double(self, x):
        raise VibeCoded()
"""
    site.write("bank/model.py", stub)
    site.bake(
        "bank", {"bank.model/Account.double": "def double(self, x):\n    return 2 * x\n"}, specs=("bank/model.py",)
    )
    assert site.run("from bank.model import Account; print(Account().double(4))") == "8"


def test_other_modules_of_the_package_are_imported_as_ever(shop: Site) -> None:
    shop.write("shop/plain.py", "VALUE = 1\n")
    code = "import shop.pricing, shop.plain; print(shop.plain.VALUE, type(shop.plain.__loader__).__name__)"
    assert shop.run(code) == "1 SourceFileLoader"


def test_a_link_to_the_same_bytes_is_the_same_file(shop: Site) -> None:
    # Some installers make every installed file a link into their store.
    file = shop.path / "shop" / "_vibesafe" / "pricing__total.py"
    file.rename(shop.path / "elsewhere.py")
    file.symlink_to(shop.path / "elsewhere.py")
    assert shop.run(CALL) == "9"


def test_without_site_packages_or_environment_it_works(shop: Site) -> None:
    code = f"import sys; sys.path[:0] = [{str(shop.path)!r}, {str(shop.path.parent / 'runtime')!r}]; {CALL}"
    done = subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "9", done.stderr


def test_a_read_only_directory_is_enough(shop: Site) -> None:
    for directory in [shop.path, *(path for path in shop.path.rglob("*") if path.is_dir())]:
        Path(directory).chmod(0o555)
    try:
        assert shop.run(CALL) == "9"
    finally:
        for directory in [shop.path, *(path for path in shop.path.rglob("*") if path.is_dir())]:
            Path(directory).chmod(0o755)
