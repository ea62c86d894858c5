"""SARIF 2.1.0 (OASIS), the format of GitHub's code scanning and of most viewers of findings."""

import hashlib
import json
from urllib.parse import quote

from hatch_vibesafe import __version__
from hatch_vibesafe.cli.formats.findings import RULES, Finding, Report

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_ROOT = "%SRCROOT%"


def text(report: Report) -> str:
    """Return one document with one run; paths are relative to the repository's root."""
    run = {
        "tool": {
            "driver": {
                "name": "vibesafe",
                "semanticVersion": __version__,
                "rules": [{"id": name, "shortDescription": {"text": held}} for name, held in RULES.items()],
            }
        },
        "columnKind": "unicodeCodePoints",
        "results": [_result(report, finding) for finding in report.findings],
    }
    document = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(document, indent=2, ensure_ascii=False)


def _result(report: Report, finding: Finding) -> dict[str, object]:
    result: dict[str, object] = {
        "ruleId": finding.rule,
        "ruleIndex": list(RULES).index(finding.rule),
        "level": finding.level,
        "message": {"text": finding.message},
        "partialFingerprints": {"vibesafe/v1": _fingerprint(finding)},
    }
    if location := _location(report, finding):
        result["locations"] = [location]
    return result


def _location(report: Report, finding: Finding) -> dict[str, object]:
    place = finding.place
    location: dict[str, object] = {}
    if path := report.path(place):
        file = {"uri": quote(path)} if path.startswith("/") else {"uri": quote(path), "uriBaseId": _ROOT}
        physical: dict[str, object] = {"artifactLocation": file}
        if place.line:
            physical["region"] = {"startLine": place.line}
        location["physicalLocation"] = physical
    if place.unit:
        location["logicalLocations"] = [{"fullyQualifiedName": place.unit, "kind": "function"}]
    return location


def _fingerprint(finding: Finding) -> str:
    """Return what stays the same for the same problem when lines move."""
    place = finding.place
    named = (place.path, place.unit) if place.line else (finding.problem.where, "")
    return hashlib.sha256("\0".join((finding.rule, *named, finding.problem.what)).encode()).hexdigest()
