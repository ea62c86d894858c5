"""Bytecode that ships: used where it fits, refused where it was changed, and never in the place of a changed source."""

import marshal
import py_compile
import sys
from collections.abc import Callable
from importlib.util import MAGIC_NUMBER
from pathlib import Path

import pytest

from tests.runtime.conftest import IMPLEMENTATION, STUB, Site
from vibesafe_runtime._bytecode import bytecode_files, bytecode_path
from vibesafe_runtime._manifest import MOST_LINES

CALL = "from shop.pricing import total; print(total(4))"
BAKED = "shop/_vibesafe"
BYTECODE = bytecode_path(BAKED, "shop/pricing.py", 0)
SOURCES = {"shop/pricing.py": STUB.encode(), f"{BAKED}/pricing__total.py": IMPLEMENTATION.encode()}


def bake(site: Site, bytecode: bytes) -> Site:
    site.write("shop/__init__.py", "")
    site.write("shop/pricing.py", STUB)
    units = {"shop.pricing/total": IMPLEMENTATION}
    site.bake("shop", units, specs=("shop/pricing.py",), more={BYTECODE: bytecode})
    return site


def compiled(sources: dict[str, bytes]) -> bytes:
    return bytecode_files(BAKED, {"shop/pricing.py": sources})[BYTECODE]


@pytest.fixture
def shop(site: Site) -> Site:
    return bake(site, compiled(SOURCES))


@pytest.fixture
def telling(site: Site) -> Site:
    """A package whose bytecode, listed in its manifest, is told from its source by what it returns."""
    return bake(
        site, compiled({**SOURCES, f"{BAKED}/pricing__total.py": IMPLEMENTATION.replace("+ 1", "+ 2").encode()})
    )


def test_bytecode_that_the_manifest_lists_runs(telling: Site) -> None:
    assert telling.run(CALL) == "10"


def test_whole_bytecode_runs_like_its_source(shop: Site) -> None:
    assert shop.run(CALL) == "9"


@pytest.mark.parametrize("option", ["-O", "-OO"])
def test_without_asserts_or_docstrings_the_source_is_compiled(telling: Site, option: str) -> None:
    done = telling.python(option, "-c", CALL)
    assert done.stdout.strip() == "9", done.stderr


def test_bytecode_of_another_python_is_left_alone(site: Site) -> None:
    other = b"\0\0\r\n" + compiled({**SOURCES, f"{BAKED}/pricing__total.py": b"1 / 0"})[len(MAGIC_NUMBER) :]
    assert bake(site, other).run(CALL) == "9"


def test_tracebacks_and_sources_of_bytecode_name_the_real_lines(shop: Site) -> None:
    code = """
import inspect, traceback
from shop.pricing import total
try:
    total([])
except TypeError:
    print("return price * RATE + 1" in traceback.format_exc(), "line 6, in total" in traceback.format_exc())
print(inspect.getsourcefile(total) == total.__code__.co_filename, inspect.getsource(total).splitlines()[-1].strip())
"""
    assert shop.run(code).splitlines() == ["True True", "True return price * RATE + 1"]


@pytest.mark.parametrize(
    "change",
    [
        Path.unlink,
        lambda file: file.write_bytes(file.read_bytes() + b"x"),
        lambda file: file.write_bytes(file.read_bytes()[:-1]),
        lambda file: file.write_bytes(compiled({**SOURCES, f"{BAKED}/pricing__total.py": b"print('evil ran')"})),
        lambda file: file.write_bytes(MAGIC_NUMBER + marshal.dumps({})),
        lambda file: file.write_bytes(b""),
    ],
)
def test_bytecode_that_was_changed_is_refused(shop: Site, change: Callable[[Path], object]) -> None:
    assert shop.run(CALL) == "9"
    change(shop.path / BYTECODE)
    message = shop.refuses(CALL, "VibesafeHashMismatch")
    assert "bytecode" in message
    assert "evil ran" not in message


@pytest.mark.parametrize("name", ["shop/pricing.py", f"{BAKED}/pricing__total.py"])
def test_a_changed_source_is_refused_though_its_bytecode_is_whole(shop: Site, name: str) -> None:
    shop.write(name, (shop.path / name).read_bytes() + b"# later\n")
    assert Path(name).name in shop.refuses(CALL, "VibesafeHashMismatch")


def test_a_first_module_whose_bytecode_python_made_itself_is_compared_with_what_ships(shop: Site) -> None:
    py_compile.compile(str(shop.path / "shop/pricing.py"))
    assert shop.run(CALL) == "9"


def test_a_first_module_that_another_release_compiled_is_compared_with_its_source(site: Site) -> None:
    # As if what ships had been compiled by a release of this Python that generates other code.
    assert bake(site, compiled({**SOURCES, "shop/pricing.py": STUB.encode() + b"OTHER = 1\n"})).run(CALL) == "9"


def many(site: Site) -> Site:
    """A package of more files than one manifest lists."""
    count = MOST_LINES // 2 + 1
    names = [f"m{number:03}" for number in range(count)]
    site.write("shop/__init__.py", "")
    sources: dict[str, dict[str, bytes]] = {}
    for name in names:
        site.write(f"shop/{name}.py", STUB)
        implementation = IMPLEMENTATION.replace("shop.pricing", f"shop.{name}").encode()
        sources[f"shop/{name}.py"] = {
            f"shop/{name}.py": STUB.encode(),
            f"{BAKED}/{name}__total.py": implementation,
        }
    units = {f"shop.{name}/total": IMPLEMENTATION.replace("shop.pricing", f"shop.{name}") for name in names}
    site.bake("shop", units, specs=tuple(f"shop/{name}.py" for name in names), more=bytecode_files(BAKED, sources))
    return site


def test_a_package_of_many_files_reads_the_shards_that_it_needs(site: Site) -> None:
    shop = many(site)
    code = """
import sys
opened = []
sys.addaudithook(lambda event, found: opened.append(str(found[0])) if event == "open" else None)
from shop.m007 import total
import shop.m300
print(total(4), shop.m300.total(1), sum("MANIFEST." in name for name in opened), type(shop.m300.__loader__).__name__)
"""
    value, other, shards, loader = shop.run(code).split()
    assert (value, other, loader) == ("9", "3", "VerifiedLoader")
    assert int(shards) < 12
    assert len(list((shop.path / BAKED).glob("MANIFEST.*"))) > 200
    for file in (shop.path / BAKED).glob("MANIFEST.*"):
        file.write_bytes(file.read_bytes() + b"\n")
    assert "MANIFEST." in shop.refuses("import shop.m007", "VibesafeHashMismatch")


def test_a_changed_file_of_a_package_of_many_is_refused(site: Site) -> None:
    shop = many(site)
    shop.write(f"{BAKED}/m007__total.py", IMPLEMENTATION)
    assert shop.run("import shop.m008; print(shop.m008.total(1))") == "3"
    shop.refuses("import shop.m007", "VibesafeHashMismatch")
    shop.write(f"{BAKED}/planted.py", "print('evil ran')")
    done = shop.python("-c", "import shop.m008; import shop._vibesafe.planted")
    assert "ModuleNotFoundError" in done.stderr
    assert "evil ran" not in done.stdout


def test_no_bytecode_that_python_keeps_is_read_for_a_covered_module(site: Site) -> None:
    shop = many(site)
    code = """
import sys
opened = []
sys.addaudithook(lambda event, found: opened.append(str(found[0])) if event == "open" else None)
import {}
kept = [name for name in opened if "__pycache__" in name and "/shop/" in name]
print(*sorted({{name.rpartition("/")[2].partition(".")[0] for name in kept}}))
"""
    shop.run("import shop.m000, shop.m001")
    # The first module and its package ran before anybody could ask us; a module without units is not ours.
    assert shop.run(code.format("shop.m000, shop.m001, shop.m002")) == "__init__ m000"


def test_the_interpreter_that_runs_the_tests_has_bytecode_of_its_own() -> None:
    assert sys.implementation.cache_tag in BYTECODE
