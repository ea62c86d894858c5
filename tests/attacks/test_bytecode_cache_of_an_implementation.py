"""The bytecode in `__pycache__` of an implementation is replaced, in each form in which Python would believe it.

Who: whoever can write into site-packages; a build cache that is shared. What stops it: the runtime reads no
`__pycache__` at all. `verify` finds it all the same, because another tool might read it.
"""

import py_compile
from functools import partial

import pytest

from tests.attacks.conftest import IMPLEMENTATION, INIT, Attack, Corpus, Installed, Threat, plant_bytecode

THREAT = Threat(
    attack="swap `__pycache__` of an implementation",
    at_import="no effect",
    by_verify="found",
    with_key="no effect",
    with_guard="no effect",
    by="`__pycache__` is never read",
)


def plant(shop: Installed, name: str, mode: py_compile.PycInvalidationMode) -> None:
    plant_bytecode(shop, name, shop.evil_total(), mode)


ATTACKS: dict[str, Attack] = {
    f"{name}, {mode.name.lower()}": partial(plant, name=name, mode=mode)
    for name in (IMPLEMENTATION, INIT)
    for mode in py_compile.PycInvalidationMode
}


@pytest.mark.parametrize("name", ATTACKS)
def test_it_is_not_even_read(corpus: Corpus, name: str) -> None:
    corpus.try_out(THREAT, ATTACKS[name], where=".pyc")
