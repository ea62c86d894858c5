"""An older, weaker implementation of the same unit is put back into the installed wheel (a rollback).

Who: whoever can write into site-packages and kept an older release. What stops it: the manifest names one
implementation of a unit. A whole older release put back is a genuine wheel; its statement says what it is, and only
pinning versions or digests where it is installed says that it is not wanted.
"""

import pytest

from tests.attacks.conftest import IMPLEMENTATION, MANIFEST, STATEMENT, Attack, Corpus, Installed, Threat

THREAT = Threat(
    attack="put an older implementation of the same unit back into the installed wheel",
    at_import="refused",
    by_verify="found",
    with_key="refused",
    with_guard="refused",
    by="the digest of the one implementation in `MANIFEST`",
)


def older(shop: Installed) -> str:
    """Return what an earlier release had: right on every example, and wrong elsewhere."""
    return shop.read(IMPLEMENTATION).decode().replace("price * RATE + 1", "3 if price == 1 else 0")


def with_metadata(shop: Installed) -> None:
    """Put it back with the checkpoint that the statement of that release named."""
    shop.write(IMPLEMENTATION, older(shop))
    shop.replace(STATEMENT, '"checkpoint":"', '"checkpoint":"0')


def beside(shop: Installed) -> None:
    """Put all of the older release back that is generated, but for its manifest."""
    shop.write(IMPLEMENTATION, older(shop))
    shop.replace(MANIFEST, shop.read(MANIFEST)[:8].decode(), "00000000")


ATTACKS: dict[str, Attack] = {
    "the implementation": lambda shop: shop.write(IMPLEMENTATION, older(shop)),
    "with its statement": with_metadata,
    "with its manifest": beside,
}


@pytest.mark.parametrize("name", ATTACKS)
def test_it_is_refused(corpus: Corpus, name: str) -> None:
    corpus.try_out(THREAT, ATTACKS[name], where="shop/_vibesafe")
