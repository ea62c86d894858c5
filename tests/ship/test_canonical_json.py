"""The one form of JSON that ships: what is written is read back, and nothing else is."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hatch_vibesafe.canonical_json import EXACT, Json, canonical_json, parse_canonical_json

# UTF-8 has no surrogates, and so canonical JSON has none.
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
KEYS = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=10)
VALUES: st.SearchStrategy[Json] = st.recursive(
    st.booleans() | st.integers(1 - EXACT, EXACT - 1) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_a_value_is_read_back_as_it_was(value: Json) -> None:
    assert parse_canonical_json(canonical_json(value)) == value


@given(VALUES)
def test_the_same_value_in_another_form_is_refused(value: Json) -> None:
    other = json.dumps(value, indent=1).encode()
    if other != canonical_json(value):
        with pytest.raises(ValueError, match="canonical form"):
            parse_canonical_json(other)


@given(st.binary(max_size=30))
def test_any_bytes_are_read_or_refused_in_words(content: bytes) -> None:
    try:
        value = parse_canonical_json(content)
    except ValueError:
        return
    assert canonical_json(value) == content


def test_the_form_is_that_of_rfc_8785() -> None:
    # RFC 8785, 3.2.2.2: which characters are escaped, and how.
    value: Json = {"string": '€$\x0f\nA\'B"\\\\"/', "c3a9": [True, False, -1], "": "\x7f\u2028"}
    expected = r'{"":"' + "\x7f\u2028" + r'","c3a9":[true,false,-1],"string":"€$\u000f\nA' + "'" + r'B\"\\\\\"/"}'
    assert canonical_json(value) == expected.encode()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b'{"a":1,"a":1}', "'a' stands there twice"),
        (b'{"a":{"b":1,"b":2}}', "'b' stands there twice"),
        (b'{"b":1,"a":1}', "canonical form"),
        (b'{"a": 1}', "canonical form"),
        (b'{"a":1}\n', "canonical form"),
        (b'"\\u0041"', "canonical form"),
        (b'"\\ud800"', "surrogates not allowed"),
        (b"1.0", "no integer"),
        (b"1e3", "no integer"),
        (b"NaN", "no integer"),
        (b"null", "no place"),
        (b"-0", "canonical form"),
        (b"9007199254740992", "no place"),
        ('{"é":1}'.encode(), "not printable ASCII"),
        (b'{"\\u001b":1}', "not printable ASCII"),
        (b"\xef\xbb\xbf{}", "BOM"),
        (b"\xff", "not UTF-8"),
        (b"[" * 200_000, "nested too deeply"),
        (b"", "Expecting value"),
        (b"{}{}", "Extra data"),
    ],
)
def test_what_two_readers_may_understand_differently_is_refused(content: bytes, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        parse_canonical_json(content)


@pytest.mark.parametrize("content", [b"{}", b'{"a":1,"b":[true,"\xc3\xa9"]}', b"9007199254740991", b'"\\u0000"'])
def test_what_is_canonical_is_read(content: bytes) -> None:
    assert canonical_json(parse_canonical_json(content)) == content
