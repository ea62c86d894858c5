"""A `.pth` file adds a directory with modules of the same names.

Who: whoever can write one file into site-packages; any distribution that is installed. What stops it: such a directory
comes last, and a package's path is its own. (A `.pth` file can also run code: see "run code first".)
"""

from functools import partial

import pytest

from tests.attacks.conftest import IMPLEMENTATION, SPEC_MODULE, Attack, Corpus, Installed, Threat

THREAT = Threat(
    attack="shadow a covered module through a `.pth` file",
    at_import="no effect",
    by_verify="not found",
    with_key="no effect",
    with_guard="no effect",
    by="what a `.pth` file adds comes last",
)


def add(shop: Installed, name: str) -> None:
    shop.write(shop.root / "later" / name, shop.evil_total())
    shop.write("a.pth", f"{shop.root / 'later'}\n")


ATTACKS: dict[str, Attack] = {
    "an implementation": partial(add, name=IMPLEMENTATION),
    "a spec module": partial(add, name=SPEC_MODULE),
    "the whole package": partial(add, name="shop/__init__.py"),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_it_has_no_effect(corpus: Corpus, name: str) -> None:
    corpus.try_out(THREAT, ATTACKS[name])
