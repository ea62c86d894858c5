"""The baked package is taken away, and a fake of the development tools answers for the stubs that are left.

Who: whoever can write into site-packages or onto the path. Where nothing is baked, the runtime looks for a source
checkout, by the name of the tools. In production they are not installed; whoever installs them can have them return
what they like. Where the deployment trusts keys, there is no implementation but a signed one.
"""

import shutil

import pytest

from tests.attacks.conftest import Attack, Corpus, Installed, Threat

THREAT = Threat(
    attack="take the baked package away and plant development tools",
    at_import="gets through",
    by_verify="found",
    with_key="refused",
    with_guard="gets through",
    by="`verify`; where the deployment trusts a key, nothing but signed code is an implementation",
)


def planted(shop: Installed) -> None:
    shutil.rmtree(shop.site / "shop/_vibesafe")
    shop.write("hatch_vibesafe/__init__.py", "")
    fake = f"def implementation(stub, module, file):\n    {shop.evil}    return lambda price: 9\n"
    shop.write("hatch_vibesafe/dev.py", fake)


ATTACKS: dict[str, Attack] = {"in site-packages": planted}


@pytest.mark.parametrize("name", ATTACKS)
def test_verify_or_a_key_stops_it(corpus: Corpus, name: str) -> None:
    corpus.try_out(THREAT, ATTACKS[name], where="shop", exception="VibesafeCheckpointMissing")
