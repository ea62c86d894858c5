"""What `vibesafe check` found, in the formats that other programs read: one pure module each."""

from importlib import import_module

from hatch_vibesafe.cli.formats.findings import Report

TEXT = "text"
JSON = "json"
REPORTS = ("sarif", "junit", "github")
"""The formats that are written from a `Report` alone; the module of each is imported when it is asked for."""

FORMATS = (TEXT, JSON, *REPORTS)

__all__ = ["FORMATS", "JSON", "REPORTS", "TEXT", "Report", "written"]


def written(report: Report, form: str) -> str:
    """Return a report in one of `REPORTS`; a form of lines is empty where there is nothing to say."""
    return str(import_module(f"{__name__}.{form}").text(report))
