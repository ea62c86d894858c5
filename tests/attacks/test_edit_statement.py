"""The statement of who wrote what is edited, so that it names another author, model or gate.

Who: whoever wants other code, or their own, to look approved. What stops it: the statement is listed in the manifest.
"""

import pytest

from tests.attacks.conftest import STATEMENT, Attack, Corpus, Threat

THREAT = Threat(
    attack="edit `statement.json`",
    at_import="refused",
    by_verify="found",
    with_key="refused",
    with_guard="refused",
    by="the digest of the statement in `MANIFEST`",
)

ATTACKS: dict[str, Attack] = {
    "another author": lambda shop: shop.replace(STATEMENT, "Zo\u00eb", "Joe"),
    "one space": lambda shop: shop.write(STATEMENT, shop.read(STATEMENT) + b" "),
    "a duplicate key": lambda shop: shop.replace(STATEMENT, '"_type":', '"_type":"","_type":'),
    "emptied": lambda shop: shop.write(STATEMENT, b""),
    "that of another package": lambda shop: shop.write(STATEMENT, shop.read("_vibesafe_calc/statement.json")),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_an_edited_statement_is_refused(corpus: Corpus, name: str) -> None:
    corpus.try_out(THREAT, ATTACKS[name], where="statement.json")
