"""`vibesafe prompt compare`: two templates, one budget each, and nothing stored."""

import hashlib
import re
from pathlib import Path
from typing import cast

from tests.cli.conftest import Command
from tests.generate.conftest import ModelServer, Reply

UNITS = ("--units", "app.math")


def answer(prompt: str) -> Reply:
    """Answer as a model that understands only who asks kindly."""
    name = "double" if "double" in prompt else "add"
    right = {"double": "2 * a", "add": "min(a + b, LIMIT)"}[name] if "kindly" in prompt else "0"
    head = {"double": "def double(a: int) -> int:", "add": "def add(a: int, b: int = 0) -> int:"}[name]
    begin = "from app.math import LIMIT\n\n\n" if "LIMIT" in right else ""
    return Reply(content=f"```python\n{begin}{head}\n    return {right}\n```")


def snapshot(root: Path) -> dict[str, str]:
    files = (path for path in root.rglob("*") if path.is_file() and not path.name.startswith("runs.db"))
    return {
        str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
        if "__pycache__" not in path.parts and "_cache" not in str(path)
    }


def sides(document: dict[str, object]) -> list[dict[str, object]]:
    return cast("list[dict[str, object]]", document["templates"])


def test_both_templates_are_counted_and_nothing_is_stored(asking: Path, command: Command, server: ModelServer) -> None:
    server.answer = answer
    (asking / "kind.j2").write_text("Please kindly write:\n{{ stub }}", encoding="utf-8")
    (asking / "curt.j2").write_text("Write:\n{{ stub }}", encoding="utf-8")
    assert command("submit", "app.math/double", "double.py").code == 0
    assert command("save", "--target", "app.math/double").code == 0
    escalation = asking / ".vibesafe" / "escalations" / "app" / "math" / "add.md"
    escalation.parent.mkdir(parents=True, exist_ok=True)
    escalation.write_text("as it was", encoding="utf-8")
    before = snapshot(asking)
    done = command("prompt", "compare", "kind.j2", "curt.j2", *UNITS, "--json")
    assert done.code == 0, done.error
    kind, curt = sides(done.document)
    assert (kind["template"], curt["template"]) == ("kind.j2", "curt.j2")
    for which in ("first_answer", "in_the_end"):
        good, bad = (cast("dict[str, float]", side[which]) for side in (kind, curt))
        assert (good["passed"], good["total"], bad["passed"], bad["total"]) == (2, 2, 0, 2)
        assert (round(good["low"], 3), good["high"]) == (0.342, 1.0)
    assert kind["calls"] == 2
    assert curt["not_reached"] == []
    assert snapshot(asking) == before
    runs = cast("list[dict[str, object]]", command("log", "--json").document["runs"])
    assert [run["command"] for run in runs[:2]] == ["prompt compare", "prompt compare"]
    assert command("status", "--json").document["units"] == {
        "app.math/add": "no checkpoint",
        "app.math/double": "active",
    }


def test_the_budget_holds_for_each_template(asking: Path, command: Command, server: ModelServer) -> None:
    server.answer = answer
    (asking / "kind.j2").write_text("Please kindly write:\n{{ stub }}", encoding="utf-8")
    done = command("prompt", "compare", "kind.j2", "function.j2", *UNITS, "--calls", "1", "--jobs", "1", "--json")
    assert [side["calls"] for side in sides(done.document)] == [1, 1]
    assert len(server.asked) == 2
    kind, ours = sides(done.document)
    assert [len(cast("list[str]", side["not_reached"])) for side in (kind, ours)] == [1, 1]
    assert cast("dict[str, int]", kind["in_the_end"])["total"] == 1
    table = command("prompt", "compare", "kind.j2", "function.j2", *UNITS, "--calls", "1", "--jobs", "1")
    assert "1 of 1, 100%" in table.out


def test_what_cannot_be_compared_is_usage(asking: Path, command: Command, server: ModelServer) -> None:
    assert asking.is_dir()
    for words in (
        ("function.j2", "function.j2", *UNITS),
        ("function.j2", "nothing.j2", *UNITS),
        ("function.j2", "cli_command.j2", "--units", "app.nothing"),
        ("function.j2", "cli_command.j2"),
    ):
        assert command("prompt", "compare", *words).code == 2
    assert server.asked == [], "nothing is paid for before all is known to be usable"


def test_a_unit_that_the_budget_cut_off_is_in_no_rate_in_the_end(
    asking: Path, command: Command, server: ModelServer
) -> None:
    server.answer = answer
    (asking / "kind.j2").write_text("Please kindly write:\n{{ stub }}", encoding="utf-8")
    words = ("prompt", "compare", "kind.j2", "function.j2", "--units", "app.math/double", "--calls", "2")
    kind, ours = sides(command(*words, "--json").document)
    assert (kind["cut_off"], ours["cut_off"]) == ([], ["app.math/double"])
    assert cast("dict[str, int]", ours["first_answer"])["total"] == 1, "its first answer was judged"
    assert cast("dict[str, int]", ours["in_the_end"])["total"] == 0, "another answer might have passed"
    told = command(*words)
    assert "of one of them nothing is known" in told.out
    assert "none of 2 answers passed in this run" in told.error, "the third was never asked for"
    assert "escalations" not in told.error, "what is thrown away is nothing to read"
    assert "raise --max-calls" in told.error


def test_what_the_intervals_say_together_is_said(asking: Path, command: Command, server: ModelServer) -> None:
    server.answer = answer
    (asking / "kind.j2").write_text("Please kindly write:\n{{ stub }}", encoding="utf-8")
    assert "nothing is shown" in command("prompt", "compare", "kind.j2", "function.j2", *UNITS).out
    stub = '\n\n@vibesafe\ndef double{}(a: int) -> int:\n    """Double.\n\n    >>> double{}(4)\n    8\n    """\n'
    units = "".join(f"{stub.format(number, number)}    raise VibeCoded()\n" for number in range(8))
    head = "from vibesafe_runtime import VibeCoded, vibesafe\n"
    (asking / "app" / "many.py").write_text(head + units, encoding="utf-8")

    def numbered(prompt: str) -> Reply:
        name = re.findall(r"double\d", prompt)[-1]
        right = "2 * a" if "kindly" in prompt else "0"
        return Reply(content=f"```python\ndef {name}(a: int) -> int:\n    return {right}\n```")

    server.answer = numbered
    done = command("prompt", "compare", "function.j2", "kind.j2", "--units", "app.many")
    assert "kind.j2 is the better one: the intervals do not overlap" in done.out


def test_every_limit_holds_for_a_comparison(asking: Path, command: Command, server: ModelServer) -> None:
    server.answer = answer
    (asking / "kind.j2").write_text("Please kindly write:\n{{ stub }}", encoding="utf-8")
    for words in (("--max-tokens", "1"), ("--max-money", "1"), ("--max-seconds", "0.000001")):
        done = command("prompt", "compare", "kind.j2", "function.j2", *UNITS, *words, "--json")
        assert done.code == 1
        assert [side["calls"] for side in sides(done.document)] == [0, 0]
    assert server.asked == []
