"""A spec module is edited in the installed wheel: its helpers, the code around its units.

Who: whoever can write into site-packages. What stops it: the digest of the spec module in the manifest. Python starts
to run the first spec module of a process before the runtime is there; so that one is compared when it reaches its first
unit, which is why an attacker's statement at its top is refused late.
"""

import pytest

from tests.attacks.conftest import SPEC_MODULE, Attack, Corpus, Installed, Threat

THREAT = Threat(
    attack="edit a spec module below its first unit, or any one but the first that is imported",
    at_import="refused",
    by_verify="found",
    with_key="refused",
    with_guard="refused",
    by="the digest of the module in `MANIFEST`",
)


def second(shop: Installed) -> None:
    """Edit, at its top, a spec module that is imported when the finder already stands."""
    shop.write("shop/stock.py", shop.evil.encode() + shop.read("shop/stock.py"))
    shop.arguments = ("-c", "from shop.pricing import total; import shop.stock; print(total(4))")


ATTACKS: dict[str, Attack] = {
    "a constant": lambda shop: shop.replace(SPEC_MODULE, "RATE = 2", "RATE = 0"),
    "a second default": lambda shop: shop.replace(SPEC_MODULE, "(price: int)", "(price: int = 0)"),
    "after the unit": lambda shop: shop.write(SPEC_MODULE, shop.read(SPEC_MODULE) + shop.evil.encode()),
    "one newline": lambda shop: shop.write(SPEC_MODULE, shop.read(SPEC_MODULE) + b"\n"),
    "a comment": lambda shop: shop.write(SPEC_MODULE, b"# harmless\n" + shop.read(SPEC_MODULE)),
    "the second one": second,
}


@pytest.mark.parametrize("name", ATTACKS)
def test_an_edited_spec_module_is_refused(corpus: Corpus, name: str) -> None:
    corpus.try_out(THREAT, ATTACKS[name], where="shop/")
