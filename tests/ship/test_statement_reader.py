"""A statement is read back strictly: in one form, whole, and in agreement with itself."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from hatch_vibesafe.canonical_json import Json, canonical_json, parse_canonical_json
from hatch_vibesafe.identity import CheckpointHash, digest
from hatch_vibesafe.problems import VibesafeHashMismatch
from hatch_vibesafe.project import open_project
from hatch_vibesafe.ship.account import Account
from hatch_vibesafe.ship.active import ActiveUnit, read_active_units
from hatch_vibesafe.ship.statement import statement_bytes
from hatch_vibesafe.ship.statement_reader import read_statement
from tests.ship.conftest import TOTAL, Tree

IMPLEMENTATION = "shop/_vibesafe/pricing__total.py"
BYTECODE = "shop/_vibesafe/bytecode.cpython-311"
GENERATED = {IMPLEMENTATION: TOTAL.encode(), BYTECODE: b"\x00\xff"}

Edit = Callable[[dict[str, Json]], object]


@pytest.fixture
def unit(shop: Tree) -> ActiveUnit:
    (unit,) = read_active_units(open_project(shop.root)).units
    return unit


def stated(unit: ActiveUnit) -> bytes:
    return statement_bytes({IMPLEMENTATION: unit}, GENERATED, digest(b"manifest"), "tool 1")


def read(content: bytes) -> tuple[Account, ...]:
    return read_statement(content, "statement.json", "mend")


def edited(content: bytes, change: Edit) -> bytes:
    statement = parse_canonical_json(content)
    assert isinstance(statement, dict)
    change(statement)
    return canonical_json(statement)


def edit_unit(**values: Json) -> Edit:
    def change(statement: dict[str, Json]) -> None:
        the_unit(statement).update(values)

    return change


def the_predicate(statement: dict[str, Json]) -> dict[str, Json]:
    predicate = statement["predicate"]
    assert isinstance(predicate, dict)
    return predicate


def the_units(statement: dict[str, Json]) -> list[Json]:
    units = the_predicate(statement)["units"]
    assert isinstance(units, list)
    return units


def the_unit(statement: dict[str, Json]) -> dict[str, Json]:
    unit = the_units(statement)[0]
    assert isinstance(unit, dict)
    return unit


def the_subjects(statement: dict[str, Json]) -> list[Json]:
    subjects = statement["subject"]
    assert isinstance(subjects, list)
    return subjects


def test_what_was_stated_is_read_back(unit: ActiveUnit) -> None:
    provenance = replace(unit.checkpoint.provenance, repairs=("a", "b"), parent=CheckpointHash("d" * 64), attempt=2)
    checkpoint = replace(unit.checkpoint, provenance=provenance)
    (account,) = read(stated(replace(unit, checkpoint=checkpoint, approver="Ada")))
    sent = (("seed", str(2**60)), ("temperature", "0.1"))
    assert account == Account(
        unit=unit.spec.unit,
        spec_hash=unit.spec.spec_hash,
        checkpoint=unit.checkpoint.hash,
        prompt=unit.checkpoint.prompt,
        provenance=replace(provenance, sent=sent, created=""),
        sandbox="L0",
        gates=unit.evidence.gates,
        approver="Ada",
        capabilities=("pure",),
    )


def test_capabilities_are_read_back_and_may_be_missing_in_older_statements(unit: ActiveUnit) -> None:
    options = replace(unit.spec.options, capabilities=("fs.read", "net"))
    (account,) = read(stated(replace(unit, spec=replace(unit.spec, options=options))))
    assert account.capabilities == ("fs.read", "net")
    (older,) = read(edited(stated(unit), lambda statement: the_unit(statement).pop("capabilities")))
    assert older.capabilities == ()
    with pytest.raises(VibesafeHashMismatch, match="a list of strings is expected"):
        read(edited(stated(unit), edit_unit(capabilities="net")))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (edit_unit(checkpoint="a" * 64), "is not the hash of"),
        (edit_unit(specHash="a" * 64), "is not the hash of"),
        (edit_unit(promptDigest="a" * 64), "is not the hash of"),
        (edit_unit(uses=[{"name": "helper", "digest": {"sha256": "a" * 64}}]), "is not the hash of"),
        (edit_unit(checkpoint="../.."), "not a SHA-256 digest"),
        (edit_unit(parent="../.."), "not a SHA-256 digest"),
        (edit_unit(unit="../../evil"), "not a unit id"),
        (edit_unit(implementation="shop/pricing.py"), "no subject"),
        (edit_unit(implementation=BYTECODE), "says nothing of '.*pricing__total.py'"),
        (edit_unit(origin="forged"), "not one of generated, submitted, recorded"),
        (edit_unit(gates=[1]), "a list of tables is expected"),
        (edit_unit(author=1), "a string is expected"),
        (edit_unit(attempt=True), "an integer is expected"),
        (edit_unit(sent={"seed": []}), "a plain value is expected"),
        (lambda statement: the_unit(statement).pop("approver"), "is missing"),
        (lambda statement: the_units(statement).append(the_unit(statement)), "more than once"),
        (lambda statement: the_predicate(statement).update(units={}), "a list of tables is expected"),
        (lambda statement: the_units(statement).clear(), "says nothing of '.*pricing__total.py'"),
        (lambda statement: the_subjects(statement).append(the_subjects(statement)[0]), "more than once"),
        (lambda statement: the_subjects(statement).clear(), "no subject"),
        (lambda statement: statement.update(_type="https://in-toto.io/Statement/v0.1"), "is expected"),
        (lambda statement: statement.update(predicateType="https://slsa.dev/provenance/v1"), "is expected"),
    ],
)
def test_a_statement_that_does_not_agree_is_refused(unit: ActiveUnit, change: Edit, words: str) -> None:
    with pytest.raises(VibesafeHashMismatch, match=words):
        read(edited(stated(unit), change))
    assert read(stated(unit))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda content: content + b"\n", "canonical form"),
        (lambda content: content.replace(b'"author":', b'"approver":"Eve","author":'), "stands there twice"),
        (lambda content: content[:-1], "is not a statement"),
        (lambda _: b"[]", "no table"),
        (lambda _: b"\xff", "not UTF-8"),
        (lambda _: b"[" * 100_000, "nested too deeply"),
    ],
)
def test_a_statement_of_another_form_is_refused(unit: ActiveUnit, change: Callable[[bytes], bytes], words: str) -> None:
    with pytest.raises(VibesafeHashMismatch, match=words):
        read(change(stated(unit)))


def test_a_key_that_a_later_version_adds_is_passed_over(unit: ActiveUnit) -> None:
    content = stated(unit)
    assert read(edited(content, edit_unit(reviewer="Ada"))) == read(content)


def test_who_answered_in_whose_place_is_read_back(unit: ActiveUnit) -> None:
    provenance = replace(unit.checkpoint.provenance, provider="backup", in_place_of="default")
    stood_in = replace(unit, checkpoint=replace(unit.checkpoint, provenance=provenance))
    (account,) = read(stated(stood_in))
    assert (account.provenance.provider, account.provenance.in_place_of) == ("backup", "default")
    assert b"inPlaceOf" not in stated(unit), "the control: nobody stood in, and nothing is said"
