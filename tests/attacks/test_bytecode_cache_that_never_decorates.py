"""The bytecode of the spec module that a process imports first is replaced by code that never reaches the runtime.

Who: whoever can write into site-packages. Either it calls no decorator, or it takes itself away, runs the
honest code in a namespace of its own and takes from there what it wants. Nothing at import can refuse what never calls
it: only the guard, and `verify`, do.
"""

import py_compile

import pytest

from tests.attacks.conftest import SPEC_MODULE, Attack, Corpus, Installed, Threat, plant_bytecode

THREAT = Threat(
    attack="swap `__pycache__` of the first spec module by code that hides from the runtime",
    at_import="no effect",
    by_verify="found",
    with_key="no effect",
    with_guard="no effect",
    not_started="gets through",
    by="the guard; afterwards `verify`",
)


ASIDE = """
import os
os.remove(__cached__)
RATE = 0
aside = {"__name__": __name__, "__spec__": __spec__, "__file__": __file__}
exec(compile(open(__file__).read(), __file__, "exec", dont_inherit=True), aside)
"""


def plant(shop: Installed, source: str) -> None:
    plant_bytecode(shop, SPEC_MODULE, source, py_compile.PycInvalidationMode.UNCHECKED_HASH)


ATTACKS: dict[str, Attack] = {
    "no decorator": lambda shop: plant(shop, shop.evil_total()),
    "the honest code aside": lambda shop: plant(shop, ASIDE + shop.evil_total()),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_it_is_stopped_before_it_runs(corpus: Corpus, name: str) -> None:
    corpus.try_out(THREAT, ATTACKS[name], where=".pyc")
