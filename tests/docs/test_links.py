"""Every link within the documents leads to a file that is there, and to a heading that it has."""

import re
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
DOCUMENTS = sorted([*REPOSITORY.glob("*.md"), *(REPOSITORY / "docs").glob("*.md")])
LINK = re.compile(r"\]\(([^)#\s]*)(#[^)\s]+)?\)")


def headings(document: Path) -> set[str]:
    """Return the anchors that a document's headings get."""
    lines = re.findall(r"^#+ (.*)$", document.read_text(encoding="utf-8"), re.MULTILINE)
    plain = (re.sub(r"[`*]", "", line.strip().lower()) for line in lines)
    return {re.sub(r"[^\w\- ]", "", line).replace(" ", "-") for line in plain}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_leads_somewhere(document: Path) -> None:
    for path, anchor in LINK.findall(document.read_text(encoding="utf-8")):
        if path.startswith(("http:", "https:", "mailto:")):
            continue
        target = document.parent / path if path else document
        assert target.exists(), path
        if anchor and target.suffix == ".md":
            assert anchor[1:] in headings(target), path + anchor


def test_the_readme_names_every_document() -> None:
    named = {path for path, _ in LINK.findall((REPOSITORY / "README.md").read_text(encoding="utf-8"))}
    assert {f"docs/{path.name}" for path in (REPOSITORY / "docs").glob("*.md")} <= named
