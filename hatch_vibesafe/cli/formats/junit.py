"""JUnit XML as pytest writes it and CI systems read it: a test case for each unit, and for what is about none."""

import re
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from hatch_vibesafe.cli.formats.findings import Finding, Place, Report

# What XML 1.0 (section 2.2) does not allow, and so no parser accepts, not even as a character reference.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def text(report: Report) -> str:
    """Return one document: a failure for each finding that makes a check fail, the warnings as the suite's output."""
    failing = [finding for finding in report.findings if finding.level == "error"]
    known = {place.unit for place in report.units}
    others = {finding.place.unit or finding.problem.where: finding for finding in failing}
    cases = [(place.unit, place) for place in report.units]
    cases += [(name, finding.place) for name, finding in others.items() if name not in known]
    failed = [_failures(name, failing) for name, _ in cases]
    counts = {"tests": str(len(cases)), "failures": str(sum(map(bool, failed))), "errors": "0", "skipped": "0"}
    suites = Element("testsuites", counts)
    suite = SubElement(suites, "testsuite", {"name": "vibesafe", **counts})
    for (name, place), findings in zip(cases, failed, strict=True):
        _add_case(suite, name, place, findings, report)
    warnings = [finding for finding in report.findings if finding.level == "warning"]
    if warnings:
        SubElement(suite, "system-out").text = _allowed("\n".join(_line(finding) for finding in warnings))
    indent(suites)
    return tostring(suites, encoding="unicode", xml_declaration=False)


def _failures(name: str, failing: list[Finding]) -> list[Finding]:
    return [finding for finding in failing if (finding.place.unit or finding.problem.where) == name]


def _add_case(suite: Element, name: str, place: Place, findings: list[Finding], report: Report) -> None:
    module, _, qualname = name.partition("/") if place.unit else ("vibesafe", "", name)
    case = SubElement(suite, "testcase", {"classname": _allowed(module), "name": _allowed(qualname)})
    if path := report.path(place):
        case.set("file", _allowed(path))
    if place.line:
        case.set("line", str(place.line))
    if findings:
        # One for each case: not every reader takes more.
        first = findings[0].problem.what.partition("\n")[0]
        failure = SubElement(case, "failure", {"type": findings[0].rule, "message": _allowed(first)})
        failure.text = _allowed("\n".join(_line(finding) for finding in findings))


def _line(finding: Finding) -> str:
    return f"{finding.problem.where}: {finding.rule}: {finding.told}"


def _allowed(value: str) -> str:
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", value)
