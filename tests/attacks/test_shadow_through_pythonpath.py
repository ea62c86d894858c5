"""Modules of a covered package are put where `PYTHONPATH` points.

Who: whoever can set a variable of the program's environment. What stops it: the finder answers for every covered module
from the place of its manifest, whatever stands earlier on the path.
"""

from functools import partial

import pytest

from tests.attacks.conftest import IMPLEMENTATION, SPEC_MODULE, Attack, Corpus, Installed, Threat

THREAT = Threat(
    attack="shadow a covered module through `PYTHONPATH`",
    at_import="no effect",
    by_verify="not found",
    with_key="no effect",
    with_guard="no effect",
    by="the finder stands first, and answers from the manifest",
)


def shadow(shop: Installed, name: str) -> None:
    shop.write(shop.root / "earlier" / name, shop.evil_total())
    shop.variables["PYTHONPATH"] = str(shop.root / "earlier")


ATTACKS: dict[str, Attack] = {
    "an implementation": partial(shadow, name=IMPLEMENTATION),
    "its bare name": partial(shadow, name="pricing__total.py"),
    "a spec module": partial(shadow, name=SPEC_MODULE),
    "another baked package": partial(shadow, name="_vibesafe_pricing/total.py"),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_it_has_no_effect(corpus: Corpus, name: str) -> None:
    corpus.try_out(THREAT, ATTACKS[name])
