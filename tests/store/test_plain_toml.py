import tomllib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hatch_vibesafe.store.plain_toml import load
from hatch_vibesafe.store.toml import dump

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=6) | st.sampled_from(["a", "b", "a b", "a.b"])
VALUES = st.recursive(
    TEXTS | st.integers() | st.booleans() | st.lists(TEXTS, max_size=3),
    lambda inner: st.lists(st.dictionaries(TEXTS, inner, max_size=2), max_size=2) | st.dictionaries(TEXTS, inner),
    max_leaves=12,
)
KEYS = st.sampled_from(["a", "b", '"a"', '"a b"', "a.b", "a.a", "", '""', "ä", "a ", '"\\u0061"', "1", "a=", "'a'"])
WRITTEN = st.sampled_from(
    [
        *('"x"', '""', '"x # y"', '"\\n"', '"', '"x" # y', "'x'", '"""x"""', '"\t"', '"\x7f"', '"\u2028"', '"x" "y"'),
        *("0", "-0", "01", "-7", "+7", "1_0", "0x1", "9" * 18, "9" * 19, "1.5", "1e3", "inf", "1979-05-27"),
        *("true", "false", "True", "true ", "[]", "[ ]", '["x"]', '["x", "y"]', '["x",  "y"]', '["x",]', '["x", 1]'),
        *("[[]]", "{}", "{a = 1}", "", "["),
    ]
)
LINES = (
    st.builds("{} = {}".format, KEYS, WRITTEN)
    | st.builds("[{}]".format, KEYS)
    | st.builds("[[{}]]".format, KEYS)
    | st.sampled_from(["", " ", "# comment", " a = 1", "a=1", "a = 1\r", "[a] # b", "[ a ]", "\ufeff"])
)


def outcome(text: str) -> object:
    """Return what the standard library reads, types told apart, or its refusal."""
    try:
        return repr(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        return str(error)


def ours(text: str) -> object:
    try:
        return repr(load(text))
    except tomllib.TOMLDecodeError as error:
        return str(error)


@given(st.dictionaries(TEXTS, VALUES, max_size=5))
def test_what_the_store_writes_is_read_as_the_standard_library_reads_it(table: dict[str, object]) -> None:
    text = dump(table).decode("utf-8")
    assert ours(text) == outcome(text)


@given(st.lists(LINES, max_size=6).map("\n".join))
@example("[[a]]\n[a.b]\n[a.b]")
@example("[[a]]\n[a.b]\n[[a]]\n[a.b]\nb = 1")
@example('a = ["x"]\n[[a]]')
@example("a = []\n[a.b]")
@example("[a.b]\n[a]")
@example("[a.b]\n[[a]]")
@example("[[a]]\n[a]")
@example("[a]\na = 1\n[a.a]")
def test_lines_of_every_kind_are_read_as_the_standard_library_reads_them(text: str) -> None:
    assert ours(text) == outcome(text)


def test_what_the_store_writes_needs_no_help(monkeypatch: pytest.MonkeyPatch) -> None:
    table = {"format": 1, "unit": "app.text/split", "uses": {}, "gates": [{"gate": "lint", "counts": {"findings": 0}}]}
    text = dump(table | {"repairs": ["one", "two"], "parts": {"example 1": "0" * 64}, "ok": True}).decode()

    def refuse(_text: str) -> dict[str, object]:
        pytest.fail("plain lines went to tomllib")

    monkeypatch.setattr(tomllib, "loads", refuse)
    assert load(text)["gates"] == table["gates"]
    with pytest.raises(pytest.fail.Exception):
        load("a = 'literal'")
