"""A module with the name of an implementation stands in `sys.modules` before the spec module is imported.

Who: other code in the process. What stops it: an implementation must have come from the verifying loader.
"""

import pytest

from tests.attacks.conftest import Attack, Corpus, Threat

THREAT = Threat(
    attack="plant an implementation in `sys.modules`",
    at_import="refused",
    by_verify="not found",
    with_key="refused",
    with_guard="refused",
    by="an implementation must come from the verifying loader",
)


PLANT = """
import os, sys, types
fake = types.ModuleType("shop._vibesafe.pricing__total")
fake.__loader__ = {loader}
def total(price):
    {evil}
fake.total = total
sys.modules[fake.__name__] = fake
"""


ATTACKS: dict[str, Attack] = {
    "with no loader": lambda shop: shop.first(PLANT.format(loader=None, evil=shop.evil)),
    "with Python's loader": lambda shop: shop.first(PLANT.format(loader="os.__loader__", evil=shop.evil)),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_it_is_refused(corpus: Corpus, name: str) -> None:
    corpus.try_out(THREAT, ATTACKS[name], where="pricing__total.py")
