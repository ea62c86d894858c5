"""Stored checkpoints are gated again, and their evidence is what the gates say now."""

from hatch_vibesafe.config import gate_settings_digest
from hatch_vibesafe.gates.reach import found_once
from hatch_vibesafe.gates.retest import active_implementations, retest
from hatch_vibesafe.identity import digest
from hatch_vibesafe.store.checkpoints import make_checkpoint, write_checkpoint
from hatch_vibesafe.store.evidence import read_evidence
from hatch_vibesafe.store.index import update_index
from hatch_vibesafe.store.records import Checkpoint, Index, IndexEntry, Provenance

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tests.gates.conftest import Bench


UNIT = "app.numbers/double"
HONEST = b"def double(n: int) -> int:\n    return n * 2\n"


def stored(double: "Bench", implementation: bytes) -> Checkpoint:
    provenance = Provenance(
        origin="submitted",
        author="a test",
        provider="",
        provider_kind="",
        model_answered="",
        template="function.j2",
        sent=(),
        attempt=0,
        repairs=(),
        parent=None,
        created="2026-01-01T00:00:00.000000Z",
        tool="0.1.0",
    )
    checkpoint = make_checkpoint(double.spec(UNIT), digest(b""), implementation, provenance)
    write_checkpoint(double.project.checkpoints_path, checkpoint, None)
    return checkpoint


def test_new_evidence_is_written_for_each(double: "Bench") -> None:
    spec, project = double.spec(UNIT), double.project
    good, bad = stored(double, HONEST), stored(double, HONEST.replace(b"2", b"3"))
    outcomes = retest(project, double.scan, [(spec, good), (spec, bad)])
    assert [verdict.passed for verdict, _ in outcomes] == [True, False]
    for checkpoint, (verdict, evidence) in zip((good, bad), outcomes, strict=True):
        written, _ = read_evidence(project.checkpoints_path, spec.unit, checkpoint.hash)
        assert written == evidence
        assert evidence.gates == verdict.records
        assert evidence.settings == gate_settings_digest(project.config)
        assert evidence.sandbox == found_once().level


def test_only_whole_checkpoints_are_active(double: "Bench") -> None:
    spec, project = double.spec(UNIT), double.project
    checkpoint = stored(double, HONEST)
    update_index(project.index_path, lambda _: Index({spec.unit: IndexEntry(checkpoint.hash, digest(b""))}))
    assert active_implementations(project) == {spec.unit: HONEST}
    (edited,) = project.checkpoints_path.rglob("impl.py")
    edited.chmod(0o644)
    edited.write_bytes(b"import os\n")
    assert active_implementations(project) == {}
