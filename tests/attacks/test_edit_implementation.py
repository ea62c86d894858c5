"""The implementation of a unit is edited in the installed wheel.

Who: whoever can write into site-packages; or a disk that fails. What stops it: at import and in `verify`, the digest of
the file in the manifest.
"""

import pytest

from tests.attacks.conftest import IMPLEMENTATION, Attack, Corpus, Threat

THREAT = Threat(
    attack="edit an implementation",
    at_import="refused",
    by_verify="found",
    with_key="refused",
    with_guard="refused",
    by="the digest of the file in `MANIFEST`",
)

ATTACKS: dict[str, Attack] = {
    "replaced": lambda shop: shop.write(IMPLEMENTATION, shop.evil_total()),
    "one operator": lambda shop: shop.replace(IMPLEMENTATION, "+ 1", "- 1"),
    "prepended": lambda shop: shop.write(IMPLEMENTATION, shop.evil.encode() + shop.read(IMPLEMENTATION)),
    "one newline": lambda shop: shop.write(IMPLEMENTATION, shop.read(IMPLEMENTATION) + b"\n"),
    "line ends": lambda shop: shop.write(IMPLEMENTATION, shop.read(IMPLEMENTATION).replace(b"\n", b"\r\n")),
    "byte order mark": lambda shop: shop.write(IMPLEMENTATION, b"\xef\xbb\xbf" + shop.read(IMPLEMENTATION)),
    "truncated": lambda shop: shop.write(IMPLEMENTATION, shop.read(IMPLEMENTATION)[:-20]),
    "emptied": lambda shop: shop.write(IMPLEMENTATION, b""),
    "that of another unit": lambda shop: shop.write(IMPLEMENTATION, shop.read("shop/_vibesafe/stock__left.py")),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_an_edited_implementation_is_refused(corpus: Corpus, name: str) -> None:
    corpus.try_out(THREAT, ATTACKS[name], where="pricing__total.py")
