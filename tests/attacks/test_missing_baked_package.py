"""The whole baked package is taken away.

Who: whoever can write into site-packages; a wheel that was built without its hook. What stops it: a stub without an
implementation raises, and in production there is nothing else that could give it one.
"""

import shutil

import pytest

from tests.attacks.conftest import Attack, Corpus, Threat

THREAT = Threat(
    attack="take all of `_vibesafe/` away",
    at_import="refused",
    by_verify="found",
    with_key="refused",
    with_guard="refused",
    by="a stub alone is never an implementation",
)

ATTACKS: dict[str, Attack] = {
    "deleted": lambda shop: shutil.rmtree(shop.site / "shop/_vibesafe"),
    "renamed": lambda shop: (shop.site / "shop/_vibesafe").rename(shop.site / "shop/vibesafe"),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_a_missing_baked_package_is_refused(corpus: Corpus, name: str) -> None:
    corpus.try_out(THREAT, ATTACKS[name], where="shop", exception="VibesafeCheckpointMissing")
