"""The manifest is edited, to list what an attacker wants or to list less.

Who: whoever can write into site-packages. What stops it: `__init__.py` of the baked package is a fixed text with the
manifest's digest.
"""

import pytest

from tests.attacks.conftest import IMPLEMENTATION, MANIFEST, Attack, Corpus, Installed, Threat
from vibesafe_runtime._manifest import sha256

THREAT = Threat(
    attack="edit `MANIFEST`",
    at_import="refused",
    by_verify="found",
    with_key="refused",
    with_guard="refused",
    by="the digest of `MANIFEST` in `__init__.py`",
)


def fitting(shop: Installed) -> None:
    """Change an implementation and the line that lists it."""
    before = sha256(shop.read(IMPLEMENTATION))
    shop.write(IMPLEMENTATION, shop.evil_total())
    shop.replace(MANIFEST, before, sha256(shop.read(IMPLEMENTATION)))


ATTACKS: dict[str, Attack] = {
    "a digest made to fit": fitting,
    "a line less": lambda shop: shop.write(MANIFEST, b"".join(shop.read(MANIFEST).splitlines(keepends=True)[1:])),
    "a line twice": lambda shop: shop.write(MANIFEST, shop.read(MANIFEST) + shop.read(MANIFEST)[-90:]),
    "line ends": lambda shop: shop.write(MANIFEST, shop.read(MANIFEST).replace(b"\n", b"\r\n")),
    "upper case": lambda shop: shop.write(MANIFEST, shop.read(MANIFEST).upper()),
    "sorted otherwise": lambda shop: shop.write(
        MANIFEST, b"".join(reversed(shop.read(MANIFEST).splitlines(keepends=True)))
    ),
    "emptied": lambda shop: shop.write(MANIFEST, b""),
    "that of another package": lambda shop: shop.write(MANIFEST, shop.read("_vibesafe_calc/MANIFEST")),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_an_edited_manifest_is_refused(corpus: Corpus, name: str) -> None:
    corpus.try_out(THREAT, ATTACKS[name], where="shop/_vibesafe")
