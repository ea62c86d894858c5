"""A package or an extension of the same name is put beside the spec module that a process imports first.

Who: whoever can write into site-packages. Python prefers a package, then an extension, to a module; the runtime is
never loaded. Only the guard stops it; `verify` finds it.
"""

import py_compile

import pytest

from tests.attacks.conftest import Attack, Corpus, Installed, Threat

THREAT = Threat(
    attack="a package or extension beside the first spec module",
    at_import="no effect",
    by_verify="found",
    with_key="no effect",
    with_guard="no effect",
    not_started="gets through",
    by="the guard; afterwards `verify`",
)


def compiled(shop: Installed) -> None:
    source = shop.write(shop.root / "other.py", shop.evil_total())
    (shop.site / "shop/pricing").mkdir()
    py_compile.compile(str(source), cfile=str(shop.site / "shop/pricing/__init__.pyc"), doraise=True)


ATTACKS: dict[str, Attack] = {
    "a package": lambda shop: shop.write("shop/pricing/__init__.py", shop.evil_total()),
    "a package of bytecode": compiled,
}


@pytest.mark.parametrize("name", ATTACKS)
def test_it_is_stopped_before_it_runs(corpus: Corpus, name: str) -> None:
    corpus.try_out(THREAT, ATTACKS[name], where="pricing")
