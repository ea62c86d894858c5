"""A module of the package that has no unit is edited.

Who: whoever can write into site-packages. It is ordinary Python: no manifest lists it, here as in any other wheel. What
an implementation imports from the project is in a spec module, which is listed.
"""

import pytest

from tests.attacks.conftest import CALL, Attack, Corpus, Installed, Threat

THREAT = Threat(
    attack="edit a module that has no unit",
    at_import="gets through",
    by_verify="not found",
    with_key="gets through",
    with_guard="gets through",
    by="nothing: only spec modules and generated code are covered",
)


def plain(shop: Installed) -> None:
    shop.write("shop/rates.py", shop.evil)
    shop.arguments = ("-c", f"import shop.rates; {CALL}")


ATTACKS: dict[str, Attack] = {
    "imported by the program": plain,
}


@pytest.mark.parametrize("name", ATTACKS)
def test_nothing_stops_it(corpus: Corpus, name: str) -> None:
    corpus.try_out(THREAT, ATTACKS[name])
