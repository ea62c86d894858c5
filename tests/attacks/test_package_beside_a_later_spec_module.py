"""A package or an extension of the same name is put beside a spec module that is imported later.

Who: whoever can write into site-packages. What stops it: the finder answers from the manifest, which names the module.
"""

from importlib.machinery import EXTENSION_SUFFIXES

import pytest

from tests.attacks.conftest import CALL, Attack, Corpus, Installed, Threat

THREAT = Threat(
    attack="a package or extension beside a later spec module",
    at_import="no effect",
    by_verify="found",
    with_key="no effect",
    with_guard="no effect",
    by="the finder stands first, and answers from the manifest",
)


def beside(shop: Installed, name: str) -> None:
    shop.write(name, shop.evil)
    shop.arguments = ("-c", f"import shop.pricing, shop.stock; {CALL}")


ATTACKS: dict[str, Attack] = {
    "a package": lambda shop: beside(shop, "shop/stock/__init__.py"),
    "an extension": lambda shop: beside(shop, f"shop/stock{EXTENSION_SUFFIXES[0]}"),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_it_has_no_effect(corpus: Corpus, name: str) -> None:
    corpus.try_out(THREAT, ATTACKS[name], where="stock")
