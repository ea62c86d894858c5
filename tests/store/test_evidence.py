from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hatch_vibesafe.identity import CheckpointHash, Digest, UnitId, digest
from hatch_vibesafe.problems import VibesafeCheckpointMissing, VibesafeHashMismatch
from hatch_vibesafe.store.evidence import evidence_bytes, gaps, parse_evidence, read_evidence, write_evidence
from hatch_vibesafe.store.records import Evidence, GateRecord

if TYPE_CHECKING:
    from tests.store.conftest import Store

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
DIGESTS = st.binary(min_size=32, max_size=32).map(bytes.hex).map(Digest)
COUNTS = st.dictionaries(TEXTS, st.integers(), max_size=3).map(lambda counts: tuple(sorted(counts.items())))
GATES = st.lists(
    st.builds(GateRecord, TEXTS, TEXTS, TEXTS, st.booleans(), COUNTS), max_size=4, unique_by=lambda g: g.gate
)
EVIDENCE = st.builds(Evidence, DIGESTS.map(CheckpointHash), DIGESTS, DIGESTS, TEXTS, GATES.map(tuple))


@given(EVIDENCE)
def test_what_is_written_is_read_back(evidence: Evidence) -> None:
    content = evidence_bytes(evidence)
    assert parse_evidence(content, "file", "mend") == evidence
    assert evidence_bytes(parse_evidence(content, "file", "mend")) == content


@given(
    st.builds(Evidence, DIGESTS.map(CheckpointHash), DIGESTS, DIGESTS, st.sampled_from(["L0", "L3", "", '"']), GATES),
    st.lists(
        st.tuples(st.integers(0, 400), st.sampled_from([b"", b"\n", b"1", b"[[gates]]\n", b"0" * 64])), max_size=2
    ),
)
def test_the_short_way_of_reading_says_what_the_long_one_does(
    evidence: Evidence, edits: list[tuple[int, bytes]]
) -> None:
    content = evidence_bytes(replace(evidence, gates=tuple(evidence.gates)))
    for place, written in edits:
        content = content[:place] + written + content[place + 1 :]

    def outcome() -> object:
        try:
            return parse_evidence(content, "file", "mend")
        except VibesafeHashMismatch as error:
            return error.problems

    short = outcome()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("hatch_vibesafe.store.evidence._as_written", lambda _: None)
        assert outcome() == short


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("format = 1", "format = 3", "reads format 1"),
        ("passed = true", "passed = 1", "where true or false is expected"),
        ("passed = true", "", "is missing"),
        ('gate = "lint"', 'gate = "structure"', "holds the gate 'structure' more than once"),
        ('sandbox = "L0"', "sandbox = 0", "where a string is expected"),
        ("checked = 2", "checked = 2.0", "where an integer is expected"),
        ("format = 1", 'format = 1\ntime = "now"', "is not a key of this file's format"),
        ("[[gates]]", "[gates", "is not whole TOML"),
        ('checkpoint = "', 'checkpoint = "../', "not a SHA-256 digest"),
    ],
)
def test_malformed_evidence_is_refused(store: "Store", old: str, new: str, what: str) -> None:
    checkpoint = store.write()
    path = store.place(checkpoint) / "evidence.toml"
    content = path.read_text("utf-8")
    assert old in content
    path.write_text(content.replace(old, new, 1), "utf-8")
    with pytest.raises(VibesafeHashMismatch) as caught:
        read_evidence(store.checkpoints, checkpoint.unit, checkpoint.hash)
    problem = caught.value.problems[0]
    assert what in problem.what
    assert problem.where.startswith(str(path))
    newer = "format = 3" in new
    assert problem.remedy == (
        "pip install --upgrade hatch-vibesafe" if newer else "vibesafe test --target app.math/add"
    )


def test_deleted_evidence_is_missing(store: "Store") -> None:
    checkpoint = store.write()
    (store.place(checkpoint) / "evidence.toml").unlink()
    with pytest.raises(VibesafeCheckpointMissing, match="evidence is missing") as caught:
        read_evidence(store.checkpoints, checkpoint.unit, checkpoint.hash)
    assert caught.value.problems[0].remedy == "vibesafe test --target app.math/add"


def test_evidence_of_another_checkpoint_is_refused(store: "Store") -> None:
    checkpoint = store.write()
    other = store.write(store.checkpoint(implementation=b"other\n"))
    content = (store.place(other) / "evidence.toml").read_bytes()
    (store.place(checkpoint) / "evidence.toml").write_bytes(content)
    with pytest.raises(VibesafeHashMismatch, match="is the evidence of another checkpoint"):
        read_evidence(store.checkpoints, checkpoint.unit, checkpoint.hash)
    read_evidence(store.checkpoints, other.unit, other.hash)


def test_a_second_test_replaces_the_evidence_and_nothing_else(store: "Store") -> None:
    checkpoint = store.write()
    place = store.place(checkpoint)
    before = {path.name: path.read_bytes() for path in place.iterdir()}
    same = write_evidence(store.checkpoints, checkpoint.unit, store.evidence(checkpoint))
    assert same == digest(before["evidence.toml"])
    new = write_evidence(store.checkpoints, checkpoint.unit, store.evidence(checkpoint, failed="types"))
    after = {path.name: path.read_bytes() for path in place.iterdir()}
    assert read_evidence(store.checkpoints, checkpoint.unit, checkpoint.hash)[1] == new != same
    assert {name for name in before if before[name] != after[name]} == {"evidence.toml"}


def test_no_evidence_without_its_checkpoint(store: "Store") -> None:
    checkpoint = store.checkpoint()
    with pytest.raises(VibesafeCheckpointMissing, match="there is no such checkpoint"):
        write_evidence(store.checkpoints, checkpoint.unit, store.evidence(checkpoint))
    assert not store.checkpoints.exists()


def test_evidence_is_complete_only_with_every_required_gate_passed(store: "Store") -> None:
    unit = UnitId.parse("app.math/add")
    evidence = store.evidence(store.checkpoint())
    assert gaps(evidence, unit, store.gate_settings, store.required) == ()
    assert gaps(evidence, unit, store.gate_settings, ()) == ()
    failed = gaps(store.evidence(store.checkpoint(), failed="types"), unit, store.gate_settings, store.required)
    assert [(gap.what, gap.mend) for gap in failed] == [
        ("gate types failed", "vibesafe compile --force --target app.math/add")
    ]
    empty = gaps(replace(evidence, gates=()), unit, store.gate_settings, ("lint", "types"))
    assert [gap.what for gap in empty] == ["gate lint missing in evidence", "gate types missing in evidence"]
    moved = gaps(evidence, unit, digest(b"other"), store.required)
    assert [gap.mend for gap in moved] == ["vibesafe test --target app.math/add"]


def test_evidence_counts_that_was_made_at_the_least_level_or_above(store: "Store") -> None:
    unit = UnitId.parse("app.math/add")

    def said(level: str, minimum: str) -> list[str]:
        evidence = replace(store.evidence(store.checkpoint()), sandbox=level)
        return [gap.what for gap in gaps(evidence, unit, store.gate_settings, store.required, minimum)]

    assert said("L3", "L2") == said("L2", "L2") == said("L0", "") == said("none", "") == []
    (gap,) = said("L0", "L2")
    assert gap == "it was judged in a sandbox of level L0, and sandbox.min_sandbox is L2"
    assert said("L2", "L3")
    assert said("none", "L0")
    assert said("L9", "L0")
