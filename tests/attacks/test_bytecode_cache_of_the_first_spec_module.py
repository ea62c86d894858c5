"""The bytecode in `__pycache__` of the spec module that a process imports first is replaced.

Who: whoever can write into site-packages. Python runs it before anything of the runtime is loaded. At its first unit it
is compared, code object with code object, with the verified source, and refused; what stood above has run by then. Only
the guard stops it before; `verify` finds it.
"""

import py_compile
from functools import partial

import pytest

from tests.attacks.conftest import SPEC_MODULE, Attack, Corpus, Installed, Threat, plant_bytecode

THREAT = Threat(
    attack="swap `__pycache__` of the first spec module",
    at_import="no effect",
    by_verify="found",
    with_key="no effect",
    with_guard="no effect",
    not_started="refused late",
    by="the guard; without the start file, at its first unit, the verified source",
)


def plant(shop: Installed, mode: py_compile.PycInvalidationMode) -> None:
    plant_bytecode(shop, SPEC_MODULE, shop.evil + shop.read(SPEC_MODULE).decode(), mode)


def wrapped(shop: Installed) -> None:
    """Hand the honest source to exec(), so that the decorator meets honest code."""
    source = f"{shop.evil}exec(compile(open(__file__).read(), __file__, 'exec', dont_inherit=True))\n"
    plant_bytecode(shop, SPEC_MODULE, source, py_compile.PycInvalidationMode.UNCHECKED_HASH)


ATTACKS: dict[str, Attack] = {
    **{mode.name.lower(): partial(plant, mode=mode) for mode in py_compile.PycInvalidationMode},
    "the honest code inside": wrapped,
}


@pytest.mark.parametrize("name", ATTACKS)
def test_it_is_stopped_before_it_runs(corpus: Corpus, name: str) -> None:
    corpus.try_out(THREAT, ATTACKS[name], where="pricing.py")
