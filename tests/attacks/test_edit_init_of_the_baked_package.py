"""`_vibesafe/__init__.py` is edited, so that it pins another manifest, or runs more than it should.

Who: whoever can write into site-packages. What stops it: it is a fixed text whose one variable is the digest of the
manifest; whatever else stands there is refused before it runs.
"""

import pytest

from tests.attacks.conftest import INIT, Attack, Corpus, Threat

THREAT = Threat(
    attack="edit `_vibesafe/__init__.py`",
    at_import="refused",
    by_verify="found",
    with_key="refused",
    with_guard="refused",
    by="its text is fixed, and compared before it runs",
)

ATTACKS: dict[str, Attack] = {
    "a statement at the top": lambda shop: shop.write(INIT, shop.evil.encode() + shop.read(INIT)),
    "a statement at the end": lambda shop: shop.write(INIT, shop.read(INIT) + shop.evil.encode()),
    "no check": lambda shop: shop.write(INIT, shop.evil),
    "another digest": lambda shop: shop.replace(INIT, 'cover(__spec__, "', 'cover(__spec__, "0'),
    "another encoding": lambda shop: shop.write(INIT, b"# coding: utf-7\n" + shop.read(INIT)),
    "a byte order mark": lambda shop: shop.write(INIT, b"\xef\xbb\xbf" + shop.read(INIT)),
    "emptied": lambda shop: shop.write(INIT, b""),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_an_edited_init_is_refused(corpus: Corpus, name: str) -> None:
    corpus.try_out(THREAT, ATTACKS[name], where="_vibesafe")
