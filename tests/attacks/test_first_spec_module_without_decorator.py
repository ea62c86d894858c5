"""The spec module that a process imports first is replaced by one that never calls the decorator.

Who: whoever can write into site-packages. Nothing of the runtime is loaded by it, so that only what stands before can
refuse it: the guard, which the file sets that Python reads when it starts. `verify` reads every file.
"""

import pytest

from tests.attacks.conftest import SPEC_MODULE, Attack, Corpus, Threat

THREAT = Threat(
    attack="replace the first spec module by one that calls no decorator",
    at_import="refused",
    by_verify="found",
    with_key="refused",
    with_guard="refused",
    not_started="gets through",
    by="the digest in `MANIFEST`; without the start file, only `verify`",
)

ATTACKS: dict[str, Attack] = {
    "a plain function": lambda shop: shop.write(SPEC_MODULE, shop.evil_total()),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_it_is_stopped_before_it_runs(corpus: Corpus, name: str) -> None:
    corpus.try_out(THREAT, ATTACKS[name], where="pricing.py")
