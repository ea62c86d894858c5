"""The bill of the generated code in a wheel, for tools that know nothing of us: CycloneDX 1.7, JSON, for PEP 770.

Sources: https://cyclonedx.org/docs/1.7/json/ and PEP 770, "Improving measurability of Python packages with Software
Bill-of-Materials". The same input gives the same bytes: no time, and a serial number that is made of the content.
"""

import re
from collections.abc import Iterator, Mapping
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5

from hatch_vibesafe.canonical_json import Json, canonical_json
from hatch_vibesafe.identity import digest
from hatch_vibesafe.ship.active import ActiveUnit, ActiveUnits
from hatch_vibesafe.ship.bake import implementations_of
from hatch_vibesafe.ship.statement import PREDICATE_TYPE
from hatch_vibesafe.spec.capabilities import listed
from hatch_vibesafe.store.records import GateRecord, Provenance
from vibesafe_runtime._manifest import ENVELOPE, MANIFEST, STATEMENT

SCHEMA = "http://cyclonedx.org/schema/bom-1.7.schema.json"

_ABOUT_OTHERS = frozenset({"__init__.py", STATEMENT, ENVELOPE})


def bill_name(distribution: str) -> str:
    """Return the name of the bill's file in `<dist-info>/sboms/`."""
    return f"{re.sub(r'[-_.]+', '_', distribution).lower()}.vibesafe.cdx.json"


def bill_of(distribution: str, version: str, active: ActiveUnits, baked: Mapping[str, bytes], tool: str) -> bytes:
    """Return the bill of what was baked from active units: of their implementations and bytecode."""
    units = implementations_of(active.units, active.sources)
    generated = {path: content for path, content in baked.items() if not _is_about_others(path.rpartition("/")[2])}
    return bill_bytes(distribution, version, units, generated, tool)


def bill_bytes(
    distribution: str, version: str, units: Mapping[str, ActiveUnit], generated: Mapping[str, bytes], tool: str
) -> bytes:
    """Return the bill of the generated files of one distribution: CycloneDX 1.7 in canonical JSON.

    It lists what was generated and the models that answered, and says that the distribution holds more than that.

    Args:
        distribution: The distribution's name.
        version: Its version.
        units: The unit whose implementation stands at each path in the wheel.
        generated: The content of every generated file by its path, the implementations among them.
        tool: The name and version of what bakes.
    """
    root, files = _root(distribution, version), sorted(generated)
    models = {_model_reference(unit.checkpoint.provenance): unit.checkpoint.provenance for unit in units.values()}
    models.pop("", None)
    bill: dict[str, Json] = {
        "$schema": SCHEMA,
        "bomFormat": "CycloneDX",
        "specVersion": "1.7",
        "version": 1,
        "metadata": {"component": root, "tools": {"components": [_tool(tool)]}},
        "components": [
            *(_file(path, generated[path], units.get(path)) for path in files),
            *(_model(reference, models[reference]) for reference in sorted(models)),
        ],
        "dependencies": [
            _dependency(root["bom-ref"], [_reference(path) for path in files]),
            *(_dependency(_reference(path), _origin(units.get(path))) for path in files),
            *(_dependency(reference, []) for reference in sorted(models)),
        ],
        "compositions": [{"aggregate": "incomplete", "assemblies": [root["bom-ref"]]}],
    }
    serial = uuid5(NAMESPACE_URL, f"{PREDICATE_TYPE}#{digest(canonical_json(bill))}")
    return canonical_json(bill | {"serialNumber": f"urn:uuid:{serial}"})


def _is_about_others(name: str) -> bool:
    """Return whether a file of a baked package pins or describes the generated ones."""
    return name in _ABOUT_OTHERS or name.partition(".")[0] == MANIFEST


def _root(distribution: str, version: str) -> dict[str, Json]:
    name = re.sub(r"[-_.]+", "-", distribution).lower()
    purl = f"pkg:pypi/{quote(name, safe='')}@{quote(version, safe='')}"
    return {"type": "library", "bom-ref": purl, "name": distribution, "version": version, "purl": purl}


def _tool(tool: str) -> Json:
    name, _, version = tool.rpartition(" ")
    return {"type": "application", "name": name or tool, "version": version}


def _file(path: str, content: bytes, unit: ActiveUnit | None) -> Json:
    component: dict[str, Json] = {
        "type": "file",
        "bom-ref": _reference(path),
        "name": path,
        "hashes": [{"alg": "SHA-256", "content": digest(content)}],
    }
    if unit is None:
        return component | {"description": "Bytecode of implementations and of the modules with their specs"}
    author = unit.checkpoint.provenance.author
    return (
        component
        | {
            "mime-type": "text/x-python",
            "version": unit.checkpoint.hash,
            "description": f"Implementation of the unit {unit.spec.unit}",
            "properties": [{"name": f"vibesafe:{name}", "value": value} for name, value in _properties(unit) if value],
        }
        | ({"authors": [{"name": author}]} if author else {})
    )


def _properties(unit: ActiveUnit) -> Iterator[tuple[str, str]]:
    checkpoint, provenance = unit.checkpoint, unit.checkpoint.provenance
    yield "unit", str(unit.spec.unit)
    yield "spec-hash", checkpoint.spec_hash
    yield from (("capability", each) for each in listed(unit.spec.options.capabilities))
    yield "checkpoint", checkpoint.hash
    yield "parent", provenance.parent or ""
    yield "prompt-digest", checkpoint.prompt
    yield "template", provenance.template
    yield "origin", provenance.origin
    yield "author", provenance.author
    yield "approver", unit.approver
    yield "provider", provenance.provider
    yield "provider-kind", provenance.provider_kind
    yield "in-place-of", provenance.in_place_of
    yield "model", provenance.model_answered
    for name, value in provenance.sent:
        yield f"sent:{name}", value if isinstance(value, str) else repr(value)
    for repair in provenance.repairs:
        yield "repair", repair
    for gate in unit.evidence.gates:
        yield f"gate:{gate.gate}", _gate(gate)
    yield "sandbox", unit.evidence.sandbox
    yield "tool", provenance.tool


def _gate(gate: GateRecord) -> str:
    counts = "".join(f", {name} {count}" for name, count in gate.counts)
    return f"{'passed' if gate.passed else 'failed'}, {gate.tool} {gate.version}{counts}"


def _model(reference: str, provenance: Provenance) -> Json:
    return {
        "type": "machine-learning-model",
        "bom-ref": reference,
        "name": provenance.model_answered,
        # It wrote the code and is not in the wheel.
        "scope": "excluded",
        "properties": [{"name": "vibesafe:provider-kind", "value": provenance.provider_kind}],
    }


def _dependency(reference: Json, needed: list[Json]) -> Json:
    return {"ref": reference, "dependsOn": needed}


def _origin(unit: ActiveUnit | None) -> list[Json]:
    reference = "" if unit is None else _model_reference(unit.checkpoint.provenance)
    return [reference] if reference else []


def _model_reference(provenance: Provenance) -> str:
    """Return the bill's own name for the model that answered; "" where none is known."""
    return f"model:{provenance.provider_kind}/{provenance.model_answered}" if provenance.model_answered else ""


def _reference(path: str) -> str:
    return f"file:{path}"
