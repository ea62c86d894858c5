"""The statement: one that in-toto's own library reads, with every generated file as a subject."""

import re
from collections.abc import Mapping
from dataclasses import replace

import pytest
from google.protobuf.json_format import Parse, ParseError  # type: ignore[import-untyped]  # its types are elsewhere
from in_toto_attestation.v1.statement import Statement  # type: ignore[import-untyped]  # it ships no types
from in_toto_attestation.v1.statement_pb2 import Statement as Message  # type: ignore[import-untyped]  # as above

from hatch_vibesafe.canonical_json import Json, parse_canonical_json
from hatch_vibesafe.identity import digest
from hatch_vibesafe.project import open_project
from hatch_vibesafe.ship.active import ActiveUnit, read_active_units
from hatch_vibesafe.ship.statement import statement_bytes
from hatch_vibesafe.store.index import update_index
from hatch_vibesafe.store.records import Index
from tests.ship.conftest import TOTAL, Tree

PATH = "shop/_vibesafe/pricing__total.py"
BYTECODE = "shop/_vibesafe/bytecode.cpython-311"
GENERATED = {BYTECODE: b"\x00\xff", PATH: TOTAL.encode()}
MANIFEST = digest(b"manifest")


@pytest.fixture
def unit(shop: Tree) -> ActiveUnit:
    (unit,) = read_active_units(open_project(shop.root)).units
    return unit


def stated(unit: ActiveUnit, generated: Mapping[str, bytes] = GENERATED) -> dict[str, Json]:
    value = parse_canonical_json(statement_bytes({PATH: unit}, generated, MANIFEST, "hatch-vibesafe 0.1.0"))
    assert isinstance(value, dict)
    return value


def the_unit(unit: ActiveUnit) -> dict[str, Json]:
    predicate = stated(unit)["predicate"]
    assert isinstance(predicate, dict)
    units = predicate["units"]
    assert isinstance(units, list)
    (found,) = units
    assert isinstance(found, dict)
    return found


def read_by_in_toto(content: bytes) -> Message:
    """Return the statement as in-toto's own library reads it, which refuses a field that the specification lacks."""
    message = Parse(content, Message())
    Statement.copy_from_pb(message).validate()
    return message


def test_in_totos_own_library_reads_it(unit: ActiveUnit) -> None:
    message = read_by_in_toto(statement_bytes({PATH: unit}, GENERATED, MANIFEST, "tool 1"))
    assert message.type == "https://in-toto.io/Statement/v1"
    assert re.fullmatch(r"https://\S+/v1", message.predicate_type)
    assert message.predicate["manifestWithoutStatement"] == MANIFEST
    assert message.predicate["units"][0]["unit"] == "shop.pricing/total"
    subjects = {each.name: dict(each.digest) for each in message.subject}
    assert subjects == {path: {"sha256": digest(content)} for path, content in GENERATED.items()}
    assert len(message.subject) == len(subjects), "names are unique within the subject"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (b"/Statement/v1", b"/Statement/v0.1", "Wrong statement type"),
        (b'{"sha256":"' + digest(TOTAL.encode()).encode() + b'"}', b"{}", "digest required"),
        (b'"subject":', b'"subjects":', "no field named"),
        (b'"predicateType":', b'"more":', "no field named"),
    ],
)
def test_in_totos_own_library_refuses_what_is_no_statement(
    unit: ActiveUnit, old: bytes, new: bytes, words: str
) -> None:
    content = statement_bytes({PATH: unit}, GENERATED, MANIFEST, "tool 1")
    assert old in content
    with pytest.raises((ParseError, ValueError), match=words):
        read_by_in_toto(content.replace(old, new))


def test_it_says_who_wrote_what_from_what_and_who_approved_it(unit: ActiveUnit) -> None:
    said = the_unit(replace(unit, approver="Ada <ada@example.org>"))
    assert (said["origin"], said["author"], said["approver"]) == ("submitted", "Zoë", "Ada <ada@example.org>")
    assert (said["specHash"], said["checkpoint"]) == (unit.spec.spec_hash, unit.checkpoint.hash)
    assert said["promptDigest"] == digest(b"")
    assert said["sent"] == {"seed": str(2**60), "temperature": "0.1"}
    assert said["sandbox"] == "L0"
    gates = said["gates"]
    assert isinstance(gates, list)
    assert gates[0] == {"gate": "structure", "tool": "by hand", "version": "1", "passed": True, "counts": {}}


def test_it_holds_what_an_endpoint_was_frozen_with_and_nothing_where_it_was_not(unit: ActiveUnit) -> None:
    frozen = replace(unit, checkpoint=replace(unit.checkpoint, deps=(("fastapi", "1.0"), ("starlette", "2.0"))))
    assert the_unit(frozen)["dependencies"] == {"fastapi": "1.0", "starlette": "2.0"}
    assert "dependencies" not in the_unit(unit)


def test_the_approver_is_the_one_of_the_index(shop: Tree, unit: ActiveUnit) -> None:
    def approved(index: Index) -> Index:
        return Index({name: replace(entry, approver="Ada") for name, entry in index.units.items()})

    assert the_unit(unit)["approver"] == ""
    project = open_project(shop.root)
    update_index(project.index_path, approved)
    (again,) = read_active_units(project).units
    assert the_unit(again)["approver"] == "Ada"


def test_it_holds_no_time_and_the_same_bytes_for_the_same_unit(unit: ActiveUnit) -> None:
    content = statement_bytes({PATH: unit}, GENERATED, MANIFEST, "tool 1")
    later = replace(unit.checkpoint.provenance, created="2031-05-06T07:08:09.000000+00:00")
    again = replace(unit, checkpoint=replace(unit.checkpoint, provenance=later))
    assert statement_bytes({PATH: again}, dict(reversed(GENERATED.items())), MANIFEST, "tool 1") == content


def test_an_implementation_that_was_not_generated_is_refused(unit: ActiveUnit) -> None:
    with pytest.raises(ValueError, match="not generated"):
        statement_bytes({PATH: unit}, {BYTECODE: b""}, MANIFEST, "tool 1")
