"""The site builds without one warning, has every document and what is made from the code, and needs no network."""

import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

from hatch_vibesafe.cli.main import COMMANDS

REPOSITORY = Path(__file__).parents[2]


def build(destination: Path, configuration: Path = REPOSITORY / "mkdocs.yml") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(destination)]
    return subprocess.run(
        [*command, "--config-file", str(configuration)],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": "/usr/bin:/bin", "NO_MKDOCS_2_WARNING": "1", "PYTHONPATH": str(REPOSITORY)},
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    destination = tmp_path_factory.mktemp("site")
    done = build(destination)
    assert done.returncode == 0, done.stdout + done.stderr
    return destination


class Loaded(HTMLParser):
    """Collects what a page loads, links to other pages apart."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if tag in {"script", "img", "iframe", "source"}:
            self.addresses.append(named.get("src") or "")
        elif tag == "link" and named.get("rel") not in {"canonical", "prev", "next", "edit"}:
            self.addresses.append(named.get("href") or "")


def test_every_document_has_a_page(site: Path) -> None:
    names = {path.stem for path in (REPOSITORY / "docs").glob("*.md")} - {"index"}
    assert not [name for name in sorted(names) if not (site / name / "index.html").is_file()]


def test_no_page_loads_anything_from_elsewhere(site: Path) -> None:
    for path in site.rglob("*.html"):
        loaded = Loaded()
        loaded.feed(path.read_text(encoding="utf-8"))
        assert loaded.addresses
        assert not [address for address in loaded.addresses if re.match(r"(https?:)?//", address)], path


def test_the_reference_is_made_from_the_code(site: Path) -> None:
    commands = (site / "reference-commands" / "index.html").read_text(encoding="utf-8")
    assert not [name for name in COMMANDS if f"vibesafe {name}" not in commands]
    assert "requests_per_minute" in (site / "reference-configuration" / "index.html").read_text(encoding="utf-8")
    assert "VibesafeHashMismatch" in (site / "reference-exceptions" / "index.html").read_text(encoding="utf-8")


def test_a_document_that_the_site_does_not_list_fails_the_build(tmp_path: Path) -> None:
    text = (REPOSITORY / "mkdocs.yml").read_text(encoding="utf-8").replace("      - Attacks: attacks.md\n", "")
    configuration = tmp_path / "mkdocs.yml"
    configuration.write_text(
        text.replace("docs_dir: docs", f"docs_dir: {REPOSITORY / 'docs'}").replace(
            "docs/_site/pages.py", f"{REPOSITORY}/docs/_site/pages.py"
        ),
        encoding="utf-8",
    )
    done = build(tmp_path / "site", configuration)
    assert done.returncode != 0
    assert "attacks.md" in done.stdout + done.stderr
