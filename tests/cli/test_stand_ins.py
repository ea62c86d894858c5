"""`status` and `explain` name another provider that answered in the place of the one that a unit asks."""

from pathlib import Path
from typing import Any, cast

import pytest

from tests.cli.conftest import Command
from tests.generate.conftest import ModelServer, Reply

DOUBLE = ("--target", "app.math/double")


def with_fallback(project: Path, server: ModelServer) -> None:
    path = project / "vibesafe.toml"
    text = path.read_text(encoding="utf-8") + 'attempts = 1\nfallback = ["backup"]\n'
    backup = f'[provider.backup]\nkind = "openai-compatible"\nmodel = "b"\nbase_url = "{server.base_url}"\n'
    path.write_text(text + backup, encoding="utf-8")


def test_a_fallback_that_answered_is_named(asking: Path, command: Command, server: ModelServer) -> None:
    with_fallback(asking, server)
    server.replies = [Reply(status=500), server.replies[-1]]
    assert command("compile", *DOUBLE).code == 0
    for state in ("unsaved", "active"):
        told = cast("dict[str, Any]", command("status", "--json").document)
        found = {"provider": "backup", "model": "answering-model", "in_place_of": "default"}
        assert told["stand_ins"] == {"app.math/double": found}
        assert told["units"]["app.math/double"] == state
        line = next(each for each in command("status").out.splitlines() if "answering-model" in each)
        assert line.split() == ["app.math/double", "backup", "answering-model", "default"]
        (explained,) = cast("list[dict[str, Any]]", command("explain", "app.math/double", "--json").document["units"])
        assert (explained["provider"], explained["in_place_of"]) == ("backup", "default")
        said = " ".join(command("explain", "app.math/double").out.split())
        assert 'It took the place of the provider "default", which the unit asks.' in said
        assert command("save", *DOUBLE).code == 0


def test_nothing_is_named_where_the_asked_one_answered(asking: Path, command: Command, server: ModelServer) -> None:
    with_fallback(asking, server)
    server.replies = [server.replies[-1]]
    assert command("compile", *DOUBLE).code == 0
    assert command("status", "--json").document["stand_ins"] == {}
    assert "in the place of" not in command("status").out
    assert "took the place" not in command("explain", "app.math/double").out


@pytest.mark.parametrize("name", ["nobody", ""])
def test_an_escalation_to_nobody_is_a_problem(asking: Path, command: Command, name: str) -> None:
    path = asking / "vibesafe.toml"
    path.write_text(f'{path.read_text(encoding="utf-8")}[generate]\nescalate_to = "{name}"\n', encoding="utf-8")
    done = command("scan")
    assert done.code == 2
    assert "generate.escalate_to" in done.error
