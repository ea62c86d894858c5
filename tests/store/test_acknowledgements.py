"""Why a divergence is right: kept whole, read strictly."""

from pathlib import Path

import pytest

from hatch_vibesafe.identity import CheckpointHash, UnitId
from hatch_vibesafe.problems import VibesafeHashMismatch
from hatch_vibesafe.store.acknowledgements import (
    ACKNOWLEDGED,
    Acknowledgement,
    acknowledge,
    is_reason,
    read_acknowledgements,
)
from hatch_vibesafe.store.places import unit_directory

UNIT = UnitId("app.math", "add")
ONE, TWO, THREE = (CheckpointHash(each * 64) for each in "abc")


def test_what_is_kept_is_read_back_and_the_last_word_counts(tmp_path: Path) -> None:
    assert read_acknowledgements(tmp_path, UNIT) == ()
    first = Acknowledgement(ONE, TWO, 'it was "wrong"', "Ada")
    second = Acknowledgement(TWO, THREE, "\u00e9t\u00e9")
    again = Acknowledgement(ONE, TWO, "it was wrong before")
    for each in (first, second):
        acknowledge(tmp_path, UNIT, each)
    assert read_acknowledgements(tmp_path, UNIT) == (first, second)
    acknowledge(tmp_path, UNIT, again)
    assert read_acknowledgements(tmp_path, UNIT) == (second, again)


@pytest.mark.parametrize("reason", ["", " ", "two\nlines", "x" * 501, "\x1b[31mred"])
def test_what_is_no_reason_is_not_kept(tmp_path: Path, reason: str) -> None:
    assert not is_reason(reason)
    with pytest.raises(ValueError, match="not a reason"):
        acknowledge(tmp_path, UNIT, Acknowledgement(ONE, TWO, reason))
    assert read_acknowledgements(tmp_path, UNIT) == ()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("reason", "because"),
        ('"fine"', '""'),
        ("a" * 64, "a" * 63),
        ("format = 1", "format = 2"),
        ('approver = ""', 'approver = "\\u0007"'),
        ("[[divergence]]", "[[divergence]"),
    ],
)
def test_a_file_that_was_tampered_with_is_refused(tmp_path: Path, old: str, new: str) -> None:
    acknowledge(tmp_path, UNIT, Acknowledgement(ONE, TWO, "fine"))
    path = unit_directory(tmp_path, UNIT) / ACKNOWLEDGED
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(VibesafeHashMismatch):
        read_acknowledgements(tmp_path, UNIT)
