"""The bytecode that ships is replaced, corrupted, or taken from another package or another Python.

Who: whoever can write into site-packages. What stops it: it is listed in the manifest like a source, its bytes are
compared before anything is made of them, and every source is compared all the same.
"""

import marshal
from importlib.util import MAGIC_NUMBER

import pytest

from tests.attacks.conftest import (
    ANSWER,
    IMPLEMENTATION,
    SPEC_MODULE,
    Attack,
    Corpus,
    Installed,
    Kind,
    Threat,
    bytecode,
)
from vibesafe_runtime._bytecode import bytecode_path

THREAT = Threat(
    attack="swap, corrupt or rename the shipped bytecode",
    at_import="refused",
    by_verify="found",
    with_key="refused",
    with_guard="refused",
    by="the digest of the file in `MANIFEST`",
)


def evil_bytecode(shop: Installed, magic: bytes) -> bytes:
    code = marshal.dumps(compile(shop.evil_total(), "x", "exec"))
    return magic + marshal.dumps({IMPLEMENTATION: code, SPEC_MODULE: code})


ATTACKS: dict[str, Attack] = {
    "evil code": lambda shop: shop.write(bytecode(), evil_bytecode(shop, MAGIC_NUMBER)),
    "evil code of another Python": lambda shop: shop.write(bytecode(), evil_bytecode(shop, b"\0\0\r\n")),
    "that of another package": lambda shop: shop.write(bytecode(), shop.read(bytecode("_vibesafe_calc"))),
    "nothing after the magic number": lambda shop: shop.write(bytecode(), shop.read(bytecode())[:4]),
    "truncated": lambda shop: shop.write(bytecode(), shop.read(bytecode())[:-1]),
    "emptied": lambda shop: shop.write(bytecode(), b""),
    "one byte more": lambda shop: shop.write(bytecode(), shop.read(bytecode()) + b"\0"),
    "renamed for another Python": lambda shop: (shop.site / bytecode()).rename(
        shop.site / "shop/_vibesafe/bytecode.cpython-399"
    ),
    "a finer one added": lambda shop: shop.write(
        bytecode_path("shop/_vibesafe", SPEC_MODULE, 1), evil_bytecode(shop, MAGIC_NUMBER)
    ),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_other_bytecode_is_refused(corpus: Corpus, name: str) -> None:
    corpus.try_out(THREAT, ATTACKS[name], where="shop/_vibesafe")


@pytest.mark.parametrize("kind", ["plain", "guarded"])
def test_where_asserts_are_off_it_is_never_run(corpus: Corpus, kind: Kind) -> None:
    def attack(shop: Installed) -> None:
        shop.write(bytecode(), evil_bytecode(shop, MAGIC_NUMBER))
        shop.arguments = ("-O", *shop.arguments)

    shop = corpus.attacked(attack, kind)
    assert shop.used().stdout.strip() in {ANSWER, ""}
    assert not shop.canary.exists()
