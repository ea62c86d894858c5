"""`vibesafe report`: one page that holds everything, lets nobody else's text act, and that anybody can read."""

import html
import json
import os
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path
from typing import TypedDict

import pytest

from hatch_vibesafe.cli.page.html import amount, dollars, written
from hatch_vibesafe.cli.page.model import Cost, Difference, Listing, Page, UnitEntry
from hatch_vibesafe.gates.adequacy import Recorded
from hatch_vibesafe.problems import Problem
from tests.cli.conftest import CANARY, Command
from tests.cli.test_commands import edit, tree

AXE = Path(__file__).resolve().parents[1] / "data" / "axe-core" / "axe.min.js"
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
HOSTILE = (
    "</pre></code><script>document.title='owned'</script><img src=x onerror=alert(1)>'\"{{ 7*7 }}\x1b[2J\u202e\x00&lt;"
)
TROUBLE = Problem(f"app/a.py:1  {HOSTILE}", f"{HOSTILE}\nsecond line", HOSTILE)
PAGE = Page(
    project=HOSTILE,
    made=HOSTILE,
    tool="hatch-vibesafe 1",
    units=(
        UnitEntry(
            "app.a/add",
            "active",
            "app/a.py:1",
            "function",
            summary=HOSTILE,
            paragraphs=(HOSTILE,),
            unknown=(HOSTILE,),
            adequacy=Recorded(3, 1, 0, ()),
            cost=Cost(2, 12345, None),
            listings=(Listing("Spec", HOSTILE), Listing(HOSTILE, f"def f():\n\treturn {HOSTILE}\n")),
            differences=(Difference(HOSTILE, ("@@ -1 +1 @@", f"-{HOSTILE}", f"+{HOSTILE}", f" {HOSTILE}")),),
        ),
        UnitEntry("app.b/drifted", "drift", "app/b.py:1", "http", problems=(TROUBLE,), moved=(HOSTILE,)),
        UnitEntry("app.b/grüße", "unsaved", "app/b.py:9", "function"),
        UnitEntry("app.b/new", "no checkpoint", "app/b.py:19", "cli", problems=(TROUBLE, TROUBLE)),
        UnitEntry("app.b/wrong", "invalid", "app/b.py:29", "function", problems=(TROUBLE,)),
    ),
    problems=(TROUBLE,),
    cost=Cost(2, 12345, 0.25),
)


class Examined(TypedDict):
    """What axe said of a page."""

    title: str
    passes: int
    overflow: int
    violations: list[str]


class Reader(HTMLParser):
    """Notes the tags, their attributes, and the text of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.shown = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.shown += data


def test_what_others_wrote_is_shown_and_does_nothing() -> None:
    text = written(PAGE)
    found = Reader(text)
    assert {"script", "img", "iframe", "object", "link", "form"}.isdisjoint(found.tags)
    assert not [name for name, _ in found.attributes if name.startswith("on")]
    assert found.shown.count("<script>document.title='owned'</script>") > 15
    assert "{{ 7*7 }}" in found.shown
    assert not [each for each in text if each in "\x00\x1b\u202e"]
    assert "\\u202e" in found.shown
    assert "default-src 'none'" in text


def test_the_page_needs_nothing_but_itself() -> None:
    text = written(PAGE)
    found = Reader(text)
    links = [value for name, value in found.attributes if name in {"href", "src", "srcset", "action", "data"}]
    assert all(link.startswith("#") for link in links)
    ids = [value for name, value in found.attributes if name == "id"]
    assert len(ids) == len(set(ids))
    assert "#app.b/gr%C3%BC%C3%9Fe" in links
    assert "url(" not in text
    assert "@import" not in text


def test_every_state_is_said_in_words_and_counted() -> None:
    shown = Reader(written(PAGE)).shown
    for state in ("active", "unsaved", "drift", "no checkpoint", "invalid"):
        assert shown.count(state) >= 3, state
    assert "A build is refused: 1 of 5 units would ship as they are." in shown
    assert "75% (3 of 4 mutants refused)" in shown
    whole = Page("app", "now", "tool", (PAGE.units[0],))
    assert "A build ships the unit as it is." in Reader(written(whole)).shown
    assert "There is no unit in this report." in Reader(written(Page("app", "now", "tool", ()))).shown


def test_numbers_that_nobody_counted_are_unknown() -> None:
    assert (amount(1234567), amount(None)) == ("1\u202f234\u202f567", "unknown")
    assert (dollars(0.25), dollars(0.0), dollars(None), dollars(12.0), dollars(0.00004)) == (
        *("$0.25", "$0", "unknown"),
        *("$12", "less than $0.0001"),
    )


def test_a_project_is_told_as_it_stands(saved: Path, command: Command, tmp_path: Path) -> None:
    edit(saved / "app" / "math.py", "Double.", "Double it.")
    place = tmp_path / "report.html"
    place.write_text("<!DOCTYPE html>old", encoding="utf-8")
    before = tree(saved)
    wrote = command("report", "--html", str(place))
    assert (wrote.code, wrote.out) == (0, f"written  {place}  2 units: 1 active, 1 drift\n")
    shown = Reader(place.read_text(encoding="utf-8")).shown
    assert "docstring changed" in shown
    assert "vibesafe compile --target app.math/double" in shown
    assert "The code was handed in by somebody who gave no name." in shown
    assert "return min(a + b, LIMIT)" in shown
    assert "doctest" in shown
    assert tree(saved) == before
    assert command("report", "--html", "-", "--target", "app.math/add").out.startswith("<!doctype html>")


def test_a_replaced_implementation_is_compared_and_the_ledger_says_what_it_cost(
    asking: Path, command: Command, tmp_path: Path
) -> None:
    assert command("compile", "--target", "app.math/double").code == 0
    assert command("save", "--target", "app.math/double").code == 0
    (asking / "double.py").write_text("def double(a: int) -> int:\n    return a + a\n", encoding="utf-8")
    assert command("submit", "app.math/double", "double.py").code == 0
    place = tmp_path / "report.html"
    assert command("report", "--html", str(place)).code == 0
    shown = Reader(place.read_text(encoding="utf-8")).shown
    assert "What waits to be saved, against what is active" in shown
    assert "-    return 2 * a" in shown
    assert "2 answers asked for" in shown
    assert CANARY not in shown


@pytest.mark.parametrize("place", [".", "missing/report.html"])
def test_a_place_that_cannot_be_written_is_refused(saved: Path, command: Command, place: str) -> None:
    before = tree(saved)
    refused = command("report", "--html", place)
    assert refused.code == 2
    assert "mend" in refused.error
    assert tree(saved) == before


@pytest.mark.parametrize("place", ["app/math.py", ".vibesafe/index.toml", "pyproject.toml", "empty.html"])
def test_a_file_that_is_no_page_is_not_replaced(saved: Path, command: Command, place: str) -> None:
    (saved / "empty.html").touch()
    assert (saved / place).is_file()
    before = tree(saved)
    refused = command("report", "--html", place)
    assert (refused.code, refused.out) == (2, "")
    assert "is no page" in refused.error
    assert tree(saved) == before


def test_what_is_no_regular_file_is_not_replaced(saved: Path, command: Command, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    assert command("report", "--html", str(page)).code == 0
    written_before = page.read_bytes()
    link, dangling, pipe = tmp_path / "link.html", tmp_path / "dangling.html", tmp_path / "pipe.html"
    link.symlink_to(page)
    dangling.symlink_to(saved / "nowhere.html")
    os.mkfifo(pipe)
    for place, what in (
        (link, "is a symbolic link"),
        (dangling, "is a symbolic link"),
        (pipe, "is a FIFO"),
        (Path(os.devnull), "is a device"),
    ):
        refused = command("report", "--html", str(place))
        assert (refused.code, refused.out) == (2, ""), place
        assert what in refused.error
    assert link.is_symlink()
    assert dangling.is_symlink()
    assert pipe.is_fifo()
    assert page.read_bytes() == written_before
    assert not (saved / "nowhere.html").exists()


@pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium: apt-get install chromium")
def test_anybody_can_read_it_on_a_phone_and_on_a_screen_light_and_dark(tmp_path: Path) -> None:
    page = written(PAGE)
    faint = page.replace("--soft: #57606a", "--soft: #d0d0d0")
    looks = [(page, 375, False), (page, 375, True), (page, 1280, False), (page, 1280, True), (faint, 375, False)]
    *sound, broken = examined(looks, tmp_path)
    for each in sound:
        assert each["violations"] == []
        assert each["overflow"] <= 0
        assert each["passes"] > 20
        assert each["title"] != "owned"
    assert broken["violations"] == ["color-contrast"]


def examined(looks: list[tuple[str, int, bool]], directory: Path) -> list[Examined]:
    """Return what axe says of pages, all in one start of the browser: each in a frame of its width."""
    frames = "".join(_frame(*look) for look in looks)
    harness = directory / "harness.html"
    script = """addEventListener("load", async () => { const all = [];
      for (const frame of document.querySelectorAll("iframe")) {
        const page = frame.contentWindow, found = await page.axe.run(page.document);
        all.push({title: page.document.title, passes: found.passes.length,
          overflow: page.document.documentElement.scrollWidth - page.innerWidth,
          violations: found.violations.map(each => each.id)}); }
      document.getElementById("found").textContent = JSON.stringify(all); });"""
    harness.write_text(
        f"<!doctype html><title>-</title>{frames}<pre id=found></pre><script>{script}</script>", encoding="utf-8"
    )
    home = os.environ | {"HOME": str(directory), "XDG_CONFIG_HOME": str(directory), "XDG_CACHE_HOME": str(directory)}
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=120000", "--dump-dom"]
    ran = subprocess.run(
        [str(CHROMIUM), *options, harness.as_uri()], env=home, capture_output=True, text=True, check=False
    )
    found = re.search(r'<pre id="found">(.+?)</pre>', ran.stdout, re.DOTALL)
    assert found, ran.stderr
    answers: list[Examined] = json.loads(html.unescape(found[1]))
    return answers


def _frame(page: str, width: int, dark: bool) -> str:
    # The policy of the page forbids axe too, and a frame has no colour scheme of its own.
    page = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page)
    page = page.replace("@media (prefers-color-scheme: dark)", "@media all" if dark else "@media not all")
    page = page.replace("<details>", "<details open>").replace(
        "</body>", f'<script src="{AXE.as_uri()}"></script></body>'
    )
    return f'<iframe title="{width}" width="{width}" height="900" srcdoc="{html.escape(page)}"></iframe>'
