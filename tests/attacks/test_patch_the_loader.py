"""Python's own loader is patched to read other bytes, or to compile them otherwise.

Who: other code in the process. What stops it: whoever reads, what was read is compared, and the very bytes that were
compared are what runs.
"""

import pytest

from tests.attacks.conftest import Attack, Corpus, Threat

THREAT = Threat(
    attack="patch what Python's loader reads",
    at_import="refused",
    by_verify="not found",
    with_key="refused",
    with_guard="refused",
    by="what was read is compared, whoever read it",
)


READS = """
import os
from importlib.machinery import SourceFileLoader
honest = SourceFileLoader.get_data
def get_data(self, path):
    return {evil!r}.encode() if "shop/_vibesafe" in path and os.path.exists(path) else honest(self, path)
SourceFileLoader.get_data = get_data
"""


ATTACKS: dict[str, Attack] = {
    "get_data": lambda shop: shop.first(READS.format(evil=shop.evil_total())),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_it_is_refused(corpus: Corpus, name: str) -> None:
    corpus.try_out(THREAT, ATTACKS[name], where="shop/_vibesafe")
