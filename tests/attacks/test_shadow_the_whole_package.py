"""The whole package is put where Python looks first, as plain functions.

Who: whoever can write where a program is started, set `PYTHONPATH`, or install a distribution into an earlier place.
The honest package is never touched and the runtime never loaded: only the guard can stop it.
"""

import pytest

from tests.attacks.conftest import Attack, Corpus, Installed, Threat

THREAT = Threat(
    attack="shadow the whole package by plain code",
    at_import="gets through",
    by_verify="not found",
    with_key="gets through",
    with_guard="no effect",
    by="only the guard",
)


def plain(shop: Installed, place: str) -> None:
    shop.write(shop.root / place / "shop/__init__.py", "")
    shop.write(shop.root / place / "shop/pricing.py", shop.evil_total())


def earlier(shop: Installed) -> None:
    plain(shop, "earlier")
    shop.variables["PYTHONPATH"] = str(shop.root / "earlier")


ATTACKS: dict[str, Attack] = {
    "working directory": lambda shop: plain(shop, "work"),
    "PYTHONPATH": earlier,
}


@pytest.mark.parametrize("name", ATTACKS)
def test_it_is_stopped_by_the_guard_alone(corpus: Corpus, name: str) -> None:
    corpus.try_out(THREAT, ATTACKS[name])
