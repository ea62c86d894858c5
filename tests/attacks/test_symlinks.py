"""A file is replaced by a symbolic link to one that lies elsewhere.

Who: whoever can write into site-packages. What stops it: what a file is, is decided by its bytes alone. A link to the
same bytes is the same file, because some installers make every installed file one.
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
    judge,
    judge_verify,
)

THREAT = Threat(
    attack="replace files by symbolic links to others",
    at_import="refused",
    by_verify="found",
    with_key="refused",
    with_guard="refused",
    by="the digest of what lies behind the link",
)


def link(shop: Installed, name: str, target: str = "") -> None:
    evil = shop.write(shop.root / "evil.py", shop.evil_total())
    (shop.site / name).unlink()
    (shop.site / name).symlink_to(target or evil)


def whole(shop: Installed) -> None:
    """Replace the baked package by a link to a copy of it with another implementation."""
    other = (shop.site / "shop/_vibesafe").rename(shop.root / "other")
    shop.write(other / "pricing__total.py", shop.evil_total())
    (shop.site / "shop/_vibesafe").symlink_to(other)


ATTACKS: dict[str, Attack] = {
    "an implementation": partial(link, name=IMPLEMENTATION),
    "the manifest": partial(link, name=MANIFEST),
    "the init": partial(link, name=INIT),
    "the statement": partial(link, name=STATEMENT),
    "to nothing": lambda shop: link(shop, IMPLEMENTATION, "nowhere"),
    "to itself": lambda shop: link(shop, IMPLEMENTATION, "pricing__total.py"),
    "the whole package": whole,
}


@pytest.mark.parametrize("name", ATTACKS)
def test_a_link_to_other_bytes_is_refused(corpus: Corpus, name: str) -> None:
    corpus.try_out(THREAT, ATTACKS[name], where="shop/_vibesafe")


def test_the_control_of_a_link_to_the_same_bytes_passes(corpus: Corpus) -> None:
    shop = corpus.copy()
    file = shop.site / IMPLEMENTATION
    file.symlink_to(file.rename(shop.root / "store.py"))
    judge(shop, "no effect")
    judge_verify(shop, None)
