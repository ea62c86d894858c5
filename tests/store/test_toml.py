import os
import subprocess
import sys
import tomllib
from math import isnan
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hatch_vibesafe.store.toml import dump

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
SCALARS = TEXTS | st.integers() | st.floats(allow_nan=False) | st.booleans()
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=12,
)
TABLES = st.dictionaries(TEXTS, VALUES, max_size=5)


@given(TABLES)
def test_what_is_written_is_read_back(table: dict[str, object]) -> None:
    assert tomllib.loads(dump(table).decode("utf-8")) == table


@given(SCALARS)
def test_a_value_keeps_its_type(value: object) -> None:
    # 1 == 1.0 == True: equality alone would not see it.
    assert type(tomllib.loads(dump({"value": value}).decode("utf-8"))["value"]) is type(value)


@pytest.mark.parametrize(
    "text",
    [
        "'''",
        '"""',
        'a "quoted" word',
        "back\\slash",
        "two\nlines\r\nand\rthree",
        "\x00\x01\x1f\x7f\x80\x9f",
        "\U0001f600 \U0010ffff",
        "\ufeff\u2028\u2029\u200b",
        "# no comment",
        "[no.table]",
        "trailing \\",
        "",
    ],
)
def test_awkward_texts_as_value_and_as_key(text: str) -> None:
    table = {text: text, "list": [text], "table": {text: {text: text}}}
    assert tomllib.loads(dump(table).decode("utf-8")) == table


def test_control_characters_never_reach_the_file() -> None:
    content = dump({"text": "".join(map(chr, range(0xA0)))})
    assert not set(content.decode("utf-8")) & (
        {chr(code) for code in range(0xA0)} - set(map(chr, range(0x20, 0x7F))) - {"\n"}
    )


@pytest.mark.parametrize("number", [1e16, 1e-7, 5e-324, float("inf"), float("-inf"), -0.0, 2**63, -(2**70)])
def test_awkward_numbers(number: float) -> None:
    assert repr(tomllib.loads(dump({"n": number}).decode())["n"]) == repr(number)


def test_nan_is_read_back() -> None:
    assert isnan(tomllib.loads(dump({"n": float("nan")}).decode())["n"])


def test_plain_values_stand_before_tables_whatever_the_order() -> None:
    table = {"table": {"x": 1}, "plain": 2, "tables": [{"y": [1, {"z": 3}]}, {}]}
    assert tomllib.loads(dump(table).decode()) == table


@pytest.mark.parametrize("value", [None, b"bytes", "\ud800", {"key\udfff": 1}, [None], {"a": [{"b": None}]}])
def test_what_toml_cannot_hold_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"TOML cannot hold|not writable as UTF-8"):
        dump({"value": value})


def test_the_same_bytes_in_a_forced_ascii_locale(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path\n"
        "from hatch_vibesafe.store.toml import dump\n"
        "from hatch_vibesafe.store.files import write_atomically\n"
        "write_atomically(Path(sys.argv[1]), dump({'gr\\u00fc\\u00dfe': '\\U0001f600\\n'}))\n"
    )
    path = tmp_path / "file.toml"
    environment = {**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    subprocess.run([sys.executable, "-c", program, path], check=True, env=environment, cwd=Path(__file__).parents[2])
    assert path.read_bytes() == dump({"grüße": "\U0001f600\n"})
    assert tomllib.loads(path.read_bytes().decode("utf-8")) == {"grüße": "\U0001f600\n"}
