"""The provenance that ships: an in-toto Statement v1 in canonical JSON, which says who wrote what from what. No times.

Source: https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from hatch_vibesafe.canonical_json import EXACT, Json, canonical_json
from hatch_vibesafe.identity import Digest, UnitId, digest
from hatch_vibesafe.ship.active import ActiveUnit
from hatch_vibesafe.spec.capabilities import listed
from hatch_vibesafe.store.records import GateRecord, Scalar

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "https://pypi.org/project/hatch-vibesafe/provenance/v1"


def statement_bytes(
    units: Mapping[str, ActiveUnit],
    generated: Mapping[str, bytes],
    manifest: Digest,
    tool: str,
    packages: Iterable[str] = (),
    *,
    checking: Mapping[UnitId, str] = MappingProxyType({}),
) -> bytes:
    """Return the statement about one baked package: canonical JSON, RFC 8785.

    Args:
        units: The unit whose implementation stands at each path.
        generated: The content of every generated file by its path, the implementations among them.
        manifest: The digest of the package's manifest without the lines of the statement and its envelope, so that who
            trusts the statement (a signature covers it) can trust every line of the manifest.
        tool: The name and version of what bakes.
        packages: The directories of all the baked packages of the distribution, so that none can be left out unseen.
        checking: The path of the module that checks the contract in calls of a unit, where there is one.

    Raises:
        ValueError: if an implementation is not among the generated files.
    """
    if not units.keys() <= generated.keys():
        raise ValueError(f"not generated: {sorted(units.keys() - generated.keys())}")
    named: list[Json] = [*sorted(packages)]
    return canonical_json(
        {
            "_type": STATEMENT_TYPE,
            "subject": [_subject(path, content) for path, content in sorted(generated.items())],
            "predicateType": PREDICATE_TYPE,
            "predicate": {
                "builder": tool,
                "manifestWithoutStatement": manifest,
                "packages": named,
                "units": [
                    _unit(path, unit) | _asked(unit) | _frozen(unit) | _checked(unit, checking)
                    for path, unit in sorted(units.items())
                ],
            },
        }
    )


def exact(value: Scalar) -> str | int | bool:
    """Return a value as canonical JSON carries it: as text where a reader might round it."""
    if isinstance(value, float) or (isinstance(value, int) and abs(value) >= EXACT):
        return repr(value)
    return value


def _subject(path: str, content: bytes) -> Json:
    return {"name": path, "digest": {"sha256": digest(content)}}


def _unit(path: str, unit: ActiveUnit) -> dict[str, Json]:
    checkpoint, provenance = unit.checkpoint, unit.checkpoint.provenance
    return {
        "unit": str(unit.spec.unit),
        "implementation": path,
        "specHash": checkpoint.spec_hash,
        "capabilities": list(listed(unit.spec.options.capabilities)),
        "checkpoint": checkpoint.hash,
        "parent": provenance.parent or "",
        "promptDigest": checkpoint.prompt,
        "uses": [{"name": name, "digest": {"sha256": used}} for name, used in checkpoint.uses],
        "template": provenance.template,
        "origin": provenance.origin,
        "author": provenance.author,
        "provider": provenance.provider,
        "providerKind": provenance.provider_kind,
        "modelAnswered": provenance.model_answered,
        "sent": {name: exact(value) for name, value in provenance.sent},
        "attempt": provenance.attempt,
        "repairs": list(provenance.repairs),
        "tool": provenance.tool,
        "approver": unit.approver,
        "sandbox": unit.evidence.sandbox,
        "gateSettings": unit.evidence.settings,
        "gates": [_gate(gate) for gate in unit.evidence.gates],
    }


def _asked(unit: ActiveUnit) -> dict[str, Json]:
    asked = unit.checkpoint.provenance.in_place_of
    return {"inPlaceOf": asked} if asked else {}


def _frozen(unit: ActiveUnit) -> dict[str, Json]:
    deps = dict(unit.checkpoint.deps)
    return {"dependencies": {**deps}} if deps else {}


def _checked(unit: ActiveUnit, checking: Mapping[UnitId, str]) -> dict[str, Json]:
    path = checking.get(unit.spec.unit)
    return {} if path is None else {"contracts": unit.contracts, "checkedBy": path}


def _gate(gate: GateRecord) -> Json:
    return {
        "gate": gate.gate,
        "tool": gate.tool,
        "version": gate.version,
        "passed": gate.passed,
        "counts": {name: exact(count) for name, count in gate.counts},
    }
