"""The attacker's code runs in the process before the package is imported: `sitecustomize`, or a `.pth` file.

Who: whoever can write into site-packages; any distribution that is installed. Nothing in a process can be defended
against code that was there before it: it can replace the runtime, the interpreter's builtins, everything.
"""

import pytest

from tests.attacks.conftest import Attack, Corpus, Threat

THREAT = Threat(
    attack="run code in the process first: `sitecustomize`, a `.pth` file with an import, a patched runtime",
    at_import="gets through",
    by_verify="-",
    with_key="gets through",
    with_guard="gets through",
    by="nothing in the process: start it with `python -I -S`, or from a place that the attacker cannot write",
)

ATTACKS: dict[str, Attack] = {
    "sitecustomize": lambda shop: shop.first(shop.evil),
    "a .pth file": lambda shop: shop.write("evil.pth", f"import sys; {shop.evil}"),
    "a decorator of its own": lambda shop: shop.first(
        f"import vibesafe_runtime\nvibesafe_runtime.vibesafe = lambda stub: lambda price: {shop.evil.strip()}\n"
    ),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_nothing_stops_it(corpus: Corpus, name: str) -> None:
    corpus.try_out(THREAT, ATTACKS[name])
