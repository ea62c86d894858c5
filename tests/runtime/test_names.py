"""Names of implementation modules: readable where they can be, and never the same for two units."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vibesafe_runtime._names import baked_package, implementation_module, root_package

identifiers = st.one_of(
    st.sampled_from(
        [
            "a",
            "b",
            "A",
            "_",
            "__",
            "a_",
            "_a",
            "a__b",
            "é",
            "\N{FULLWIDTH LATIN SMALL LETTER A}",
            "nul",
            "con",
            "a_0123456789ab",
            "abcdefabcdef",
        ]
    ),
    st.from_regex(r"[a-zA-Z_][a-zA-Z0-9_]{0,14}", fullmatch=True),
)
dotted = st.lists(identifiers, min_size=1, max_size=3).map(".".join)


@pytest.mark.parametrize(
    ("module", "qualname", "root", "expected"),
    [
        ("shop.pricing", "total", "shop", "shop._vibesafe.pricing__total"),
        ("shop.a.b", "total", "shop", "shop._vibesafe.a__b__total"),
        ("shop", "total", "shop", "shop._vibesafe.total"),
        ("ns.shop.pricing", "total", "ns.shop", "ns.shop._vibesafe.pricing__total"),
        ("calc", "f", "", "_vibesafe_calc.f"),
        ("ns.calc", "f", "", "ns._vibesafe_calc.f"),
    ],
)
def test_a_plain_unit_has_a_plain_name(module: str, qualname: str, root: str, expected: str) -> None:
    assert implementation_module(module, qualname, root) == expected


@pytest.mark.parametrize("qualname", ["Account.deposit", "_private", "a__b", "é", "nul", "f_0123456789ab", "x" * 200])
def test_any_other_has_a_digest_at_its_end(qualname: str) -> None:
    name = implementation_module("shop", qualname, "shop").rpartition(".")[2]
    assert name.isascii()
    assert name.isidentifier()
    assert len(name.encode()) < 140
    assert len(name.rpartition("_")[2]) == 12


@given(st.tuples(dotted, dotted), st.tuples(dotted, dotted))
def test_two_units_never_share_a_file_even_where_case_is_folded(one: tuple[str, str], two: tuple[str, str]) -> None:
    first = implementation_module(f"shop.{one[0]}", one[1], "shop")
    second = implementation_module(f"shop.{two[0]}", two[1], "shop")
    assert (first.casefold() == second.casefold()) == (one == two)


def test_a_name_that_ends_like_a_digest_is_not_that_of_another_unit() -> None:
    hashed = implementation_module("shop", "x__y", "shop").rpartition(".")[2]
    digest = hashed.rpartition("_")[2]
    assert implementation_module("shop.x", f"y_{digest}", "shop").rpartition(".")[2] != hashed


def test_the_root_is_the_topmost_regular_package() -> None:
    regular = {"ns.shop", "ns.shop.inner"}.__contains__
    assert root_package("ns.shop.inner.pricing", regular) == "ns.shop"
    assert root_package("ns.shop", regular) == "ns.shop"
    assert root_package("ns.other", regular) == ""


def test_the_baked_package_of_a_module_without_package_stands_beside_it() -> None:
    assert baked_package("calc", "") == "_vibesafe_calc"
    assert baked_package("shop.pricing", "shop") == "shop._vibesafe"
