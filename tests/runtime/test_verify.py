"""`python -m vibesafe_runtime verify`: every file of what is installed, and an exit status that can be trusted."""

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
