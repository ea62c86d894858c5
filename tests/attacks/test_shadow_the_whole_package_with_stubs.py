"""A package with the same stubs, but without a baked package, is put where Python looks first.

Who: as before; or a source checkout that is the working directory by accident. What stops it: a stub without an
implementation raises in production.
"""

import pytest

from tests.attacks.conftest import SPEC_MODULE, Attack, Corpus, Installed, Threat

THREAT = Threat(
    attack="shadow the whole package by its stubs",
    at_import="refused",
    by_verify="not found",
    with_key="refused",
    with_guard="no effect",
    by="a stub alone is never an implementation",
)


def stubs(shop: Installed) -> None:
    shop.write(shop.work / "shop/__init__.py", "")
    shop.write(shop.work / SPEC_MODULE, shop.read(SPEC_MODULE))


ATTACKS: dict[str, Attack] = {
    "working directory": stubs,
}


@pytest.mark.parametrize("name", ATTACKS)
def test_it_is_refused(corpus: Corpus, name: str) -> None:
    corpus.try_out(THREAT, ATTACKS[name], where="shop.pricing/total", exception="VibesafeCheckpointMissing")
