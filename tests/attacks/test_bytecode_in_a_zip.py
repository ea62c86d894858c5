"""Bytecode stands beside the first spec module in a zip, where Python prefers it to the source.

Who: whoever can write into a zipped application. At its first unit the module is compared with the verified source, and
refused; what stood above has run by then.
Only the guard stops it before: the file that Python reads when it starts sets it.
"""

import py_compile
import zipfile

from tests.attacks.conftest import SPEC_MODULE, AtImport, Corpus, Installed, Kind, Threat, judge
from tests.attacks.test_bytecode_that_compares_equal import craft

THREAT = Threat(
    attack="bytecode beside the first spec module in a zip",
    at_import="no effect",
    by_verify="-",
    with_key="no effect",
    with_guard="no effect",
    not_started="refused late",
    by="the guard; without the start file, at its first unit, the verified source",
)
KINDS: dict[Kind, AtImport] = {
    "plain": "no effect",
    "signed": "no effect",
    "guarded": "no effect",
    "unstarted": "refused late",
}


def zipped(shop: Installed, bytecode: bytes = b"", name: str = f"{SPEC_MODULE}c") -> Installed:
    """Pack what is installed, with bytecode beside a module, and use it from there."""
    archive = shop.root / "app.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        for file in sorted(shop.site.rglob("*")):
            path = file.relative_to(shop.site)
            if file.is_file() and "vibesafe_runtime" not in path.parts and "__pycache__" not in path.parts:
                packed.write(file, path)
        if bytecode:
            packed.writestr(name, bytecode)
    shop.variables["PYTHONPATH"] = str(archive)
    return shop


def evil(shop: Installed) -> bytes:
    source = shop.write(shop.root / "other.py", shop.evil.encode() + shop.read(SPEC_MODULE))
    cache = shop.root / "other.pyc"
    unchecked = py_compile.PycInvalidationMode.UNCHECKED_HASH
    py_compile.compile(str(source), cfile=str(cache), invalidation_mode=unchecked, doraise=True)
    return cache.read_bytes()


def test_it_is_stopped_before_it_runs(corpus: Corpus) -> None:
    judge(zipped(corpus.copy()), "no effect")
    for kind, expected in KINDS.items():
        shop = corpus.copy(kind)
        judge(zipped(shop, evil(shop)), expected, "pricing.py")


def test_bytecode_that_compares_equal_is_refused_there_too(corpus: Corpus) -> None:
    shop = corpus.copy()
    craft(shop, "shop.stock")
    zipped(shop, (shop.root / "crafted.pyc").read_bytes(), "shop/stock.pyc")
    shop.arguments = ("-c", "from shop.stock import left; print(left(1, 2))")
    assert shop.used().stdout != "1000\n"
