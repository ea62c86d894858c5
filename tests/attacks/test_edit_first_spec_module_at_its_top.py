"""The spec module that a process imports first is edited above its first unit.

Who: whoever can write into site-packages. Python begins to run the module before anything of the runtime is loaded: the
attacker's statement runs, then the first unit refuses the module. Only a verifying finder that stands before the first
import (the guard) stops the statement itself; `verify` finds the edit.
"""

import pytest

from tests.attacks.conftest import SPEC_MODULE, Attack, Corpus, Threat

THREAT = Threat(
    attack="edit the first spec module above its first unit",
    at_import="refused",
    by_verify="found",
    with_key="refused",
    with_guard="refused",
    not_started="refused late",
    by="the digest in `MANIFEST`; without the start file, at its first unit",
)

ATTACKS: dict[str, Attack] = {
    "a statement at the top": lambda shop: shop.write(SPEC_MODULE, shop.evil.encode() + shop.read(SPEC_MODULE)),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_it_is_refused_before_its_first_statement(corpus: Corpus, name: str) -> None:
    corpus.try_out(THREAT, ATTACKS[name], where="pricing.py")
