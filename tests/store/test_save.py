import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from hatch_vibesafe.identity import CheckpointHash, Digest, UnitId
from hatch_vibesafe.problems import (
    VibesafeCheckpointMissing,
    VibesafeError,
    VibesafeHashMismatch,
    VibesafeMissingDoctest,
    VibesafeValidationError,
)
from hatch_vibesafe.store.checkpoints import write_checkpoint
from hatch_vibesafe.store.index import read_index, update_index
from hatch_vibesafe.store.records import Index, IndexEntry
from hatch_vibesafe.store.save import applied

if TYPE_CHECKING:
    from tests.store.conftest import Store

ROOT = Path(__file__).parents[2]
UNITS = tuple(f"app.module{number}/add" for number in range(6))


def test_a_passing_checkpoint_becomes_active(store: "Store") -> None:
    checkpoint = store.write()
    plan = store.save()
    assert [(str(one.unit), one.entry.active, one.previous) for one in plan.activate] == [
        ("app.math/add", checkpoint.hash, None)
    ]
    assert store.active() == checkpoint.hash
    again = store.save()
    assert (again.activate, again.unchanged) == ((), (UnitId.parse("app.math/add"),))


def test_a_newer_one_takes_its_place(store: "Store") -> None:
    first = store.write()
    store.save()
    second = store.write(store.checkpoint(implementation=b"second\n", day=2))
    assert store.save().activate[0].previous == first.hash
    assert store.active() == second.hash


def test_who_saved_it_first_stays_its_approver_until_another_is_named(store: "Store") -> None:
    def approver() -> str:
        return read_index(store.index).units[UnitId.parse("app.math/add")].approver

    store.write()
    store.save(approver="Ada")
    assert store.save(approver="Bob").activate == ()
    assert approver() == "Ada"
    assert store.save(approver="Bob", approve_again=True).activate[0].previous == store.active()
    assert approver() == "Bob"
    assert store.save(approver="Bob", approve_again=True).activate == ()
    store.write(store.checkpoint(implementation=b"second\n", day=2))
    store.save(approver="Cleo")
    assert approver() == "Cleo"


def test_a_dry_run_says_the_same_and_writes_nothing(store: "Store") -> None:
    store.write()
    plan = store.save(dry_run=True)
    assert [file.name for file in store.root.iterdir()] == ["checkpoints"]
    assert store.save() == plan
    assert store.active() is not None


@pytest.mark.parametrize("gate", ["structure", "lint", "types", "doctests"])
@pytest.mark.parametrize("how", ["failed", "left_out"])
def test_incomplete_evidence_is_refused(store: "Store", gate: str, how: str) -> None:
    checkpoint = store.checkpoint()
    failed, left_out = (gate, "") if how == "failed" else ("", gate)
    evidence = store.evidence(checkpoint, failed=failed, left_out=left_out)
    write_checkpoint(store.checkpoints, checkpoint, evidence)
    plan = store.save()
    assert not store.index.exists()
    [refusal] = plan.refuse
    assert isinstance(refusal.error, VibesafeValidationError)
    [problem] = plan.problems
    assert f"gate {gate}" in problem.what
    assert problem.remedy in {
        "vibesafe compile --force --target app.math/add",
        "vibesafe test --target app.math/add",
    }
    write_checkpoint(store.checkpoints, checkpoint, store.evidence(checkpoint))
    assert store.save().refuse == ()


def test_what_no_gate_judged_is_refused(store: "Store") -> None:
    write_checkpoint(store.checkpoints, store.checkpoint(), None)
    [problem] = store.save().problems
    assert "has no evidence" in problem.what
    assert problem.remedy == "vibesafe test --target app.math/add"


def test_evidence_under_other_settings_is_refused(store: "Store") -> None:
    store.write()
    plan = store.requiring("structure", "lint", "types", "doctests", "properties").save()
    assert [problem.what[-35:] for problem in plan.problems] == ["gate properties missing in evidence"]


def test_nothing_for_this_spec_is_refused(store: "Store") -> None:
    store.write()
    plan = store.save(store.spec(signature="def add(a: float) -> int:"))
    assert isinstance(plan.refuse[0].error, VibesafeCheckpointMissing)
    assert plan.problems[0].remedy == "vibesafe compile --target app.math/add"


def test_a_spec_without_an_example_is_refused(store: "Store") -> None:
    spec = store.spec(examples=0)
    store.write(store.checkpoint(spec))
    [refusal] = store.save(spec).refuse
    assert isinstance(refusal.error, VibesafeMissingDoctest)
    assert store.active() is None


@pytest.mark.parametrize("name", ["impl.py", "meta.toml"])
def test_an_edited_checkpoint_is_refused(store: "Store", name: str) -> None:
    checkpoint = store.write()
    path = store.place(checkpoint) / name
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b"1", b"2"))
    assert [str(refusal.unit) for refusal in store.save().refuse] == ["app.math/add"]
    path.write_bytes(whole)
    assert store.save().refuse == ()


def test_one_refusal_keeps_no_other_unit_back(store: "Store") -> None:
    good, bad = store.spec("app.math/good"), store.spec("app.math/bad")
    store.write(store.checkpoint(good))
    plan = store.save(good, bad)
    assert [str(refusal.unit) for refusal in plan.refuse] == ["app.math/bad"]
    assert store.active("app.math/good") is not None


def test_only_named_orphans_leave_the_index(store: "Store") -> None:
    entry = IndexEntry(CheckpointHash("a" * 64), Digest("b" * 64))
    gone, kept = UnitId.parse("app.math/gone"), UnitId.parse("app.math/kept")
    update_index(store.index, lambda _: Index({gone: entry, kept: entry}))
    store.write()
    plan = store.save(prune=(gone, UnitId.parse("app.math/never")))
    assert plan.prune == (gone,)
    assert set(read_index(store.index).units) == {kept, UnitId.parse("app.math/add")}


def test_what_others_saved_since_the_plan_stays(store: "Store") -> None:
    store.write()
    plan = store.save(dry_run=True)
    entry = IndexEntry(CheckpointHash("a" * 64), Digest("b" * 64))
    other = UnitId.parse("app.math/other")
    assert set(applied(plan, Index({other: entry})).units) == {other, UnitId.parse("app.math/add")}


def test_a_malformed_index_stops_it(store: "Store") -> None:
    store.write()
    store.index.write_bytes(b"format = 1\n[units.")
    with pytest.raises(VibesafeHashMismatch, match="is not whole TOML"):
        store.save()
    assert store.index.read_bytes() == b"format = 1\n[units."


def test_a_place_that_cannot_be_written_is_a_problem(store: "Store") -> None:
    store.write()
    (store.root / "index.toml.lock").mkdir()
    with pytest.raises(VibesafeError, match="cannot be opened"):
        store.save()
    (store.root / "index.toml.lock").rmdir()
    assert store.save().refuse == ()


SAVER = """
import resource, sys
from pathlib import Path
sys.path.insert(0, ".")
from tests.store.conftest import Store
from hatch_vibesafe.problems import VibesafeError
store = Store(Path(sys.argv[1]))
specs = [store.spec(unit) for unit in sys.argv[3:]]
if sys.argv[2] == "full":
    resource.setrlimit(resource.RLIMIT_FSIZE, (500, 500))
print("ready", flush=True)
try:
    for spec in specs:
        store.save(spec)
except VibesafeError as error:
    print(error)
    sys.exit(1)
"""


def saver(store: "Store", how: str, units: tuple[str, ...]) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-c", SAVER, str(store.root), how, *units]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)


def test_two_saves_at_once_save_everything(store: "Store") -> None:
    for unit in UNITS:
        store.write(store.checkpoint(store.spec(unit)))
    savers = [saver(store, "free", UNITS[:3]), saver(store, "free", UNITS[3:])]
    for process in savers:
        process.communicate()
    assert [process.returncode for process in savers] == [0, 0]
    assert {str(unit) for unit in read_index(store.index).units} == set(UNITS)


def test_a_full_disk_at_save_keeps_the_old_index(store: "Store") -> None:
    for unit in UNITS:
        store.write(store.checkpoint(store.spec(unit)))
    store.save(store.spec(UNITS[0]))
    before = read_index(store.index).units
    with saver(store, "full", UNITS[1:]) as process:
        output, _ = process.communicate()
    assert process.returncode == 1
    assert b"free space on the disk" in output
    # Another entry may have fitted before the limit was met.
    assert before.items() <= read_index(store.index).units.items()
    assert {file.name for file in store.root.iterdir()} == {"checkpoints", "index.toml", "index.toml.lock"}
    store.save(*map(store.spec, UNITS))
    assert len(read_index(store.index).units) == len(UNITS)


def test_a_killed_save_loses_nothing(store: "Store") -> None:
    for unit in UNITS:
        store.write(store.checkpoint(store.spec(unit)))
    saved: set[UnitId] = set()
    for round_number in range(6):
        with saver(store, "free", UNITS) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == b"ready\n"
            try:
                process.wait(0.002 * round_number)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
        now = set(read_index(store.index).units)
        assert saved <= now
        saved = now
        assert [store.status(store.spec(str(unit))).state for unit in now] == ["active"] * len(now)
    store.save(*map(store.spec, UNITS))
    assert {str(unit) for unit in read_index(store.index).units} == set(UNITS)
