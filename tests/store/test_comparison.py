from hatch_vibesafe.identity import CheckpointHash
from hatch_vibesafe.store.comparison import implementation_diff

ACTIVE, CURRENT = CheckpointHash("a" * 64), CheckpointHash("c" * 64)


def test_the_same_bytes_differ_in_nothing() -> None:
    assert implementation_diff(b"same\n", b"same\n", ACTIVE, CURRENT) == ""


def test_lines_that_differ_are_shown_with_both_hashes() -> None:
    assert implementation_diff(b"one\ntwo\n", b"one\nthree\n", ACTIVE, CURRENT).splitlines() == [
        "--- active aaaaaaaaaaaa",
        "+++ current cccccccccccc",
        "@@ -1,2 +1,2 @@",
        " one",
        "-two",
        "+three",
    ]


def test_a_missing_last_newline_is_shown() -> None:
    shown = implementation_diff(b"one\n", b"one", ACTIVE, CURRENT)
    assert shown.endswith("-one\n+one\n\\ No newline at end of file\n")


def test_bytes_that_are_no_text_and_odd_separators_are_shown() -> None:
    shown = implementation_diff(b"a\x0cb\r\n", b"a\x0cb\n\xff\n", ACTIVE, CURRENT)
    assert "-a\x0cb\r\n+a\x0cb\n+\\xff\n" in shown


def test_from_nothing() -> None:
    assert implementation_diff(b"", b"one\n", ACTIVE, CURRENT).endswith("@@ -0,0 +1 @@\n+one\n")
