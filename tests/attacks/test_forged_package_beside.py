"""A baked package of the attacker's is put where the runtime looks once the honest one no longer applies.

Who: whoever can write into site-packages. Without `shop/__init__.py`, which has no unit and so is not listed, `shop` is
a namespace and `shop/pricing.py` a module of its own, which is served by `shop/_vibesafe_pricing/`. No file that the
manifest lists is touched. Without a key that is one more way to rewrite everything; with one, it is refused.
"""

import shutil

import pytest

from tests.attacks.conftest import SPEC_MODULE, Attack, Corpus, Installed, Threat
from vibesafe_runtime._manifest import format_manifest, init_source, sha256

THREAT = Threat(
    attack="forge a baked package beside the honest one, and take the `__init__.py` away that tells them apart",
    at_import="gets through",
    by_verify="found",
    with_key="refused",
    with_guard="gets through",
    by="`verify`; the signature, where the deployment trusts a key",
)


def forged(shop: Installed) -> None:
    (shop.site / "shop/__init__.py").unlink()
    shutil.rmtree(shop.site / "shop/__pycache__", ignore_errors=True)
    implementation = "shop/_vibesafe_pricing/total.py"
    shop.write(implementation, shop.evil_total())
    manifest = format_manifest({name: sha256(shop.read(name)) for name in (implementation, SPEC_MODULE)})
    shop.write("shop/_vibesafe_pricing/MANIFEST", manifest)
    shop.write("shop/_vibesafe_pricing/__init__.py", init_source(manifest))


ATTACKS: dict[str, Attack] = {"without the __init__": forged}


@pytest.mark.parametrize("name", ATTACKS)
def test_verify_or_a_key_stops_it(corpus: Corpus, name: str) -> None:
    corpus.try_out(THREAT, ATTACKS[name], where="shop")
