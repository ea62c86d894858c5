"""A draft that nobody wants is not shown again, what it cost stands in the ledger, and a budget bounds it."""

from pathlib import Path

import pytest

from hatch_vibesafe.generate.draft_rounds import conversations_over, end_conversation
from hatch_vibesafe.identity import Digest
from hatch_vibesafe.project import open_project
from tests.cli.conftest import Command
from tests.generate.conftest import ModelServer, Reply

DRAFT = '''\
```python
from vibesafe_runtime import VibeCoded, vibesafe

@vibesafe
def shout(text: str) -> str:
    """Return a text in capitals.

    >>> shout("a")
    'A'
    """
    raise VibeCoded()
```
'''
REFUSED = DRAFT.replace("    raise VibeCoded()", "    print(text)\n    raise VibeCoded()")
NEW = ("new", "shout a text", "--module", "app.loud")
TRIES = 3


def tries(command: Command) -> list[dict[str, object]]:
    runs = command("log", "--json").document["runs"]
    assert isinstance(runs, list)
    found = command("log", runs[0]["id"], "--json").document
    assert [step["unit"] for step in found["steps"]] == ["app.loud/draft"]  # type: ignore[attr-defined] # JSON
    listed = found["tries"]
    assert isinstance(listed, list)
    return listed


def test_a_refused_draft_is_asked_for_anew_and_one_that_was_not_seen_is_replayed(
    asking: Path, server: ModelServer, command: Command
) -> None:
    with (asking / "vibesafe.toml").open("a", encoding="utf-8") as file:
        file.write("seed = 5\n")
    server.replies = [Reply(content=REFUSED)]
    refused = command(*NEW, "--yes")
    assert refused.code == 1
    assert len(server.asked) == TRIES
    server.replies = [Reply(content=DRAFT)]
    assert command(*NEW, "--dry-run").code == 0
    assert len(server.asked) == TRIES + 1, "the refused draft is not taken again"
    assert [asked.body["seed"] for asked in server.asked] == [5, 5, 5, 6]
    assert command(*NEW, "--yes").code == 0
    assert len(server.asked) == TRIES + 1, "what was only looked at is not paid for twice"
    assert (asking / "app" / "loud.py").is_file()


def test_a_draft_that_the_person_did_not_want_is_asked_for_anew(
    asking: Path, server: ModelServer, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert asking.is_dir()
    server.replies = [Reply(content=DRAFT)]
    monkeypatch.setattr("hatch_vibesafe.cli.writing.refuse_without_terminal", lambda: None)
    monkeypatch.setattr("click.confirm", lambda *_, **__: False)
    assert command(*NEW).code == 1
    assert command(*NEW).code == 1
    assert len(server.asked) == 2


def test_what_a_draft_cost_is_in_the_ledger(asking: Path, server: ModelServer, command: Command) -> None:
    assert asking.is_dir()
    server.replies = [Reply(status=500, body=b"{}"), Reply(content=REFUSED), Reply(content=DRAFT)]
    assert command(*NEW, "--yes").code == 0
    assert [each["outcome"] for each in tries(command)] == ["failed", "answered", "answered"]
    told = command("log", "app.loud/draft").out
    assert "refused: draft: " in told
    assert "passed" in told
    assert not list((asking / ".vibesafe").glob("*.begun"))


def test_a_budget_bounds_what_a_draft_costs(asking: Path, server: ModelServer, command: Command) -> None:
    assert asking.is_dir()
    server.replies = [Reply(content=REFUSED)]
    done = command(*NEW, "--yes", "--max-calls", "2")
    assert done.code == 1
    assert "the budget of 2 calls is used up" in done.error
    assert len(server.asked) == 2
    assert len(tries(command)) == 2


@pytest.mark.parametrize("content", [b"", b"[]", b'{"format": 1}', b'{"format": 1, "over": true}', b"\xff"])
def test_a_memory_that_cannot_be_read_is_none(project: Path, content: bytes) -> None:
    opened, name = open_project(project), Digest("a" * 64)
    end_conversation(opened, name, 1)
    assert conversations_over(opened, name) == 2, "the control"
    (path,) = (opened.cache_path / "drafts").iterdir()
    path.write_bytes(content)
    assert conversations_over(opened, name) == 0
