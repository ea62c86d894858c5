"""A file of a baked package, or the whole of it, is taken away, so that less is checked.

Who: whoever can write into site-packages; an installer that was interrupted. What stops it: every file that the
manifest lists must be there, and without a manifest there is no implementation at all.
"""

from functools import partial

import pytest

from tests.attacks.conftest import (
    IMPLEMENTATION,
    INIT,
    MANIFEST,
    STATEMENT,
    Attack,
    Corpus,
    Installed,
    Threat,
    bytecode,
)

THREAT = Threat(
    attack="take a file of `_vibesafe/` away",
    at_import="refused",
    by_verify="found",
    with_key="refused",
    with_guard="refused",
    by="every file that `MANIFEST` lists must be there",
)


def remove(shop: Installed, name: str) -> None:
    (shop.site / name).unlink()


ATTACKS: dict[str, Attack] = {
    name: partial(remove, name=name)
    for name in (IMPLEMENTATION, MANIFEST, INIT, STATEMENT, "shop/_vibesafe/stock__left.py", bytecode())
}


@pytest.mark.parametrize("name", ATTACKS)
def test_a_missing_file_is_refused(corpus: Corpus, name: str) -> None:
    corpus.try_out(THREAT, ATTACKS[name], where="shop/_vibesafe")
