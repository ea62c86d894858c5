"""A directory is put at the front of the package's own `__path__` after it was imported.

Who: other code in the process, such as a plug-in system. What stops it: the finder stands first and does not ask the
path. A package in a later namespace portion is no part of a package with an `__init__`.
"""

import pytest

from tests.attacks.conftest import CALL, IMPLEMENTATION, Attack, Corpus, Installed, Threat

THREAT = Threat(
    attack="shadow a covered module through the package's `__path__`, or a namespace portion",
    at_import="no effect",
    by_verify="not found",
    with_key="no effect",
    with_guard="no effect",
    by="the finder stands first, and answers from the manifest",
)


def front(shop: Installed) -> None:
    for name in (IMPLEMENTATION, "shop/stock.py"):
        shop.write(shop.root / "earlier" / name, shop.evil)
    earlier = str(shop.root / "earlier" / "shop")
    code = f"import shop, shop.pricing; shop.__path__.insert(0, {earlier!r}); import shop.stock; {CALL}"
    shop.arguments = ("-c", code)


ATTACKS: dict[str, Attack] = {
    "the front of the path": front,
    "a namespace portion": lambda shop: shop.write(shop.work / "shop/_vibesafe/extra.py", shop.evil),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_it_has_no_effect(corpus: Corpus, name: str) -> None:
    corpus.try_out(THREAT, ATTACKS[name])
