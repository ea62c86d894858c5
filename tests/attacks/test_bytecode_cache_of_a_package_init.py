"""The bytecode in `__pycache__` of a package above a spec module is replaced, and takes itself away once it runs.

Who: whoever can write into site-packages. Python runs it before anything of the runtime is there. What is kept of a
package is compared at the first unit below it, but not where nothing is kept any more. Only the guard stops it;
`verify` finds it, as long as it did not run.
"""

import py_compile

import pytest

from tests.attacks.conftest import Attack, Corpus, Installed, Threat, plant_bytecode

THREAT = Threat(
    attack="swap `__pycache__` of a package above a spec module by code that takes itself away",
    at_import="no effect",
    by_verify="found",
    with_key="no effect",
    with_guard="no effect",
    not_started="gets through",
    by="the guard, which the start file sets",
)


def planted(shop: Installed, mode: py_compile.PycInvalidationMode) -> None:
    plant_bytecode(shop, "shop/__init__.py", f"import os\n{shop.evil}os.remove(__cached__)\n", mode)


ATTACKS: dict[str, Attack] = {
    "timestamp": lambda shop: planted(shop, py_compile.PycInvalidationMode.TIMESTAMP),
    "unchecked hash": lambda shop: planted(shop, py_compile.PycInvalidationMode.UNCHECKED_HASH),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_it_is_stopped_before_it_runs(corpus: Corpus, name: str) -> None:
    corpus.try_out(THREAT, ATTACKS[name], where=".pyc")
