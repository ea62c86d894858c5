"""The bill of the generated code: valid by CycloneDX's own schema, and the same wherever it is made."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from hatch_vibesafe.identity import CheckpointHash, digest
from hatch_vibesafe.project import open_project
from hatch_vibesafe.ship.active import ActiveUnit, read_active_units
from hatch_vibesafe.ship.bill import bill_bytes, bill_name
from tests.ship.conftest import PROVENANCE, TOTAL, Tree, plant

PATH = "shop/_vibesafe/pricing__total.py"
BYTECODE = "shop/_vibesafe/bytecode.cpython-311"
GENERATED = {PATH: TOTAL.encode(), BYTECODE: b"\x00\xff"}


@pytest.fixture
def submitted(shop: Tree) -> ActiveUnit:
    (unit,) = read_active_units(open_project(shop.root)).units
    return unit


@pytest.fixture
def answered(submitted: ActiveUnit) -> ActiveUnit:
    provenance = replace(
        PROVENANCE,
        origin="generated",
        author="",
        provider="default",
        provider_kind="local",
        model_answered="Some-Model 7B",
        template="function.j2",
        repairs=("a missing import was added", "the fences were dropped"),
        parent=CheckpointHash("a" * 64),
    )
    return replace(submitted, checkpoint=replace(submitted.checkpoint, provenance=provenance), approver="Ada <a@b.c>")


def bill(
    units: Mapping[str, ActiveUnit], generated: Mapping[str, bytes] = GENERATED, distribution: str = "shop"
) -> dict[str, object]:
    """Return a bill that the official schema finds nothing to say against."""
    content = bill_bytes(distribution, "1.0+local", units, generated, "hatch-vibesafe 0.1.0")
    assert JsonStrictValidator(SchemaVersion.V1_7).validate_str(content.decode()) is None
    document: dict[str, object] = json.loads(content)
    return document


def components(document: Mapping[str, object]) -> dict[str, dict[str, object]]:
    found = document["components"]
    assert isinstance(found, list)
    return {each["bom-ref"]: each for each in found}


def properties(component: Mapping[str, object]) -> list[tuple[str, str]]:
    found = component["properties"]
    assert isinstance(found, list)
    return [(each["name"].removeprefix("vibesafe:"), each["value"]) for each in found]


def test_the_schema_refuses_what_is_no_bill() -> None:
    wrong = b'{"bomFormat":"CycloneDX","specVersion":"1.7","components":[{"type":"module","name":"x"}]}'
    assert JsonStrictValidator(SchemaVersion.V1_7).validate_str(wrong.decode()) is not None


def test_every_generated_file_is_a_component_with_its_digest(submitted: ActiveUnit) -> None:
    found = components(bill({PATH: submitted}))
    assert {name: each["hashes"] for name, each in found.items()} == {
        f"file:{path}": [{"alg": "SHA-256", "content": digest(content)}] for path, content in GENERATED.items()
    }


def test_submitted_code_names_its_author_and_no_model(submitted: ActiveUnit) -> None:
    component = components(bill({PATH: submitted}))[f"file:{PATH}"]
    assert component["authors"] == [{"name": "Zoë"}]
    said = dict(properties(component))
    assert said["unit"] == "shop.pricing/total"
    assert said["origin"] == "submitted"
    assert said["spec-hash"] == submitted.spec.spec_hash
    assert said["sent:seed"] == str(2**60)
    assert said["gate:types"] == "passed, by hand 1"
    assert said["sandbox"] == "L0"
    assert "model" not in said
    assert "approver" not in said


def test_it_lists_what_an_implementation_may_do(submitted: ActiveUnit) -> None:
    def listed(unit: ActiveUnit) -> list[str]:
        found = properties(components(bill({PATH: unit}))[f"file:{PATH}"])
        return [value for name, value in found if name == "capability"]

    options = replace(submitted.spec.options, capabilities=("clock", "import:yaml"))
    assert listed(submitted) == ["pure"]
    assert listed(replace(submitted, spec=replace(submitted.spec, options=options))) == ["clock", "import:yaml"]


def test_the_model_that_answered_is_a_component_that_the_implementation_is_linked_to(answered: ActiveUnit) -> None:
    document = bill({PATH: answered})
    reference = "model:local/Some-Model 7B"
    model = components(document)[reference]
    assert (model["type"], model["name"], model["scope"]) == ("machine-learning-model", "Some-Model 7B", "excluded")
    links = document["dependencies"]
    assert isinstance(links, list)
    assert {"ref": f"file:{PATH}", "dependsOn": [reference]} in links
    said = properties(components(document)[f"file:{PATH}"])
    assert [value for name, value in said if name == "repair"] == list(answered.checkpoint.provenance.repairs)
    assert ("approver", "Ada <a@b.c>") in said
    assert ("model", "Some-Model 7B") in said
    assert ("parent", "a" * 64) in said


def test_it_says_that_the_distribution_holds_more(submitted: ActiveUnit) -> None:
    document = bill({PATH: submitted}, distribution="My_Shop.Core")
    purl = "pkg:pypi/my-shop-core@1.0%2Blocal"
    assert document["compositions"] == [{"aggregate": "incomplete", "assemblies": [purl]}]
    assert bill_name("My_Shop.Core") == "my_shop_core.vibesafe.cdx.json"


def test_it_is_the_same_everywhere_and_another_for_other_content(submitted: ActiveUnit, tmp_path: Path) -> None:
    (elsewhere,) = read_active_units(open_project(plant(tmp_path / "somewhere" / "else").root)).units
    tool = "hatch-vibesafe 0.1.0"
    first = bill_bytes("shop", "1.0", {PATH: submitted}, GENERATED, tool)
    assert bill_bytes("shop", "1.0", {PATH: elsewhere}, GENERATED, tool) == first
    assert b"2026" not in first
    other = bill_bytes("shop", "1.0", {PATH: submitted}, {PATH: TOTAL.encode()}, tool)
    assert json.loads(other)["serialNumber"] != json.loads(first)["serialNumber"]


def test_a_distribution_without_units_has_a_valid_bill_too() -> None:
    assert bill({}, {})["components"] == []
