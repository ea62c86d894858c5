"""Two different specs are written so that what is hashed of them might be the same bytes.

Who: whoever writes a spec, to have an implementation that was accepted for one shipped for another. What stops it: each
part is encoded with its own tag and length, so no delimiter in a text can stand for one between parts.
"""

from itertools import combinations

import pytest

from tests.attacks.conftest import Threat
from tests.spec.conftest import RUNTIME, scan_modules

THREAT = Threat(
    attack="two different specs with one hash, by delimiters in docstrings",
    at_import="-",
    by_verify="-",
    with_key="-",
    with_guard="-",
    by="the build: each part of a spec is hashed with its tag and its length",
)


def spec_hash(text: str, **others: str) -> str:
    """Return the hash of the one spec in a module."""
    modules = {"app": "", "app.m": RUNTIME + text, **{f"app.{name}": other for name, other in others.items()}}
    found = scan_modules(modules)
    assert found.all_problems == ()
    (spec,) = (spec for spec in found.specs if spec.unit.module == "app.m")
    return spec.spec_hash


def stub(docstring: str, *, signature: str = "x: int", before: str = "", above: str = "", options: str = "") -> str:
    lines = [above, f"@vibesafe{options}", f"def f({signature}) -> int:", f"    {docstring}"]
    return "\n".join([*lines, *([f"    {before}"] if before else []), "    raise VibeCoded()", ""])


EXAMPLE = ">>> f(1)\n    1"
# In each family every spec differs from every other in what it asks for.
FAMILIES: dict[str, list[str]] = {
    "from one example into the next": [
        stub(f'"""A.\n\n    {EXAMPLE}\n    >>> f(2)\n    2\n    """'),
        stub(f'"""A.\n\n    {EXAMPLE}\n    >>> f(2)\n    2\n\n    2\n    """'),
        stub('"""A.\n\n    >>> f(1)\n    1\\\\n>>> f(2)\n    2\n    """'),
        stub('"""A.\n\n    >>> f(1), f(2)\n    (1, 2)\n    """'),
    ],
    "from the summary into the examples": [
        stub(f'"""A.\n\n    {EXAMPLE}\n    """'),
        stub(f'"""A. f(1) 1\n\n    {EXAMPLE}\n    """'),
        stub(f'"""A.\n\n    B.\n\n    {EXAMPLE}\n    """'),
        stub(f'"""A.\\0B.\n\n    {EXAMPLE}\n    """'),
        stub(f'"""A.\\x1fB.\n\n    {EXAMPLE}\n    """'),
        stub(f'"""docstring\\n1:A.\n\n    {EXAMPLE}\n    """'),
    ],
    "from the docstring into the code before the hole": [
        stub(f'"""A.\n\n    {EXAMPLE}\n    """', before="y = 1"),
        stub(f'"""A.\n\n    {EXAMPLE}\n    """', before='"y = 1"'),
        stub(f'"""A. y = 1\n\n    {EXAMPLE}\n    """'),
        stub(f'"""A.\n\n    {EXAMPLE}\n    """', before="y = 11"),
        stub(f'"""A.\n\n    {EXAMPLE}\n    """', before="y = 1; y = 1"),
    ],
    "between signature and defaults": [
        stub(f'"""A.\n\n    {EXAMPLE}\n    """', signature="x: int, y: int = 1"),
        stub(f'"""A.\n\n    {EXAMPLE}\n    """', signature="x: int, *, y: int = 1"),
        stub(f'"""A.\n\n    {EXAMPLE}\n    """', signature="x: int, /, y: int = 1"),
        stub(f'"""A.\n\n    {EXAMPLE}\n    """', signature="x: int = 1, y: int = 1"),
        stub(f'"""A.\n\n    {EXAMPLE}\n    """', signature="x: int, y: int = True"),
        stub(f'"""A.\n\n    {EXAMPLE}\n    """', signature="x: int, y: int = -1"),
        stub(f'"""A.\n\n    {EXAMPLE}\n    """', signature='x: int, y: int | str = "1"'),
        stub(f'"""A.\n\n    {EXAMPLE}\n    """', signature='x: int, y: "int | str" = 1'),
        stub(f'"""A.\n\n    {EXAMPLE}\n    """', signature="x: int, *y: int"),
        stub(f'"""A.\n\n    {EXAMPLE}\n    """', signature="x: int, **y: int"),
    ],
    "between values that print alike": [
        stub(f'"""A.\n\n    {EXAMPLE}\n    """', signature=f"x: int, y: object = {value}")
        for value in (
            "1",
            "1.0",
            "1j",
            "'1'",
            "b'1'",
            "True",
            "(1,)",
            "[1]",
            "{1}",
            "0.0",
            "-0.0",
            "0",
            "'\\u00e9'",
            "'e\\u0301'",
        )
    ],
    "between constants and names": [
        stub(f'"""A `N`.\n\n    {EXAMPLE}\n    """', above=above)
        for above in ("N = 1", "N = '1'", "N = 11", "N = (1, 1)", "N = ('1', 1)", "N = ('1,1',)", "N = '1', '1'")
    ],
    "between options": [
        stub(f'"""A.\n\n    {EXAMPLE}\n    """', options=options)
        for options in ("", "(tags=('a', 'b'))", "(tags=('a,b',))", "(tags=('ab',))", "(model='a')", "(template='a')")
    ],
}


@pytest.mark.parametrize("family", FAMILIES)
def test_different_specs_have_different_hashes(family: str) -> None:
    for one, other in combinations(FAMILIES[family], 2):
        assert spec_hash(one) != spec_hash(other), (one, other)


def test_the_control_of_the_same_spec_written_otherwise_has_the_same_hash() -> None:
    one = stub(f'"""A.\n\n    {EXAMPLE}\n    """', signature="x: int, y: int = 1")
    other = one.replace("x: int, y: int = 1", "\n    x: int,  # first\n    y: int = 0x1,\n")
    assert spec_hash(one) == spec_hash(other)


def test_text_does_not_move_between_modules() -> None:
    text = stub(f'"""A `N`.\n\n    {EXAMPLE}\n    """', above="from app.a import M\nfrom app.b import N")
    assert spec_hash(text, a="M = 1\n", b="N = 2\n") != spec_hash(text, a="M = 2\n", b="N = 1\n")
