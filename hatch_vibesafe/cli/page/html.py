"""A report written as HTML: one file that needs no other, no network and no script. Pure.

Threat: docstrings, code, names of models and authors are anybody's text. All of it is escaped by the template engine;
what does not print, and what turns the direction of writing round, is spelled out; and the page forbids itself, in a
policy that the browser enforces, to run or to load anything.
"""

import unicodedata
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from hatch_vibesafe.cli.page.model import Page

_HERE = Path(__file__).parent
_KEPT = frozenset("\n\t")
_LEAST = 0.0001
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def written(page: Page) -> str:
    """Return the page."""
    environment = Environment(
        loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.finalize = _seen
    environment.filters |= {"short": lambda text: text[:12], "amount": amount, "dollars": dollars, "mark": mark}
    style = (_HERE / "page.css").read_text(encoding="utf-8")
    return environment.get_template("page.html.j2").render(page=page, style=style)


def _seen(value: object) -> object:
    """Return a text in which everything can be seen; what is no text as it is."""
    if type(value) is not str or not any(
        unicodedata.category(each) in _UNSEEN - {"Cc"} or each < " " for each in value
    ):
        return value
    return "".join(
        each if each in _KEPT or unicodedata.category(each) not in _UNSEEN else ascii(each)[1:-1] for each in value
    )


def amount(count: int | None) -> str:
    """Return a number for people, in groups of three digits; `unknown` where nobody counted."""
    return "unknown" if count is None else f"{count:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")


def dollars(cost: float | None) -> str:
    """Return a cost for people; `unknown` where nobody counted."""
    if cost is None:
        return "unknown"
    if 0 < cost < _LEAST:
        return f"less than ${_LEAST}"
    return f"${cost:,.4f}".rstrip("0").rstrip(".")


def mark(line: str) -> str:
    """Return what a line of a unified diff is: "added", "removed", "place" or "same"."""
    return {"+": "added", "-": "removed", "@": "place"}.get(line[:1], "same")
