"""Implementation, statement, manifest and `__init__.py` are rewritten so that they agree.

Who: whoever can write into site-packages and knows the format. Without a key nothing can stop it: who can rewrite the
package can rewrite what it is compared with. Where the deployment trusts keys, it is refused.
"""

import pytest

from tests.attacks.conftest import IMPLEMENTATION, SPEC_MODULE, Attack, Corpus, Installed, Threat, forge

THREAT = Threat(
    attack="rewrite implementation, statement, manifest and `__init__.py` consistently",
    at_import="gets through",
    by_verify="with a key",
    with_key="refused",
    with_guard="gets through",
    by="the signature, where the deployment trusts a key",
)


def more(shop: Installed) -> None:
    """Leave all as it is, and have the spec module import one module more."""
    source = shop.read(SPEC_MODULE).decode().replace("RATE = 2", "import shop._vibesafe.more\n\nRATE = 2")
    forge(shop, {"shop/_vibesafe/more.py": shop.evil, SPEC_MODULE: source})


ATTACKS: dict[str, Attack] = {
    "the implementation": lambda shop: forge(shop, {IMPLEMENTATION: shop.evil_total()}),
    "a module more": more,
}


@pytest.mark.parametrize("name", ATTACKS)
def test_only_a_key_stops_it(corpus: Corpus, name: str) -> None:
    corpus.try_out(THREAT, ATTACKS[name])
