"""The `__init__.py` of a package above a spec module is edited in the installed wheel.

Who: whoever can write into site-packages. It is listed, because it decides which baked package serves what is below it;
but Python runs it before anything of the runtime is there. It is compared at the first unit below it; only the guard
stops it before.
"""

import pytest

from tests.attacks.conftest import Attack, Corpus, Threat

THREAT = Threat(
    attack="edit the `__init__.py` of a package above a spec module",
    at_import="refused",
    by_verify="found",
    with_key="refused",
    with_guard="refused",
    not_started="refused late",
    by="the digest in `MANIFEST`; without the start file, at the first unit below it",
)
ATTACKS: dict[str, Attack] = {
    "a statement more": lambda shop: shop.write("shop/__init__.py", shop.evil),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_it_is_refused_before_its_first_statement(corpus: Corpus, name: str) -> None:
    corpus.try_out(THREAT, ATTACKS[name], where="shop/__init__.py")
