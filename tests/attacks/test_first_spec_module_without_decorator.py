"""The spec module that a process imports first is replaced by one that never calls the decorator.

Who: whoever can write into site-packages. Nothing of the runtime is ever loaded, so nothing at import can refuse it;
only the guard, which stands before, and `verify`, which reads every file.
"""

import pytest

from tests.attacks.conftest import SPEC_MODULE, Attack, Corpus, Threat

THREAT = Threat(
    attack="replace the first spec module by one that calls no decorator",
    at_import="gets through",
    by_verify="found",
    with_key="gets through",
    with_guard="refused",
    by="only the guard; afterwards `verify`",
)

ATTACKS: dict[str, Attack] = {
    "a plain function": lambda shop: shop.write(SPEC_MODULE, shop.evil_total()),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_it_is_stopped_by_the_guard_alone(corpus: Corpus, name: str) -> None:
    corpus.try_out(THREAT, ATTACKS[name], where="pricing.py")
