import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hatch_vibesafe.approver import is_approver
from hatch_vibesafe.identity import CheckpointHash, Digest, UnitId
from hatch_vibesafe.problems import VibesafeError, VibesafeHashMismatch
from hatch_vibesafe.store.index import index_bytes, parse_index, read_index, update_index
from hatch_vibesafe.store.records import Index, IndexEntry

ROOT = Path(__file__).parents[2]

NAMES = st.from_regex(r"[a-zäß_][a-z0-9_]{0,5}(\.[A-Z][a-z0-9_]{0,5}){0,2}", fullmatch=True)
DIGESTS = st.binary(min_size=32, max_size=32).map(bytes.hex)
APPROVERS = st.just("") | st.text(min_size=1, max_size=200).filter(is_approver)
ENTRIES = st.builds(IndexEntry, DIGESTS.map(CheckpointHash), DIGESTS.map(Digest), APPROVERS)
INDEXES = st.dictionaries(st.builds(UnitId, NAMES, NAMES), ENTRIES, max_size=5).map(Index)

ENTRY = IndexEntry(CheckpointHash("a" * 64), Digest("b" * 64))
LINES = f'active = "{"a" * 64}"\nevidence = "{"b" * 64}"\n'
GOOD = f'format = 1\n\n[units."app.math/add"]\n{LINES}'


def with_unit(index: Index, unit: str) -> Index:
    return Index({**index.units, UnitId.parse(unit): ENTRY})


@given(INDEXES)
def test_what_is_written_is_read_back(index: Index) -> None:
    content = index_bytes(index)
    assert parse_index(content, "file", "mend") == index
    assert index_bytes(Index(dict(reversed(index.units.items())))) == content


def test_the_file_is_plain_to_read(tmp_path: Path) -> None:
    path = tmp_path / "new" / "index.toml"
    update_index(path, lambda index: with_unit(index, "app.math/add"))
    assert path.read_text("utf-8") == GOOD
    path.write_text(GOOD.replace("\n", "\r\n"), "utf-8", newline="")
    assert read_index(path).units == {UnitId.parse("app.math/add"): ENTRY}


def test_no_index_is_an_empty_one(tmp_path: Path) -> None:
    assert read_index(tmp_path / "index.toml") == Index()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (GOOD[:-30], "is not whole TOML"),
        ("", "is missing"),
        (GOOD.replace("format = 1", "format = 9"), "reads format 1"),
        (GOOD.replace("format = 1", "format = true"), "where an integer is expected"),
        (GOOD.replace("a" * 64, "../../evil"), "not a SHA-256 digest: '../../evil'"),
        (GOOD.replace("a" * 64, "a" * 12), "not a SHA-256 digest"),
        (GOOD.replace("a" * 64, "A" * 64), "not a SHA-256 digest"),
        (GOOD.replace("app.math/add", "../../evil"), "not a unit id"),
        (GOOD.replace("app.math/add", "app.math"), "not a unit id"),
        (GOOD + GOOD[12:], "is not whole TOML"),
        (GOOD + 'locked = "yes"\n', "is not a key of this file's format"),
        (GOOD.replace("format = 1", "format = 1\nversion = 2"), "is not a key of this file's format"),
        (GOOD.replace("evidence", "evidense"), "is missing"),
        (f"{GOOD}approver = 1\n", "where a string is expected"),
        (f'{GOOD}approver = "{"a" * 201}"\n', "one printable line of at most 200"),
        (f'{GOOD}approver = "Ada\\n"\n', "one printable line"),
        (f'{GOOD}approver = " Ada"\n', "one printable line"),
        (f'{GOOD}approver = "\\u202eadA"\n', "one printable line"),
        ("format = 1\nunits = 3\n", "where a table is expected"),
        ("format = 1\n[units]\n'app.math/add' = 3\n", "where a table is expected"),
        ("format = 1\nx = " + "[" * 5000, "is not whole TOML"),
        ("format = 1\nx = " + "1" * 5000, "is not whole TOML"),
        ("\0" * 40, "is not whole TOML"),
    ],
)
def test_a_malformed_index_is_refused_and_kept(tmp_path: Path, content: str, what: str) -> None:
    path = tmp_path / "index.toml"
    path.write_text(content, "utf-8")
    with pytest.raises(VibesafeHashMismatch) as caught:
        read_index(path)
    problem = caught.value.problems[0]
    assert what in problem.what
    assert problem.where.startswith(str(path))
    if "format 1" not in what:
        assert problem.remedy == f"git restore {path}  # or delete it, then: vibesafe save"
    with pytest.raises(VibesafeHashMismatch):
        update_index(path, lambda index: with_unit(index, "app.math/other"))
    assert path.read_text("utf-8") == content
    path.write_text(GOOD, "utf-8")
    assert len(read_index(path).units) == 1


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    (tmp_path / "index.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(VibesafeHashMismatch, match="is not UTF-8"):
        read_index(tmp_path / "index.toml")


def test_all_that_is_wrong_is_said_at_once() -> None:
    units = f'[units."../x"]\n{LINES}[units."app/f"]\nactive = "x"\n[units."app/g"]\nactive = 1\n{LINES[75:]}'
    content = f"format = 1\nextra = 1\n{units}"
    with pytest.raises(VibesafeHashMismatch) as caught:
        parse_index(content.encode(), "index.toml", "mend")
    assert [problem.where.removeprefix("index.toml: ") for problem in caught.value.problems] == [
        "units.../x",
        "units.app/f.active",
        "units.app/f.evidence",
        "units.app/g.active",
        "extra",
    ]


def test_an_index_that_could_not_be_read_back_is_not_written(tmp_path: Path) -> None:
    bad = Index({UnitId("app", "f"): IndexEntry(CheckpointHash("../../evil"), Digest("b" * 64))})
    with pytest.raises(ValueError, match="not a SHA-256 digest"):
        update_index(tmp_path / "index.toml", lambda _: bad)
    assert not (tmp_path / "index.toml").exists()


def test_who_approved_is_kept_and_an_older_file_says_nobody() -> None:
    unit = UnitId.parse("app.math/add")
    assert parse_index(GOOD.encode(), "file", "mend").units[unit].approver == ""
    content = f'{GOOD}approver = "Zoë <z@example.org>"\n'.encode()
    index = parse_index(content, "file", "mend")
    assert index.units[unit].approver == "Zoë <z@example.org>"
    assert index_bytes(index) == content


@pytest.mark.parametrize("approver", ["a\nb", " ", "\x00", "a" * 201, "\u202eb"])
def test_an_approver_that_could_not_be_read_back_is_not_written(tmp_path: Path, approver: str) -> None:
    index = Index({UnitId("app", "f"): replace(ENTRY, approver=approver)})
    with pytest.raises(ValueError, match="not an approver"):
        update_index(tmp_path / "index.toml", lambda _: index)
    assert not (tmp_path / "index.toml").exists()


def test_no_change_is_no_write(tmp_path: Path) -> None:
    path = tmp_path / "index.toml"
    update_index(path, lambda index: with_unit(index, "app/f"))
    before = path.stat()
    update_index(path, lambda index: with_unit(index, "app/f"))
    assert (before.st_ino, before.st_mtime_ns) == (path.stat().st_ino, path.stat().st_mtime_ns)


def test_a_directory_in_its_place_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "index.toml").mkdir()
    with pytest.raises(VibesafeError, match="where a file is expected"):
        read_index(tmp_path / "index.toml")


WRITER = """
import itertools, sys
from pathlib import Path
from hatch_vibesafe.identity import CheckpointHash, Digest, UnitId
from hatch_vibesafe.store.index import update_index
from hatch_vibesafe.store.records import Index, IndexEntry
path, name, rounds = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
entry = IndexEntry(CheckpointHash("a" * 64), Digest("b" * 64))
print("ready", flush=True)
for number in range(rounds) if rounds else itertools.count():
    unit = UnitId(name, f"f{number}")
    update_index(path, lambda index: Index({**index.units, unit: entry}))
    print(number, flush=True)
"""


def writer(path: Path, name: str, rounds: int) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-c", WRITER, str(path), name, str(rounds)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)


def test_many_writers_at_once_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "index.toml"
    writers = [writer(path, f"module{number}", 5) for number in range(8)]
    for process in writers:
        process.communicate()
    assert [process.returncode for process in writers] == [0] * 8
    assert {str(unit) for unit in read_index(path).units} == {f"module{m}/f{n}" for m in range(8) for n in range(5)}


def test_killed_writers_leave_a_whole_index_with_all_that_was_finished(tmp_path: Path) -> None:
    path = tmp_path / "index.toml"
    for round_number in range(20):
        before = read_index(path).units
        with writer(path, f"round{round_number}", 0) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == b"ready\n"
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(0.001 + 0.0017 * round_number)
            process.send_signal(signal.SIGKILL)
            finished = {UnitId(f"round{round_number}", f"f{int(line)}") for line in process.stdout}
        after = set(read_index(path).units)
        assert finished | set(before) <= after
        # One more may have been renamed into place before its writer could say so.
        assert len(after) <= len(before) + len(finished) + 1
    update_index(path, lambda index: with_unit(index, "app.math/add"))
    assert {file.name for file in tmp_path.iterdir()} == {"index.toml", "index.toml.lock"}
