"""A distribution in an earlier place brings the same package with a baked package of its own, which agrees with itself.

Who: whoever can install into an earlier place on the path. Without a key it is as good as the honest one; where the
deployment trusts keys, it is refused, because none of them signed it.
"""

import shutil

import pytest

from tests.attacks.conftest import IMPLEMENTATION, Attack, Corpus, Installed, Threat, forge

THREAT = Threat(
    attack="an earlier distribution with a consistent baked package",
    at_import="gets through",
    by_verify="not found",
    with_key="refused",
    with_guard="gets through",
    by="the signature, where the deployment trusts a key",
)


def earlier(shop: Installed) -> None:
    place = shop.root / "earlier" / "lib" / "python3" / "site-packages"
    shutil.copytree(shop.site / "shop", place / "shop")
    forge(Installed(shop.root / "earlier"), {IMPLEMENTATION: shop.evil_total()})
    shop.variables["PYTHONPATH"] = str(place)


ATTACKS: dict[str, Attack] = {
    "PYTHONPATH": earlier,
}


@pytest.mark.parametrize("name", ATTACKS)
def test_only_a_key_stops_it(corpus: Corpus, name: str) -> None:
    corpus.try_out(THREAT, ATTACKS[name])
