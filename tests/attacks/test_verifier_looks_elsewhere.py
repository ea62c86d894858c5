"""The metadata of the distribution are edited, so that `verify` does not look where something was changed.

Who: whoever can write into site-packages. The import looks where the code is, and does not care. What should stop it in
`verify`: it looks for baked packages, and not only for those that the metadata name.
"""

import pytest

from tests.attacks.conftest import IMPLEMENTATION, Attack, Corpus, Installed, Threat

THREAT = Threat(
    attack="edit the metadata so that `verify` looks elsewhere",
    at_import="refused",
    by_verify="found",
    with_key="refused",
    with_guard="refused",
    by="the digest of the file in `MANIFEST`; the import reads no metadata",
)
RECORD = "shop-1.0.dist-info/RECORD"
METADATA = "shop-1.0.dist-info/METADATA"


def unlisted(shop: Installed) -> None:
    """Leave the changed package out of RECORD, and the other one in."""
    shop.write(IMPLEMENTATION, shop.evil_total())
    lines = shop.read(RECORD).splitlines(keepends=True)
    shop.write(RECORD, b"".join(line for line in lines if b"shop/_vibesafe/MANIFEST" not in line))


def quoted(shop: Installed) -> None:
    """Write its path as CSV also may."""
    shop.write(IMPLEMENTATION, shop.evil_total())
    shop.replace(RECORD, "shop/_vibesafe/MANIFEST,", '"shop/_vibesafe/MANIFEST",')


def roundabout(shop: Installed) -> None:
    """Write its path by a way round."""
    shop.write(IMPLEMENTATION, shop.evil_total())
    shop.replace(RECORD, "shop/_vibesafe/MANIFEST,", "shop/../shop/_vibesafe/./MANIFEST,")


def editable(shop: Installed) -> None:
    """Say that it is an editable install, of which nothing is expected."""
    shop.write(IMPLEMENTATION, shop.evil_total())
    lines = shop.read(RECORD).splitlines(keepends=True)
    shop.write(RECORD, b"".join(line for line in lines if b"/MANIFEST" not in line))
    shop.write("shop-1.0.dist-info/direct_url.json", '{"dir_info": {"editable": true}, "url": "file:///nowhere"}')


def independent(shop: Installed) -> None:
    """Say that it needs no runtime, so that no baked package is expected of it."""
    shop.write(IMPLEMENTATION, shop.evil_total())
    shop.replace(METADATA, "Requires-Dist: vibesafe-runtime\n", "")
    lines = shop.read(RECORD).splitlines(keepends=True)
    shop.write(RECORD, b"".join(line for line in lines if b"/MANIFEST" not in line))


ATTACKS: dict[str, Attack] = {
    "unlisted": unlisted,
    "quoted": quoted,
    "roundabout": roundabout,
    "editable": editable,
    "independent": independent,
}


@pytest.mark.parametrize("name", ATTACKS)
def test_verify_finds_it_all_the_same(corpus: Corpus, name: str) -> None:
    corpus.try_out(THREAT, ATTACKS[name], mend="")
