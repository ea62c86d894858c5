"""Workflow commands, which GitHub Actions shows beside the lines that they name."""

from hatch_vibesafe.cli.formats.findings import Finding, Report

_DATA = {ord("%"): "%25", ord("\r"): "%0D", ord("\n"): "%0A"}
_PROPERTY = {**_DATA, ord(":"): "%3A", ord(","): "%2C"}


def text(report: Report) -> str:
    """Return one command a line, `::error file=F,line=N,title=T::MESSAGE`, escaped as `@actions/core` escapes it."""
    return "\n".join(_command(report, finding) for finding in report.findings)


def _command(report: Report, finding: Finding) -> str:
    place = finding.place
    properties = {
        "file": report.path(place),
        "line": str(place.line or ""),
        "title": f"vibesafe {finding.rule}",
    }
    named = ",".join(f"{key}={value.translate(_PROPERTY)}" for key, value in properties.items() if value)
    return f"::{finding.level} {named}::{finding.message.translate(_DATA)}"
