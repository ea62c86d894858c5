"""A file is added to a baked package: a module to be imported from there, or to stand in the place of one.

Who: whoever can write into site-packages, or a second distribution. What stops it: at import and in `verify`, nothing
may lie there that the manifest does not list; and the finder answers for no module that it does not list.
"""

from importlib.machinery import EXTENSION_SUFFIXES

import pytest

from tests.attacks.conftest import MANIFEST, Attack, Corpus, Threat

THREAT = Threat(
    attack="add a file to `_vibesafe/`",
    at_import="refused",
    by_verify="found",
    with_key="refused",
    with_guard="refused",
    by="whatever lies there must be listed in `MANIFEST`",
)

ATTACKS: dict[str, Attack] = {
    "a module": lambda shop: shop.write("shop/_vibesafe/extra.py", shop.evil),
    "a package in a module's place": lambda shop: shop.write(
        "shop/_vibesafe/pricing__total/__init__.py", shop.evil_total()
    ),
    "an extension in a module's place": lambda shop: shop.write(
        f"shop/_vibesafe/pricing__total{EXTENSION_SUFFIXES[0]}", b"\x7fELF"
    ),
    "bytecode without source": lambda shop: shop.write("shop/_vibesafe/extra.pyc", b""),
    "a hidden file": lambda shop: shop.write("shop/_vibesafe/.hidden", ""),
    "another case": lambda shop: shop.write("shop/_vibesafe/Pricing__Total.py", shop.evil_total()),
    "a shard": lambda shop: shop.write("shop/_vibesafe/MANIFEST.00", shop.read(MANIFEST)),
    "an envelope's twin": lambda shop: shop.write("shop/_vibesafe/statement.dsse.json ", ""),
    "an empty directory": lambda shop: (shop.site / "shop/_vibesafe/extra").mkdir(),
    "a link to nothing": lambda shop: (shop.site / "shop/_vibesafe/extra.py").symlink_to("nowhere"),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_an_extra_file_is_refused(corpus: Corpus, name: str) -> None:
    corpus.try_out(THREAT, ATTACKS[name], where="shop/_vibesafe/")
