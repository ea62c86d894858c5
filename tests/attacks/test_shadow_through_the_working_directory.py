"""Modules of a covered package are put where Python looks first: into the working directory.

Who: whoever can write where a program is started. What stops it: the finder answers for every covered module from the
place of its manifest, whatever stands earlier on the path.
"""

import pytest

from tests.attacks.conftest import CALL, IMPLEMENTATION, SPEC_MODULE, Attack, Corpus, Installed, Threat

THREAT = Threat(
    attack="shadow a covered module through the working directory",
    at_import="no effect",
    by_verify="not found",
    with_key="no effect",
    with_guard="no effect",
    by="the finder stands first, and answers from the manifest",
)


def later(shop: Installed) -> None:
    """Shadow the single module `calc`, which is imported when its baked package already stands."""
    shop.write(shop.work / "calc.py", shop.evil)
    shop.arguments = (
        "-P",
        "-c",
        f"import sys, calc; sys.path.insert(0, '.'); del sys.modules['calc']; import calc; {CALL}",
    )


ATTACKS: dict[str, Attack] = {
    "an implementation": lambda shop: shop.write(shop.work / IMPLEMENTATION, shop.evil_total()),
    "its bare name": lambda shop: shop.write(shop.work / "pricing__total.py", shop.evil_total()),
    "a spec module": lambda shop: shop.write(shop.work / SPEC_MODULE, shop.evil_total()),
    "a later spec module": later,
}


@pytest.mark.parametrize("name", ATTACKS)
def test_it_has_no_effect(corpus: Corpus, name: str) -> None:
    corpus.try_out(THREAT, ATTACKS[name])
