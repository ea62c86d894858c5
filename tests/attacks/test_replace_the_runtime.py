"""The runtime itself, with all that checks, is replaced, or shadowed through `PYTHONPATH`.

Who: whoever can write into site-packages, or set a variable of the environment. A check cannot check itself: run
`verify` from another environment, and start programs with `python -I`.
"""

import pytest

from tests.attacks.conftest import Attack, Corpus, Installed, Threat

THREAT = Threat(
    attack="replace the runtime, or shadow it through `PYTHONPATH`",
    at_import="gets through",
    by_verify="not found",
    with_key="gets through",
    with_guard="gets through",
    by="nothing: it is what would stop it",
)


def fake(shop: Installed) -> str:
    return f"class VibeCoded(Exception): pass\ndef vibesafe(stub):\n    {shop.evil}    return lambda price: 9\n"


def earlier(shop: Installed) -> None:
    shop.write(shop.root / "earlier/vibesafe_runtime/__init__.py", fake(shop))
    shop.write(shop.root / "earlier/vibesafe_runtime/_finder.py", "def guarded_loader(*_): return None\n")
    shop.variables["PYTHONPATH"] = str(shop.root / "earlier")


ATTACKS: dict[str, Attack] = {
    "in its place": lambda shop: shop.write("vibesafe_runtime/__init__.py", fake(shop)),
    "through PYTHONPATH": earlier,
}


@pytest.mark.parametrize("name", ATTACKS)
def test_nothing_stops_it(corpus: Corpus, name: str) -> None:
    corpus.try_out(THREAT, ATTACKS[name])
