"""The runtime itself is replaced or shadowed, with all that checks.

Who: whoever can write into site-packages, or where a program is started. A check cannot check itself; run `verify` from
another environment, and start programs with `python -I` or `-P`.
"""

import pytest

from tests.attacks.conftest import Attack, Corpus, Installed, Threat

THREAT = Threat(
    attack="replace or shadow the runtime",
    at_import="gets through",
    by_verify="not found",
    with_key="gets through",
    by="nothing: it is what would stop it",
)


def fake(shop: Installed) -> str:
    return f"class VibeCoded(Exception): pass\ndef vibesafe(stub):\n    {shop.evil}    return lambda price: 9\n"


def earlier(shop: Installed) -> None:
    shop.write(shop.root / "earlier/vibesafe_runtime/__init__.py", fake(shop))
    shop.variables["PYTHONPATH"] = str(shop.root / "earlier")


ATTACKS: dict[str, Attack] = {
    "shadowed": lambda shop: shop.write(shop.work / "vibesafe_runtime.py", fake(shop)),
    "through PYTHONPATH": earlier,
}


@pytest.mark.parametrize("name", ATTACKS)
def test_nothing_stops_it(corpus: Corpus, name: str) -> None:
    corpus.try_out(THREAT, ATTACKS[name])
