import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from hatch_vibesafe.identity import CheckpointHash, Digest, UnitId, digest
from hatch_vibesafe.problems import Problem
from hatch_vibesafe.spec.model import InvalidUnit, Scan
from hatch_vibesafe.store.checkpoints import meta_bytes, write_checkpoint
from hatch_vibesafe.store.drift import orphan_units, orphans, unit_status
from hatch_vibesafe.store.evidence import write_evidence
from hatch_vibesafe.store.index import update_index
from hatch_vibesafe.store.records import Index, IndexEntry

if TYPE_CHECKING:
    from tests.store.conftest import Store

UNIT = "app.math/add"
TEST_AND_SAVE = f"vibesafe test --target {UNIT} && vibesafe save --target {UNIT}"
COMPILE_AND_SAVE = f"vibesafe compile --target {UNIT} && vibesafe save --target {UNIT}"


def set_active(store: "Store", checkpoint: str, evidence: str = "b" * 64) -> None:
    entry = IndexEntry(CheckpointHash(checkpoint), Digest(evidence))
    update_index(store.index, lambda _: Index({UnitId.parse(UNIT): entry}))


def files(root: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_nothing_yet(store: "Store") -> None:
    status = store.status()
    assert (status.state, status.active, status.current) == ("no checkpoint", None, None)
    assert status.problems == (Problem("src/app/math.py:7  app.math/add", "no checkpoint is active", COMPILE_AND_SAVE),)


def test_a_checkpoint_that_waits(store: "Store") -> None:
    checkpoint = store.write()
    status = store.status()
    assert (status.state, status.active, status.current) == ("unsaved", None, checkpoint.hash)
    assert [problem.remedy for problem in status.problems] == [f"vibesafe save --target {UNIT}"]


def test_a_checkpoint_that_no_gate_judged(store: "Store") -> None:
    write_checkpoint(store.checkpoints, store.checkpoint(), None)
    status = store.status()
    assert status.state == "unsaved"
    assert [problem.remedy for problem in status.problems] == [TEST_AND_SAVE]


def test_everything_agrees(store: "Store") -> None:
    checkpoint = store.write()
    store.save()
    before = files(store.root)
    status = store.status()
    assert (status.state, status.problems, status.moved) == ("active", (), ())
    assert status.active == status.current == checkpoint.hash
    assert files(store.root) == before


def test_a_newer_checkpoint_for_the_same_spec_is_current_but_breaks_nothing(store: "Store") -> None:
    active = store.write()
    store.save()
    newer = store.write(store.checkpoint(implementation=b"newer\n", day=2))
    store.write(store.checkpoint(implementation=b"older\n", day=1))
    status = store.status()
    assert (status.state, status.active, status.current, status.problems) == ("active", active.hash, newer.hash, ())


def test_a_changed_spec_is_drift_and_says_which_part(store: "Store") -> None:
    active = store.write()
    store.save()
    status = store.status(store.spec(example_2=">>> add(9)", template="Other."))
    assert (status.state, status.active, status.current) == ("drift", active.hash, None)
    assert status.moved == ("docstring: example 2 changed", "template changed")
    [problem] = status.problems
    assert problem.where == "src/app/math.py:7  app.math/add"
    assert problem.what.endswith("docstring: example 2 changed; template changed")
    assert problem.remedy == COMPILE_AND_SAVE


def test_gates_of_a_checkpoint_for_another_spec_do_not_matter(store: "Store") -> None:
    store.write()
    store.save()
    spec = store.spec(signature="def add(a: float) -> int:")
    assert len(store.status(gate_settings=digest(b"stricter")).problems) == 1
    assert len(store.status(spec, gate_settings=digest(b"stricter")).problems) == 1


def test_the_newest_is_current_whatever_its_hash(store: "Store") -> None:
    made = [store.write(store.checkpoint(implementation=b"%d\n" % day, day=day)) for day in (3, 5, 1, 6, 2, 4)]
    for day in (6, 5, 4, 3, 2, 1):
        [newest] = [one for one in made if one.provenance.created.startswith(f"2025-01-{day:02}")]
        assert store.status().current == newest.hash
        shutil.rmtree(store.place(newest))


def test_a_checkpoint_that_only_mentions_the_spec_hash_is_not_for_it(store: "Store") -> None:
    checkpoint = store.checkpoint(store.spec(signature="other"))
    provenance = replace(checkpoint.provenance, author=store.spec().spec_hash)
    store.write(replace(checkpoint, provenance=provenance))
    assert store.status().current is None


def test_a_changed_spec_with_its_own_checkpoint_waits_for_save(store: "Store") -> None:
    store.write()
    store.save()
    spec = store.spec(signature="def add(a: float) -> int:")
    current = store.write(store.checkpoint(spec))
    status = store.status(spec)
    assert (status.state, status.current, status.moved) == ("unsaved", current.hash, ("signature changed",))
    assert [problem.remedy for problem in status.problems] == [f"vibesafe save --target {UNIT}"]


def test_going_back_to_an_older_spec_finds_its_checkpoint(store: "Store") -> None:
    first = store.write()
    other = store.spec(signature="def add(a: float) -> int:")
    store.write(store.checkpoint(other, day=2))
    assert store.status().current == first.hash


def test_edited_implementation(store: "Store") -> None:
    checkpoint = store.write()
    store.save()
    path = store.place(checkpoint) / "impl.py"
    path.write_bytes(b"import os\n")
    status = store.status()
    assert (status.state, status.current) == ("drift", None)
    [problem] = status.problems
    assert (problem.where, problem.what[:46]) == (str(path), "implementation bytes differ from checkpoint: e")
    assert problem.remedy.startswith("git restore ")


def test_edited_meta(store: "Store") -> None:
    checkpoint = store.write()
    store.save()
    path = store.place(checkpoint) / "meta.toml"
    path.write_bytes(path.read_bytes().replace(b'"docstring put back"', b""))
    status = store.status()
    assert (status.state, status.current) == ("drift", None)
    assert [(problem.where, problem.what) for problem in status.problems] == [
        (str(path), "was edited: it is not the one that the evidence is for")
    ]


def test_edited_meta_and_evidence_together(store: "Store") -> None:
    checkpoint = store.write()
    store.save()
    edited = replace(checkpoint, provenance=replace(checkpoint.provenance, author="Somebody"))
    (store.place(checkpoint) / "meta.toml").write_bytes(meta_bytes(edited))
    write_evidence(store.checkpoints, checkpoint.unit, store.evidence(edited))
    [problem] = store.status().problems
    assert problem.what.startswith("evidence differs from the index")


def test_deleted_evidence(store: "Store") -> None:
    checkpoint = store.write()
    store.save()
    (store.place(checkpoint) / "evidence.toml").unlink()
    status = store.status()
    assert (status.state, status.current) == ("drift", checkpoint.hash)
    [problem] = status.problems
    assert problem.what.startswith("evidence missing")
    assert problem.remedy == TEST_AND_SAVE
    write_evidence(store.checkpoints, checkpoint.unit, store.evidence(checkpoint))
    assert store.status().state == "active"


def test_evidence_edited_from_failed_to_passed(store: "Store") -> None:
    checkpoint = store.checkpoint()
    write_checkpoint(store.checkpoints, checkpoint, store.evidence(checkpoint, failed="types"))
    path = store.place(checkpoint) / "evidence.toml"
    set_active(store, checkpoint.hash, digest(path.read_bytes()))
    assert [problem.what[-17:] for problem in store.status().problems] == ["gate types failed"]
    path.write_bytes(path.read_bytes().replace(b"false", b"true"))
    assert [problem.what[:31] for problem in store.status().problems] == ["evidence differs from the index"]


def test_malformed_evidence_can_be_made_again(store: "Store") -> None:
    checkpoint = store.write()
    store.save()
    path = store.place(checkpoint) / "evidence.toml"
    path.write_bytes(path.read_bytes()[:-20])
    status = store.status()
    assert status.current == checkpoint.hash
    [problem] = status.problems
    assert "is not whole TOML" in problem.what
    assert problem.remedy == f"vibesafe test --target {UNIT}"


def test_changed_gate_settings(store: "Store") -> None:
    store.write()
    store.save()
    [problem] = store.status(gate_settings=digest(b"stricter")).problems
    assert problem.what.endswith("gate settings changed since it was tested")
    assert problem.remedy == TEST_AND_SAVE


def test_a_gate_that_is_required_by_now(store: "Store") -> None:
    store.write()
    store.save()
    [problem] = store.requiring("structure", "properties").status().problems
    assert problem.what.endswith("gate properties missing in evidence")


def test_a_missing_checkpoint_is_not_replaced_by_the_newest(store: "Store") -> None:
    checkpoint = store.write()
    store.save()
    store.write(store.checkpoint(implementation=b"another\n", day=3))
    shutil.rmtree(store.place(checkpoint))
    status = store.status()
    assert status.active == checkpoint.hash
    [problem] = status.problems
    assert problem.what == f"checkpoint {checkpoint.hash} is missing"
    assert problem.remedy.startswith("git restore ")


@pytest.mark.parametrize("name", ["../../evil", "a" * 12])
def test_an_index_made_in_memory_leads_nowhere_else(store: "Store", name: str) -> None:
    entry = IndexEntry(CheckpointHash(name), Digest("b" * 64))
    index = Index({UnitId.parse(UNIT): entry})
    status = unit_status(store.spec(), index, store.checkpoints, store.gate_settings, store.required)
    assert status.state == "drift"
    assert "not a SHA-256 digest" in status.problems[0].what


def test_damage_and_drift_are_said_at_once(store: "Store") -> None:
    checkpoint = store.write()
    store.save()
    (store.place(checkpoint) / "impl.py").write_bytes(b"")
    (store.place(checkpoint) / "evidence.toml").unlink()
    whats = [problem.what for problem in store.status(store.spec(signature="x")).problems]
    assert len(whats) == 3
    assert "signature changed" in whats[0]
    assert whats[1].startswith("implementation bytes differ")
    assert whats[2].startswith("evidence missing")


def test_a_spec_without_an_example_ships_nothing(store: "Store") -> None:
    spec = store.spec(examples=0)
    status = store.status(spec)
    assert status.state == "no checkpoint"
    assert "has no example" in status.problems[0].what
    checkpoint = store.write(store.checkpoint(spec))
    set_active(store, checkpoint.hash, digest((store.place(checkpoint) / "evidence.toml").read_bytes()))
    status = store.status(spec)
    assert status.state == "invalid"
    assert ["has no example" in problem.what for problem in status.problems] == [True]
    assert store.status(store.spec()).state == "active"


def test_a_directory_that_cannot_be_listed_is_a_problem(store: "Store") -> None:
    (store.checkpoints / "app.math").mkdir(parents=True)
    (store.checkpoints / "app.math" / "add").write_bytes(b"in the way")
    whats = [problem.what for problem in store.status().problems]
    assert whats[0] == "no checkpoint is active"
    assert "cannot be read" in whats[1]


def test_units_that_are_gone_are_orphans(store: "Store") -> None:
    entry = IndexEntry(CheckpointHash("a" * 64), Digest("b" * 64))
    index = Index({UnitId.parse(unit): entry for unit in (UNIT, "app.math/gone", "app.math/broken")})
    broken = InvalidUnit(UnitId.parse("app.math/broken"), "src/app/math.py", 1, "function", 0, ())
    scan = Scan((store.spec(),), (broken,), (), ())
    assert orphan_units(scan, index) == (UnitId.parse("app.math/gone"),)
    assert [(problem.where, problem.remedy) for problem in orphans(scan, index)] == [("app.math/gone", "vibesafe save")]
    unreadable = replace(scan, problems=(Problem("src/app/math.py:1", "syntax error", "mend it"),))
    assert orphans(unreadable, index) == ()
