"""Implementation, manifest and `__init__.py` are rewritten, and the statement is taken away or left as it was.

Who: whoever can write into site-packages. An import without a key does not read what the statement says; `verify` does,
and where the deployment trusts keys, the import does.
"""

import pytest

from tests.attacks.conftest import IMPLEMENTATION, INIT, MANIFEST, STATEMENT, Attack, Corpus, Installed, Threat, forge
from vibesafe_runtime._manifest import init_source, sha256

THREAT = Threat(
    attack="rewrite all but the statement",
    at_import="gets through",
    by_verify="found",
    with_key="refused",
    with_guard="gets through",
    by="`verify`, which compares statement and manifest; the signature, where the deployment trusts a key",
)


def without(shop: Installed) -> None:
    """Take statement and envelope away, as an unsigned package would be."""
    for file in (shop.site / "shop/_vibesafe").glob("statement*"):
        file.unlink()
    forge(shop, {IMPLEMENTATION: shop.evil_total()})


def as_it_was(shop: Installed) -> None:
    """Put the honest statement back, and list it."""
    honest = shop.read(STATEMENT)
    forge(shop, {IMPLEMENTATION: shop.evil_total()})
    before = sha256(shop.read(STATEMENT))
    shop.write(STATEMENT, honest)
    shop.replace(MANIFEST, before, sha256(honest))
    shop.write(INIT, init_source(shop.read(MANIFEST)))


ATTACKS: dict[str, Attack] = {"without it": without, "as it was": as_it_was}


@pytest.mark.parametrize("name", ATTACKS)
def test_verify_or_a_key_stops_it(corpus: Corpus, name: str) -> None:
    corpus.try_out(THREAT, ATTACKS[name], where="statement.json")
