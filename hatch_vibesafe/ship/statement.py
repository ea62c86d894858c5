"""The provenance that ships: an in-toto Statement v1 in canonical JSON (RFC 8785), which says who wrote what from what.

It holds strings, integers, booleans, lists and ASCII keys only, so that the standard library's sorted compact dump is
canonical: a fraction, or a number that JSON does not carry exactly, is written as text. No times.
"""

import json
from collections.abc import Mapping

from hatch_vibesafe.identity import Digest, digest
from hatch_vibesafe.ship.active import ActiveUnit
from hatch_vibesafe.store.records import GateRecord, Scalar

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "https://pypi.org/project/hatch-vibesafe/provenance/v1"
_EXACT = 2**53

Json = str | int | bool | list["Json"] | dict[str, "Json"]


def statement_bytes(units: Mapping[str, ActiveUnit], manifest: Digest, tool: str) -> bytes:
    """Return the statement about one baked package.

    Args:
        units: The unit whose implementation stands at each path.
        manifest: The digest of the package's manifest without the line of the statement itself, so that who trusts the
            statement (a signature covers it) can trust every line of the manifest.
        tool: The name and version of what bakes.
    """
    statement: dict[str, Json] = {
        "_type": STATEMENT_TYPE,
        "subject": [_subject(path, unit.checkpoint.implementation) for path, unit in sorted(units.items())],
        "predicateType": PREDICATE_TYPE,
        "predicate": {
            "builder": tool,
            "manifestWithoutStatement": manifest,
            "units": [_unit(path, unit) for path, unit in sorted(units.items())],
        },
    }
    return canonical_json(statement)


def canonical_json(value: Json) -> bytes:
    """Return the canonical form of a value: sorted keys, no blanks, UTF-8."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def _subject(path: str, content: bytes) -> Json:
    return {"name": path, "digest": {"sha256": digest(content)}}


def _unit(path: str, unit: ActiveUnit) -> Json:
    checkpoint, provenance = unit.checkpoint, unit.checkpoint.provenance
    return {
        "unit": str(unit.spec.unit),
        "implementation": path,
        "specHash": checkpoint.spec_hash,
        "checkpoint": checkpoint.hash,
        "parent": provenance.parent or "",
        "promptDigest": checkpoint.prompt,
        "template": provenance.template,
        "origin": provenance.origin,
        "author": provenance.author,
        "providerKind": provenance.provider_kind,
        "modelAnswered": provenance.model_answered,
        "sent": {name: _exact(value) for name, value in provenance.sent},
        "repairs": list(provenance.repairs),
        "tool": provenance.tool,
        "sandbox": unit.evidence.sandbox,
        "gates": [_gate(gate) for gate in unit.evidence.gates],
    }


def _gate(gate: GateRecord) -> Json:
    return {
        "gate": gate.gate,
        "tool": gate.tool,
        "version": gate.version,
        "passed": gate.passed,
        "counts": {name: _exact(count) for name, count in gate.counts},
    }


def _exact(value: Scalar) -> Json:
    if isinstance(value, float) or (isinstance(value, int) and abs(value) >= _EXACT):
        return repr(value)
    return value
