"""`python -m vibesafe_runtime verify`: every file of what is installed, and an exit status that can be trusted."""

import importlib.machinery
import importlib.util
import py_compile
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.runtime.conftest import Site


def install(site: Site, name: str = "shop", requires: str = "vibesafe-runtime>=0.1") -> None:
    """Write the metadata that an installer writes."""
    info = site.path / f"{name}-1.0.dist-info"
    files = [file.relative_to(site.path).as_posix() for file in site.path.rglob("*") if file.is_file()]
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\nRequires-Dist: {requires}\n"
    site.write(f"{info.name}/METADATA", metadata)
    site.write(f"{info.name}/RECORD", "".join(f"{file},,\n" for file in [*files, f"{info.name}/METADATA"]))


def verify(site: Site, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return site.python("-S", "-m", "vibesafe_runtime", "verify", *arguments)


@pytest.fixture
def installed(shop: Site) -> Site:
    install(shop)
    return shop


@pytest.mark.parametrize("arguments", [(), ("shop",), ("Shop",)])
def test_what_is_whole_is_said_to_be(installed: Site, arguments: tuple[str, ...]) -> None:
    done = verify(installed, *arguments)
    assert done.stdout == "ok  shop 1.0  3 files  integrity only: no signature\n"
    assert (done.stderr, done.returncode) == ("", 0)


def test_bytecode_beside_it_changes_nothing(installed: Site) -> None:
    installed.write("shop/_vibesafe/__pycache__/pricing__total.cpython-311.pyc", "stale")
    assert verify(installed).returncode == 0


@pytest.mark.parametrize("name", ["pricing__total.py", "statement.json", "MANIFEST", "__init__.py", "../pricing.py"])
@pytest.mark.parametrize("change", [Path.unlink, lambda file: file.write_bytes(file.read_bytes() + b"\n")])
def test_a_changed_or_missing_file_is_a_finding(installed: Site, name: str, change: Callable[[Path], object]) -> None:
    change(installed.path / "shop" / "_vibesafe" / name)
    done = verify(installed, "shop")
    assert done.returncode == 1
    assert name.rpartition("/")[2] in done.stderr
    assert "pip install --force-reinstall shop" in done.stderr
    assert "ok  shop" not in done.stdout


def test_all_findings_are_said_at_once(installed: Site) -> None:
    installed.write("shop/_vibesafe/pricing__total.py", "")
    installed.write("shop/_vibesafe/extra.py", "")
    installed.write("shop/pricing.py", "")
    assert "3 problems" in verify(installed).stderr


def test_an_import_names_the_distribution_to_install_again(installed: Site) -> None:
    installed.write("shop/_vibesafe/pricing__total.py", "")
    message = installed.refuses("import shop.pricing", "VibesafeHashMismatch")
    assert "pip install --force-reinstall shop && python -m vibesafe_runtime verify shop" in message


@pytest.mark.parametrize("arguments", [("nothing",), ("shop", "other"), ("--key",)])
def test_what_cannot_be_carried_out_is_exit_2(installed: Site, arguments: tuple[str, ...]) -> None:
    done = verify(installed, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr


def test_nothing_to_verify_is_never_success(site: Site) -> None:
    done = verify(site)
    assert done.returncode == 1
    assert "nothing to verify" in done.stderr


def test_a_wheel_built_without_its_hook_is_a_finding(installed: Site) -> None:
    shutil.rmtree(installed.path / "shop" / "_vibesafe")
    install(installed)
    done = verify(installed)
    assert done.returncode == 1
    assert "its build hook did not run" in done.stderr


def test_an_editable_install_is_named_and_no_finding(installed: Site) -> None:
    shutil.rmtree(installed.path / "shop" / "_vibesafe")
    install(installed)
    installed.write("shop-1.0.dist-info/direct_url.json", '{"dir_info": {"editable": true}, "url": "file:///x"}')
    done = verify(installed)
    assert (done.returncode, done.stdout.split()[0]) == (0, "--")


def test_several_packages_of_one_distribution_are_each_verified(installed: Site) -> None:
    installed.write("calc.py", "")
    installed.bake("", {"calc/f": ""}, specs=("calc.py",))
    install(installed)
    done = verify(installed, "shop")
    assert (done.returncode, done.stdout.count("ok  shop 1.0  3 files")) == (0, 2)


@pytest.mark.parametrize("name", ["shop/pricing.py", "shop/_vibesafe/pricing__total.py", "shop/_vibesafe/__init__.py"])
@pytest.mark.parametrize("mode", list(py_compile.PycInvalidationMode))
@pytest.mark.parametrize("optimize", [0, 2])
def test_bytecode_that_is_not_its_source_is_a_finding(
    installed: Site, name: str, mode: py_compile.PycInvalidationMode, optimize: int
) -> None:
    file = installed.path / name
    cache = py_compile.compile(str(file), invalidation_mode=mode, optimize=optimize)
    assert verify(installed).returncode == 0
    other = installed.write("other.py", "print('planted')\n")
    py_compile.compile(str(other), cache, dfile=str(file), invalidation_mode=mode, optimize=optimize)
    done = verify(installed)
    assert done.returncode == 1
    assert f"is not what {file.name} compiles to" in done.stderr


def test_bytecode_that_cannot_be_read_is_a_finding(installed: Site) -> None:
    cache = importlib.util.cache_from_source(str(installed.path / "shop/pricing.py"))
    installed.write(cache, importlib.util.MAGIC_NUMBER + b"\0" * 12 + b"c")
    assert "is not what pricing.py compiles to" in verify(installed).stderr


def test_bytecode_of_another_python_is_named_and_not_judged(installed: Site) -> None:
    installed.write("shop/__pycache__/pricing.cpython-399.pyc", "unknown")
    done = verify(installed)
    assert done.returncode == 0
    assert "pricing.cpython-399.pyc  bytecode of another Python: not judged" in done.stdout


@pytest.mark.parametrize(
    "name",
    [
        "shop/pricing/__init__.py",
        "shop/pricing/__init__.pyc",
        f"shop/pricing{importlib.machinery.EXTENSION_SUFFIXES[0]}",
        f"shop/_vibesafe/pricing__total{importlib.machinery.EXTENSION_SUFFIXES[-1]}",
    ],
)
def test_what_is_imported_in_the_place_of_a_module_is_a_finding(installed: Site, name: str) -> None:
    installed.write(name, "print('planted')")
    done = verify(installed)
    assert done.returncode == 1
    assert "would be imported in the place of pricing" in done.stderr


def test_what_only_stands_beside_a_module_is_no_finding(installed: Site) -> None:
    installed.write("shop/pricing/data.txt", "")
    installed.write("shop/rates.py", "")
    installed.write("shop/pricing.pyi", "")
    assert verify(installed).returncode == 0
