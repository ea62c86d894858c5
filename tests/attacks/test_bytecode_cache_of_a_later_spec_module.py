"""The bytecode in `__pycache__` of a spec module is replaced that is imported when the finder already stands.

Who: whoever can write into site-packages. What stops it: once any unit of the package was imported, the finder loads
every covered module from its verified source.
"""

import py_compile
from functools import partial

import pytest

from tests.attacks.conftest import Attack, Corpus, Installed, Threat, plant_bytecode

THREAT = Threat(
    attack="swap `__pycache__` of a later spec module",
    at_import="no effect",
    by_verify="found",
    with_key="no effect",
    with_guard="no effect",
    by="`__pycache__` is never read",
)


def plant(shop: Installed, mode: py_compile.PycInvalidationMode) -> None:
    plant_bytecode(shop, "shop/stock.py", f"{shop.evil}def left(stock, sold):\n    return 0\n", mode)
    shop.arguments = ("-c", "from shop.pricing import total; from shop.stock import left; print(total(4) * left(2, 1))")


ATTACKS: dict[str, Attack] = {mode.name.lower(): partial(plant, mode=mode) for mode in py_compile.PycInvalidationMode}


@pytest.mark.parametrize("name", ATTACKS)
def test_it_is_not_even_read(corpus: Corpus, name: str) -> None:
    corpus.try_out(THREAT, ATTACKS[name], where=".pyc")
