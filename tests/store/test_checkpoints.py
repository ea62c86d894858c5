import pickle
import shutil
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from hatch_vibesafe.identity import CheckpointHash, UnitId, digest
from hatch_vibesafe.problems import VibesafeCheckpointMissing, VibesafeError, VibesafeHashMismatch
from hatch_vibesafe.store.checkpoints import list_checkpoints, meta_bytes, read_checkpoint, write_checkpoint
from hatch_vibesafe.store.evidence import read_evidence
from hatch_vibesafe.store.meta import parse_meta

if TYPE_CHECKING:
    from tests.store.conftest import Store

ROOT = Path(__file__).parents[2]


def test_what_is_written_is_read_back(store: "Store") -> None:
    checkpoint = store.checkpoint()
    path = write_checkpoint(store.checkpoints, checkpoint, store.evidence(checkpoint))
    assert path == store.checkpoints / "app.math" / "add" / checkpoint.hash
    assert {file.name for file in path.iterdir()} == {"impl.py", "meta.toml", "evidence.toml"}
    assert (path / "impl.py").read_bytes() == checkpoint.implementation
    assert read_checkpoint(store.checkpoints, checkpoint.unit, checkpoint.hash) == checkpoint
    evidence, found = read_evidence(store.checkpoints, checkpoint.unit, checkpoint.hash)
    assert evidence == store.evidence(checkpoint)
    assert found == digest((path / "evidence.toml").read_bytes())


def test_a_method_and_a_parent_are_kept(store: "Store") -> None:
    first = store.checkpoint(store.spec("app.bank/Account.deposit"))
    second = replace(first, provenance=replace(first.provenance, parent=first.hash, origin="submitted", author="Zoë"))
    assert write_checkpoint(store.checkpoints, second, None).parent.name == "Account.deposit"
    assert read_checkpoint(store.checkpoints, second.unit, second.hash) == second


def test_git_is_told_to_convert_no_line_end(store: "Store") -> None:
    store.write()
    attributes = store.checkpoints / ".gitattributes"
    assert b"* -text\n" in attributes.read_bytes()
    attributes.write_bytes(b"mine")
    store.write(store.checkpoint(day=2))
    assert attributes.read_bytes() == b"mine"


def test_an_edited_implementation_is_refused(store: "Store") -> None:
    checkpoint = store.write()
    path = store.place(checkpoint) / "impl.py"
    read_checkpoint(store.checkpoints, checkpoint.unit, checkpoint.hash)
    path.write_bytes(path.read_bytes() + b"\n")
    with pytest.raises(VibesafeHashMismatch, match="implementation bytes differ from checkpoint") as caught:
        read_checkpoint(store.checkpoints, checkpoint.unit, checkpoint.hash)
    [problem] = caught.value.problems
    assert problem.where == str(path)
    assert problem.remedy.startswith(f"git restore {path}")
    assert f"--target {checkpoint.unit}" in problem.remedy


def test_editing_implementation_and_meta_together_is_refused(store: "Store") -> None:
    checkpoint = store.write()
    place = store.place(checkpoint)
    forged = store.checkpoint(implementation=b"import os\n")
    (place / "impl.py").write_bytes(forged.implementation)
    meta = meta_bytes(checkpoint).replace(digest(checkpoint.implementation).encode(), digest(b"import os\n").encode())
    (place / "meta.toml").write_bytes(meta)
    with pytest.raises(VibesafeHashMismatch, match="is not the hash of the spec hash, prompt, implementation and uses"):
        read_checkpoint(store.checkpoints, checkpoint.unit, checkpoint.hash)
    (place / "meta.toml").write_bytes(meta_bytes(forged))
    with pytest.raises(VibesafeHashMismatch, match=f"but lies where app.math/add {checkpoint.hash} belongs"):
        read_checkpoint(store.checkpoints, checkpoint.unit, checkpoint.hash)


def test_a_checkpoint_moved_to_another_unit_is_refused(store: "Store") -> None:
    checkpoint = store.write()
    other = UnitId.parse("app.math/subtract")
    shutil.copytree(store.checkpoints / "app.math" / "add", store.checkpoints / "app.math" / "subtract")
    with pytest.raises(VibesafeHashMismatch, match="names app"):
        read_checkpoint(store.checkpoints, other, checkpoint.hash)


def test_who_answered_in_whose_place_is_kept_and_nothing_is_written_where_nobody_did(store: "Store") -> None:
    plain = store.checkpoint()
    stood_in = replace(plain, provenance=replace(plain.provenance, in_place_of="default", strategy="escalated"))
    assert b"in_place_of" not in meta_bytes(plain)
    again = parse_meta(meta_bytes(stood_in), "meta.toml", "mend")
    assert again.provenance == stood_in.provenance


def test_edited_provenance_is_refused_with_its_evidence(store: "Store") -> None:
    checkpoint = store.write()
    path = store.place(checkpoint) / "meta.toml"
    path.write_bytes(path.read_bytes().replace(b'author = ""', b'author = "Somebody"'))
    with pytest.raises(VibesafeHashMismatch, match="was edited"):
        read_evidence(store.checkpoints, checkpoint.unit, checkpoint.hash)


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        (b"format = 1", b"format = 2", "this version of vibesafe reads format 1"),
        (b"format = 1", b"", "is missing"),
        (b"attempt = 1", b'attempt = "1"', "where an integer is expected"),
        (b"attempt = 1", b"attempt = true", "where an integer is expected"),
        (b'template = "function.md"', b"", "is missing"),
        (b'origin = "generated"', b'origin = "guessed"', "not one of generated, submitted, recorded"),
        (b"[parts]", b'extra = "x"\n[parts]', "is not a key of this file's format"),
        (b"[provenance]", b'[provenance]\nkey = "x"', "is not a key of this file's format"),
        (b'unit = "app.math/add"', b'unit = "../../evil"', "not a unit id"),
        (b'created = "2025-01-01', b'created = "yesterday', "not a time in UTC"),
        (b"[provenance.sent]", b"[provenance.sent", "is not whole TOML"),
        (b'author = ""', b'author = "\xff"', "is not UTF-8"),
        (b"repairs = [", b"repairs = [1, ", "where a list of strings is expected"),
        (b'signature = "', b'signature = "A', "not a SHA-256 digest"),
    ],
)
def test_a_malformed_meta_is_refused(store: "Store", old: bytes, new: bytes, what: str) -> None:
    checkpoint = store.write()
    path = store.place(checkpoint) / "meta.toml"
    content = path.read_bytes()
    assert old in content
    path.write_bytes(content.replace(old, new, 1))
    with pytest.raises(VibesafeHashMismatch) as caught:
        read_checkpoint(store.checkpoints, checkpoint.unit, checkpoint.hash)
    assert what in caught.value.problems[0].what
    assert caught.value.problems[0].where.startswith(str(path))


def test_all_that_is_wrong_is_said_at_once(store: "Store") -> None:
    checkpoint = store.write()
    path = store.place(checkpoint) / "meta.toml"
    content = path.read_bytes().replace(b"attempt = 1", b"attempt = 1.5").replace(b'tool = "0.1.0"', b"tol = 1")
    path.write_bytes(content)
    with pytest.raises(VibesafeHashMismatch) as caught:
        read_checkpoint(store.checkpoints, checkpoint.unit, checkpoint.hash)
    wheres = [problem.where.removeprefix(f"{path}: ") for problem in caught.value.problems]
    assert wheres == ["provenance.attempt", "provenance.tool", "provenance.tol"]


@pytest.mark.parametrize("name", ["impl.py", "meta.toml"])
def test_a_missing_file_is_named(store: "Store", name: str) -> None:
    checkpoint = store.write()
    (store.place(checkpoint) / name).unlink()
    with pytest.raises(VibesafeCheckpointMissing) as caught:
        read_checkpoint(store.checkpoints, checkpoint.unit, checkpoint.hash)
    assert caught.value.problems[0].where == str(store.place(checkpoint) / name)


@pytest.mark.parametrize(
    "name",
    [
        "../../evil",
        "..",
        ".",
        "",
        "/etc",
        "a" * 63,
        "A" * 64,
        "a" * 65,
        "a" * 64 + "\n",
        "a" * 63 + "\0",
        "0",
        "\uff11" * 64,
    ],
)
def test_what_is_no_whole_hash_becomes_no_path(store: "Store", name: str) -> None:
    checkpoint = store.write()
    for wrong in (name, checkpoint.hash[:12], checkpoint.hash.upper(), f"../add/{checkpoint.hash}"):
        with pytest.raises(VibesafeHashMismatch, match="not a SHA-256 digest"):
            read_checkpoint(store.checkpoints, checkpoint.unit, CheckpointHash(wrong))


@pytest.mark.parametrize(
    "unit", ["../evil/add", "app/../evil", "/etc/passwd", "app.math/", "app\0/add", "app.math/a b"]
)
def test_what_is_no_unit_id_becomes_no_path(unit: str) -> None:
    with pytest.raises(ValueError, match="not a unit id"):
        UnitId.parse(unit)


@pytest.mark.parametrize("level", ["app.math", "app.math/add", "app.math/add/{hash}", "app.math/add/{hash}/impl.py"])
def test_a_link_on_the_way_is_refused(store: "Store", tmp_path: Path, level: str) -> None:
    checkpoint = store.write()
    linked = store.checkpoints / level.format(hash=checkpoint.hash)
    read_checkpoint(store.checkpoints, checkpoint.unit, checkpoint.hash)
    linked.rename(tmp_path / "outside")
    linked.symlink_to(tmp_path / "outside")
    with pytest.raises(VibesafeError, match="is a symbolic link"):
        read_checkpoint(store.checkpoints, checkpoint.unit, checkpoint.hash)
    if linked.name != "impl.py":
        with pytest.raises(VibesafeError, match="is a symbolic link"):
            write_checkpoint(store.checkpoints, checkpoint, None)


def test_the_same_checkpoint_again_keeps_the_first(store: "Store") -> None:
    first = store.write(store.checkpoint(day=1))
    again = store.checkpoint(day=2)
    assert again.hash == first.hash
    before = (store.place(first) / "meta.toml").stat()
    write_checkpoint(store.checkpoints, again, store.evidence(again, failed="lint"))
    after = (store.place(first) / "meta.toml").stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
    # The evidence is the new one, and it pins the meta.toml that is there, not the one that is not.
    evidence, _ = read_evidence(store.checkpoints, first.unit, first.hash)
    assert evidence == store.evidence(first, failed="lint")
    write_checkpoint(store.checkpoints, again, None)
    assert read_evidence(store.checkpoints, first.unit, first.hash)[0] == evidence


def test_evidence_made_before_the_provenance_was_final_fits(store: "Store") -> None:
    checkpoint = store.checkpoint(day=2)
    write_checkpoint(store.checkpoints, checkpoint, store.evidence(store.checkpoint(day=1)))
    assert read_evidence(store.checkpoints, checkpoint.unit, checkpoint.hash)[0] == store.evidence(checkpoint)


@pytest.mark.parametrize("damage", ["impl.py", "meta.toml", "evidence.toml", "all", "file"])
def test_a_damaged_checkpoint_is_replaced(store: "Store", damage: str) -> None:
    checkpoint = store.write()
    place = store.place(checkpoint)
    if damage in {"all", "file"}:
        shutil.rmtree(place)
        if damage == "file":
            place.write_bytes(b"in the way")
        else:
            place.mkdir()
    else:
        (place / damage).write_bytes(b"damaged = ")
    store.write(checkpoint)
    assert read_checkpoint(store.checkpoints, checkpoint.unit, checkpoint.hash) == checkpoint
    assert read_evidence(store.checkpoints, checkpoint.unit, checkpoint.hash)[0] == store.evidence(checkpoint)
    assert [path.name for path in place.parent.iterdir()] == [checkpoint.hash]


def test_evidence_of_another_checkpoint_is_not_stored(store: "Store") -> None:
    one, other = store.checkpoint(), store.checkpoint(implementation=b"other\n")
    with pytest.raises(ValueError, match="evidence of"):
        write_checkpoint(store.checkpoints, one, store.evidence(other))
    assert list_checkpoints(store.checkpoints, one.unit) == ()


def test_a_time_that_does_not_sort_is_refused(store: "Store") -> None:
    with pytest.raises(ValueError, match="not a time in UTC"):
        store.checkpoint(day=100)


def test_checkpoints_are_listed_by_whole_hashes_only(store: "Store") -> None:
    spec = store.spec()
    made = {store.write(store.checkpoint(spec, f"{number}\n".encode())).hash for number in range(3)}
    place = store.checkpoints / "app.math" / "add"
    (place / ("f" * 63)).mkdir()
    (place / ("F" * 64)).mkdir()
    (place / ("e" * 64)).write_bytes(b"a file")
    (place / ".d.0123456789abcdef.vibesafe-tmp").mkdir()
    assert list_checkpoints(store.checkpoints, spec.unit) == tuple(sorted(made))
    assert list_checkpoints(store.checkpoints, UnitId.parse("app.math/other")) == ()


def test_threads_that_write_the_same_checkpoint_leave_one(store: "Store") -> None:
    checkpoint = store.checkpoint()
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: store.write(checkpoint), range(24)))
    assert read_checkpoint(store.checkpoints, checkpoint.unit, checkpoint.hash) == checkpoint
    assert [path.name for path in store.place(checkpoint).parent.iterdir()] == [checkpoint.hash]


WRITER = """
import pickle, sys
from pathlib import Path
from hatch_vibesafe.store.checkpoints import make_checkpoint, write_checkpoint
from hatch_vibesafe.store.evidence import make_evidence
spec, prompt, provenance = pickle.loads(bytes.fromhex(sys.argv[2]))
number = int(sys.argv[3])
print("ready", flush=True)
while True:
    number += 1
    checkpoint = make_checkpoint(spec, prompt, b"%d\\n" % number * 5000, provenance)
    write_checkpoint(Path(sys.argv[1]), checkpoint, make_evidence(checkpoint, prompt, "L0", ()))
    print("wrote", flush=True)
"""


def test_a_killed_writer_leaves_whole_checkpoints_only(store: "Store") -> None:
    example = store.checkpoint()
    spec = store.spec()
    data = pickle.dumps((spec, example.prompt, example.provenance)).hex()
    for round_number in range(8):
        command = [sys.executable, "-c", WRITER, str(store.checkpoints), data, str(round_number * 100_000)]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as writer:
            assert writer.stdout is not None
            # Killed somewhere in its next checkpoint, by what it did and not by a clock that a busy machine outruns.
            lines = [writer.stdout.readline() for _ in range(1 + round_number)]
            assert lines == [b"ready\n", *[b"wrote\n"] * round_number]
            with pytest.raises(subprocess.TimeoutExpired):
                writer.wait(0.0005 * round_number)
            writer.send_signal(signal.SIGKILL)
    names = list_checkpoints(store.checkpoints, spec.unit)
    assert names
    for name in names:
        read_checkpoint(store.checkpoints, spec.unit, name)
        read_evidence(store.checkpoints, spec.unit, name)
    store.write()
    left = {path.name for path in (store.checkpoints / "app.math" / "add").iterdir()}
    assert left == {*names, example.hash}


def test_a_full_disk_leaves_no_part_of_a_checkpoint(store: "Store") -> None:
    whole = store.write()
    program = WRITER.replace(
        "while True:", "import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000))\nif True:"
    )
    data = pickle.dumps((store.spec(), whole.prompt, whole.provenance)).hex()
    command = [sys.executable, "-c", program, str(store.checkpoints), data, "1"]
    done = subprocess.run(command, check=False, cwd=ROOT, capture_output=True, text=True)
    assert "free space on the disk" in done.stderr
    assert [path.name for path in (store.checkpoints / "app.math" / "add").iterdir()] == [whole.hash]
    read_checkpoint(store.checkpoints, whole.unit, whole.hash)
