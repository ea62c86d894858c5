"""Characters and names that are not what they look like."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hatch_vibesafe.spec.characters import name_fault, unreadable
from hatch_vibesafe.spec.model import SourceFile, UnitSettings
from hatch_vibesafe.spec.scan import scan


@pytest.mark.parametrize(
    "text",
    [
        "x = '\u202e'\n",
        "# \u2066 \u2069\n",
        "x = 1  # a\u200bb\n",
        "x = 'a\u200db'\n",
        "x = '\u3164'\n",
        "x = 'a\U000e0101'\n",
        "x = 1\x1b\n",
        "c\u0430t = 1\n",
        "\uff45val = 1\n",
        "x = f'{c\u0430t}'\n",
        "x\ufe0f = 1\n",
        "cafe\u0301 = 1\n",
    ],
)
def test_what_deceives_a_reader_is_found_in_its_line(text: str) -> None:
    assert [line for line, _ in unreadable("\n" + text)][:1] == [2]


@pytest.mark.parametrize(
    "text",
    [
        "x = 1\n\ty = 2\r\n",
        "größe = 'Größe'  # Größe\n",
        "\u0438\u043c\u044f = '\u0438\u043c\u044f \u0438 name'\n",
        "x = '\u2764\ufe0f and \U0001f469\u200d\U0001f680'\n",
        "x = '\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645'\n",
        "x = '\\u202e'\n",
        "\u65e5\u672c\u8a9e\u3072\u3089\u304c\u306a\u30ab\u30bf\u30ab\u30caabc = 1\n",
        "\u0394_1 = 'x\u00b2 \u2116 \u00bd'\n",
        "x = f'{größe} x\u00b2'\n",
    ],
)
def test_honest_text_is_let_be(text: str) -> None:
    assert [*unreadable(text)] == []


@given(st.from_regex(r"[A-Za-z_][A-Za-z0-9_]*", fullmatch=True))
def test_an_ascii_name_has_no_fault(name: str) -> None:
    assert name_fault(name) == ""


@given(
    st.text(st.characters(max_codepoint=0x7E, min_codepoint=0x20)), st.sampled_from("\u202a\u202e\u2066\u2069\u200b")
)
def test_a_reordering_character_is_found_wherever_it_stands(around: str, hidden: str) -> None:
    assert [*unreadable(f"# {around}{hidden}{around}\n")]


@given(st.sampled_from("\u0430\u0435\u043e\u0440\u0441\u0443\u0445"), st.from_regex(r"[a-z]+", fullmatch=True))
def test_one_letter_of_another_script_is_enough(letter: str, rest: str) -> None:
    assert "mixes scripts" in name_fault(rest + letter)


def test_the_scan_says_so_of_a_file_with_a_unit() -> None:
    unit = (
        "from vibesafe_runtime import VibeCoded, vibesafe\n\n@vibesafe\ndef f(x: int) -> int:\n"
        '    """>>> f(1)\n    1\n    """\n    raise VibeCoded()\n'
    )

    def found(text: str) -> list[str]:
        file = SourceFile("app", "app.py", text.encode(), is_package=False)
        return [problem.where for problem in scan([file], lambda _: UnitSettings("t", "t")).problems]

    assert found(unit) == []
    assert found(unit + "# \u202e\n") == ["app.py:9"]
    assert found("# \u202e\n") == [], "what holds no unit is not ours to judge"
