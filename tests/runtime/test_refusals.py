"""Every way a baked package can differ from what was built ends before user code runs. The control is `CALL` itself."""

import importlib.util
import os
import py_compile
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.runtime.conftest import IMPLEMENTATION, STUB, Site

CALL = "from shop.pricing import total; print(total(4))"
EVIL = "print('evil ran')\n"
BAKED = "shop/_vibesafe"


def append(name: str) -> Callable[[Site], object]:
    return lambda shop: shop.write(name, (shop.path / name).read_bytes() + b"\n")


def remove(name: str) -> Callable[[Site], object]:
    return lambda shop: (shop.path / name).unlink()


def write(name: str, text: str = EVIL) -> Callable[[Site], object]:
    return lambda shop: shop.write(name, text)


def link(name: str) -> Callable[[Site], object]:
    def attack(shop: Site) -> None:
        file = shop.path / name
        file.unlink(missing_ok=True)
        file.symlink_to(shop.write("outside.py", EVIL))

    return attack


def swap_bytecode(name: str, mode: py_compile.PycInvalidationMode) -> Callable[[Site], object]:
    """Put the bytecode of evil source where Python looks for that of `name`, valid in every check that Python makes."""

    def attack(shop: Site) -> None:
        file = shop.path / name
        honest = file.read_bytes()
        times = file.stat()
        evil = EVIL.encode() + STUB.encode() if name.endswith("pricing.py") else EVIL.encode()
        file.write_bytes(evil)
        cache = importlib.util.cache_from_source(str(file))
        py_compile.compile(str(file), cfile=cache, invalidation_mode=mode, doraise=True)
        file.write_bytes(honest)
        content = bytearray(Path(cache).read_bytes())
        if mode is py_compile.PycInvalidationMode.TIMESTAMP:
            content[8:16] = int(times.st_mtime).to_bytes(4, "little") + len(honest).to_bytes(4, "little")
        else:
            content[8:16] = importlib.util.source_hash(honest)
        Path(cache).write_bytes(content)
        os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))

    return attack


@pytest.mark.parametrize(
    ("attack", "where"),
    [
        (append(f"{BAKED}/pricing__total.py"), "pricing__total.py"),
        (append("shop/pricing.py"), "pricing.py"),
        (append(f"{BAKED}/MANIFEST"), "MANIFEST"),
        (append(f"{BAKED}/__init__.py"), "__init__.py"),
        (remove(f"{BAKED}/pricing__total.py"), "pricing__total.py"),
        (remove(f"{BAKED}/MANIFEST"), "MANIFEST"),
        (remove(f"{BAKED}/__init__.py"), "__init__.py"),
        (remove(f"{BAKED}/statement.json"), "statement.json"),
        (write(f"{BAKED}/extra.py"), "extra.py"),
        (write(f"{BAKED}/extra/x.py"), "extra"),
        (link(f"{BAKED}/pricing__total.py"), "pricing__total.py"),
        (link(f"{BAKED}/linked.py"), "linked.py"),
    ],
)
def test_a_changed_missing_or_extra_file_is_refused(shop: Site, attack: Callable[[Site], object], where: str) -> None:
    assert shop.run(CALL) == "9"
    attack(shop)
    message = shop.refuses(CALL, "VibesafeHashMismatch")
    assert where in message
    assert "mend" in message


@pytest.mark.parametrize("mode", list(py_compile.PycInvalidationMode))
@pytest.mark.parametrize("name", ["shop/pricing.py", f"{BAKED}/pricing__total.py"])
def test_swapped_bytecode_never_becomes_a_unit(shop: Site, name: str, mode: py_compile.PycInvalidationMode) -> None:
    swap_bytecode(name, mode)(shop)
    done = shop.python("-c", CALL)
    if name == "shop/pricing.py":
        assert "other code runs in its place" in done.stderr
        assert done.returncode == 1
    else:
        assert (done.stdout.strip(), done.returncode) == ("9", 0), done.stderr


def test_bytecode_that_runs_the_honest_code_inside_itself_is_refused(shop: Site) -> None:
    # The swapped module hands the honest source to exec(), so that the decorator meets honest code.
    file = shop.path / "shop" / "pricing.py"
    wrapper = f"{EVIL}exec(compile(open({str(file)!r}).read(), __file__, 'exec', dont_inherit=True))\n"
    evil = shop.write("wrapper.py", wrapper)
    cache = importlib.util.cache_from_source(str(file))
    py_compile.compile(str(evil), cfile=cache, invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
    assert "other code runs in its place" in shop.refuses(CALL, "VibesafeHashMismatch")


def test_a_package_above_that_the_manifest_lists_is_compared_too(shop: Site) -> None:
    shop.write("shop/__init__.py", "VERSION = 1\n")
    shop.bake("shop", {"shop.pricing/total": IMPLEMENTATION}, specs=("shop/__init__.py", "shop/pricing.py"))
    assert shop.run(CALL) == "9"
    shop.write("shop/__init__.py", "VERSION = 2\n")
    assert "__init__.py" in shop.refuses(CALL, "VibesafeHashMismatch")
    (shop.path / "shop" / "__init__.py").unlink()
    assert shop.python("-c", CALL).returncode == 1
    shop.write("shop/__init__.py", "VERSION = 1\n")
    evil = shop.write("evil.py", "VERSION = 3\n")
    cache = importlib.util.cache_from_source(str(shop.path / "shop" / "__init__.py"))
    py_compile.compile(str(evil), cfile=cache, invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
    assert "other code runs in its place" in shop.refuses(CALL, "VibesafeHashMismatch")


def test_bytecode_of_a_second_spec_module_is_not_even_read(shop: Site) -> None:
    shop.write("shop/other.py", STUB)
    bodies = {f"shop.{name}/total": "def total(price):\n    return price\n" for name in ("pricing", "other")}
    shop.bake("shop", bodies, specs=("shop/other.py", "shop/pricing.py"))
    swap_bytecode("shop/other.py", py_compile.PycInvalidationMode.UNCHECKED_HASH)(shop)
    assert shop.run("import shop.pricing, shop.other; print(shop.other.total(4))") == "4"


def test_a_module_that_stands_earlier_on_the_path_does_not_shadow(shop: Site) -> None:
    earlier = shop.path.parent / "earlier"
    for name in ("pricing__total.py", "evil.py"):
        (earlier / "shop" / "_vibesafe").mkdir(parents=True, exist_ok=True)
        (earlier / "shop" / "_vibesafe" / name).write_text(EVIL)
    code = f"import sys, shop; shop.__path__.insert(0, {str(earlier / 'shop')!r}); {CALL}"
    assert shop.run(code) == "9"
    done = shop.python("-c", f"{code}; import shop._vibesafe.evil")
    assert "ModuleNotFoundError" in done.stderr


def test_the_finder_stands_first_again_before_every_unit(shop: Site) -> None:
    shop.write("shop/other.py", STUB)
    bodies = {f"shop.{name}/total": "def total(price):\n    return price\n" for name in ("pricing", "other")}
    shop.bake("shop", bodies, specs=("shop/other.py", "shop/pricing.py"))
    code = """
import sys, shop.pricing
class Other:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if "_vibesafe." in name: print("asked for", name)
sys.meta_path.insert(0, Other)
from shop.other import total
print(total(4))
"""
    assert shop.run(code) == "4"


def test_bytecode_of_another_build_of_the_baked_package_is_refused(shop: Site) -> None:
    file = shop.path / BAKED / "__init__.py"
    older = shop.write("older.py", file.read_text().replace('cover(__spec__, "', 'cover(__spec__, "0'))
    mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
    py_compile.compile(str(older), cfile=importlib.util.cache_from_source(str(file)), invalidation_mode=mode)
    done = shop.python("-c", "import shop._vibesafe")
    assert "is not the baked package that stands in its place" in done.stderr
    assert shop.run(CALL) == "9"


def test_a_package_of_stubs_that_was_never_baked_is_refused(site: Site) -> None:
    site.write("shop/__init__.py", "")
    site.write("shop/pricing.py", STUB)
    message = site.refuses(CALL, "VibesafeCheckpointMissing")
    assert "shop.pricing/total" in message
    assert "wheel" in message


def test_a_unit_that_the_wheel_has_no_implementation_of_is_refused(shop: Site) -> None:
    shop.write("shop/later.py", STUB)
    assert "shop.later/total" in shop.refuses("import shop.later", "VibesafeCheckpointMissing")


def test_a_deleted_baked_package_is_refused(shop: Site) -> None:
    shutil.rmtree(shop.path / BAKED)
    shop.refuses(CALL, "VibesafeCheckpointMissing")


def test_an_emptied_baked_package_is_refused(shop: Site) -> None:
    for file in (shop.path / BAKED).iterdir():
        file.unlink()
    shop.refuses(CALL, "VibesafeHashMismatch")


def test_a_spec_module_that_the_manifest_does_not_list_is_refused(shop: Site) -> None:
    shop.bake("shop", {"shop.pricing/total": "def total(price):\n    return price\n"})
    assert "the manifest" in shop.refuses(CALL, "VibesafeHashMismatch")


@pytest.mark.parametrize("value", ["production", "PROD", "prod ", "off", "0", ""])
def test_an_unknown_mode_is_an_error(shop: Site, value: str) -> None:
    shop.refuses(CALL, "VibesafeConfigurationError", env={"VIBESAFE_ENV": value})


@pytest.mark.parametrize("value", ["dev", "prod"])
def test_no_mode_loosens_the_check(shop: Site, value: str) -> None:
    assert shop.run(CALL, env={"VIBESAFE_ENV": value}) == "9"
    append(f"{BAKED}/pricing__total.py")(shop)
    shop.refuses(CALL, "VibesafeHashMismatch", env={"VIBESAFE_ENV": value})


def test_every_single_flipped_bit_of_manifest_and_init_is_refused(shop: Site) -> None:
    # In one process, or the interpreter's start would cost more than all the rest.
    code = """
import sys
from vibesafe_runtime import VibesafeHashMismatch
from vibesafe_runtime._baked import open_baked
base = sys.argv[1]
refused = total = 0
for name in ("MANIFEST", "__init__.py"):
    place = f"{base}/shop/_vibesafe/{name}"
    honest = open(place, "rb").read()
    for position in range(len(honest)):
        changed = bytearray(honest)
        changed[position] ^= 1
        total += 1
        def read(path):
            content = open(path, "rb").read()
            return bytes(changed) if path == place else content
        try:
            open_baked("shop._vibesafe", "shop", base, read)
        except VibesafeHashMismatch:
            refused += 1
print(refused == total > 300, open_baked("shop._vibesafe", "shop", base, lambda path: open(path, "rb").read()).name)
"""
    done = shop.python("-c", code, str(shop.path))
    assert done.stdout.strip() == "True shop._vibesafe", done.stderr


def test_the_implementation_must_come_from_the_verifying_loader(shop: Site) -> None:
    code = f"""
import sys, types
fake = types.ModuleType("shop._vibesafe.pricing__total")
fake.total = lambda price: 0
sys.modules["shop._vibesafe.pricing__total"] = fake
{CALL}
"""
    assert "does not verify" in shop.refuses(code, "VibesafeHashMismatch")


def test_a_stack_size_that_was_changed_in_bytecode_is_seen() -> None:
    from vibesafe_runtime._bytecode import same_code  # noqa: PLC0415 - in this interpreter, for this test alone

    code = compile("def f():\n    return g(1, 2)\n", "x", "exec")
    inner = next(const for const in code.co_consts if hasattr(const, "co_code"))
    forged = tuple(inner.replace(co_stacksize=1) if const is inner else const for const in code.co_consts)
    for fresh in (True, False):
        assert same_code(code, compile("def f():\n    return g(1, 2)\n", "y", "exec"), fresh=fresh)
        assert not same_code(code, code.replace(co_consts=forged), fresh=fresh)
        assert not same_code(code, compile("def f():\n    return g(1, 3)\n", "x", "exec"), fresh=fresh)


@pytest.mark.parametrize("mode", list(py_compile.PycInvalidationMode))
def test_the_control_of_swapped_bytecode_runs_in_a_plain_module(
    site: Site, mode: py_compile.PycInvalidationMode
) -> None:
    site.write("plain.py", "pass\n")
    swap_bytecode("plain.py", mode)(site)
    assert site.run("import plain") == "evil ran"
