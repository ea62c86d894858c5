"""A finder, an importer or a cached one stands first before the package is imported, and answers for implementations.

Who: other code in the process: import hooks, freezers, coverage tools. What stops it: the verifying finder puts itself
first whenever a unit is imported, and loads an implementation without asking anybody.
"""

import pytest

from tests.attacks.conftest import Attack, Corpus, Installed, Threat

THREAT = Threat(
    attack="plant a meta-path finder or a path hook for implementations",
    at_import="no effect",
    by_verify="not found",
    with_key="no effect",
    with_guard="no effect",
    by="an implementation is loaded without asking any finder",
)


FINDER = """
import importlib.util, sys

class Finder:
    @staticmethod
    def find_spec(name, path=None, target=None):
        return importlib.util.spec_from_loader(name, Loader) if name.startswith("shop._vibesafe.") else None

class Loader:
    @staticmethod
    def create_module(spec):
        return None
    @staticmethod
    def exec_module(module):
        evil()
        module.total = lambda price: 0

class First(list):
    def __iter__(self):
        return iter([Finder, *super().__iter__()])

def hooked(path):
    if not path.endswith("_vibesafe"):
        raise ImportError
    return Finder
"""


def shop_evil(shop: Installed, plant: str) -> str:
    return f"def evil():\n    {shop.evil}\n{plant}\n"


ATTACKS: dict[str, Attack] = {
    "a finder": lambda shop: shop.first(FINDER + shop_evil(shop, "sys.meta_path.insert(0, Finder)")),
    "a path hook": lambda shop: shop.first(
        FINDER + shop_evil(shop, "sys.path_hooks.insert(0, lambda path: hooked(path))")
    ),
    "a finder that stays first": lambda shop: shop.first(
        FINDER + shop_evil(shop, "sys.meta_path = First(sys.meta_path)")
    ),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_it_has_no_effect(corpus: Corpus, name: str) -> None:
    corpus.try_out(THREAT, ATTACKS[name])
