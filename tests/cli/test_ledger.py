"""`log`, `stats` and `gc`, and what the commands that gate write down."""

import json
import os
import sqlite3
import subprocess
import sys
import zlib
from pathlib import Path

import pytest

from tests.cli.conftest import CANARY, Command
from tests.generate.conftest import ModelServer, Reply

ROOT = Path(__file__).resolve().parents[2]


def test_a_compile_is_written_down_whole_and_without_secrets(asking: Path, command: Command) -> None:
    assert command("compile", "--target", "app.math/double").code == 0
    document = command("log", "app.math/double", "--json").document
    exchanges = document["exchanges"]
    assert isinstance(exchanges, list)
    told = [(each["number"], each["strategy"], each["model"], each["outcome"], each["cost"]) for each in exchanges]
    assert told == [
        (1, "first", "answering-model", "refused", None),
        (2, "counterexample", "answering-model", "passed", None),
    ]
    assert [each["input_tokens"] for each in exchanges] == [7, 7]
    gates = document["gates"]
    assert isinstance(gates, list)
    assert [gate["gate"] for gate in gates if not gate["passed"]] == ["doctests"]
    by_model = command("stats", "--by", "model", "--json").document["by_model"]
    assert isinstance(by_model, list)
    (found,) = by_model
    assert (found["group"], found["calls"], found["tokens"], found["cost"]) == ("answering-model", 2, 24, None)
    assert (found["first_answer"]["passed"], found["in_the_end"]["passed"]) == (0, 1)
    assert "0 of 1" in command("stats").out
    with ledger(asking) as connection:
        words = [zlib.decompress(row[0]).decode() for row in connection.execute("SELECT content FROM transcripts")]
    connection.close()
    assert len(words) == 2
    assert "return a  # [key]" in json.loads(words[0])["answer"]
    assert CANARY not in "".join(words)
    for file in (asking / ".vibesafe").glob("runs.db*"):
        assert CANARY.encode() not in file.read_bytes()
    assert command("gc", "--older-than", "0d", "--dry-run").out.startswith("2 transcripts would be removed")
    assert command("gc", "--older-than", "0d").out.startswith("2 transcripts removed")
    assert command("compile", "--target", "app.math/double").code == 0
    runs = command("log", "--json").document["runs"]
    assert isinstance(runs, list)
    assert len(runs) == 1, "a run with nothing to do leaves nothing"


def test_every_request_is_written_down_with_what_it_came_to(
    asking: Path, command: Command, server: ModelServer
) -> None:
    right = server.replies[-1]
    server.replies = [
        Reply(status=429, headers={"Retry-After": "0"}, body=f'{{"error": "slower, {CANARY}"}}'.encode()),
        Reply(behaviour="reset"),
        right,
    ]
    done = command("compile", "--target", "app.math/double")
    assert done.code == 0
    assert "no answer  app.math/double  default failed (HTTP 429" in done.out
    document = command("log", "app.math/double", "--json").document
    tries = document["tries"]
    assert isinstance(tries, list)
    told = [(each["number"], each["outcome"], each["reason"], each["strategy"], each["cost"]) for each in tries]
    assert told == [
        (1, "failed", "429", "first", None),
        (2, "failed", "connection", "first", None),
        (3, "answered", None, "first", None),
    ]
    assert (tries[0]["input_tokens"], tries[2]["input_tokens"]) == (None, 7)
    assert [each["model"] for each in tries] == ["m", "m", "answering-model"]
    assert len({each["request"] for each in tries}) == 1
    shown = command("log", "app.math/double").out
    assert shown.index("no answer: failed (HTTP 429") < shown.index("no answer: broke the connection")
    assert shown.index("no answer: broke the connection") < shown.index("1. answering-model")
    by_model = command("stats", "--by", "model", "--json").document["by_model"]
    assert isinstance(by_model, list)
    assert [(each["group"], each["calls"], each["failed"]) for each in by_model] == [
        ("answering-model", 1, {}),
        ("m", 0, {"429": 1, "connection": 1}),
    ]
    assert "1 429, 1 connection" in command("stats").out
    for file in (asking / ".vibesafe").glob("runs.db*"):
        assert CANARY.encode() not in file.read_bytes()


def test_a_run_without_any_answer_is_in_the_ledger_too(asking: Path, command: Command, server: ModelServer) -> None:
    server.replies = [Reply(status=401, body=b"no")]
    assert command("compile", "--target", "app.math/double").code == 1
    assert "unusable" in str(command("log", "app.math/double", "--json").document["tries"])
    assert "1 401" in command("stats").out
    assert asking.is_dir()


def ledger(root: Path) -> sqlite3.Connection:
    return sqlite3.connect(root / ".vibesafe" / "runs.db")


def test_what_the_gates_said_of_submitted_code_is_told(saved: Path, command: Command) -> None:
    (saved / "wrong.py").write_text("def double(a: int) -> int:\n    return a\n", encoding="utf-8")
    assert command("submit", "app.math/double", "wrong.py").code == 1
    assert command("test").code == 0
    runs = command("log", "--json").document["runs"]
    assert isinstance(runs, list)
    assert [(run["command"], run["outcomes"]) for run in runs] == [
        ("test", {"passed": 2}),
        ("submit", {"refused": 1}),
        ("submit", {"passed": 1}),
        ("submit", {"passed": 1}),
    ]
    assert all(run["ended"] for run in runs)
    assert "refused by doctests" in command("log", "app.math/double").out
    steps = command("log", runs[0]["id"], "--json").document["steps"]
    assert isinstance(steps, list)
    assert [step["unit"] for step in steps] == ["app.math/add", "app.math/double"]


def test_before_any_run_the_commands_say_so_and_write_nothing(project: Path, command: Command) -> None:
    assert "no run yet" in command("log").out
    assert "no answer yet" in command("stats").out
    assert command("gc").out == "0 transcripts removed, 0 bytes\n"
    assert command("log", "--json").document == {"runs": [], "problems": []}
    assert not (project / ".vibesafe").exists()


def test_an_unknown_run_and_a_wrong_age_are_usage(saved: Path, command: Command) -> None:
    assert command("log", "nothing").code == 2
    assert command("log", "app.math/nothing").code == 2
    assert command("gc", "--older-than", "soon").code == 2
    assert command("gc", "--older-than", "1d").code == 0
    assert (saved / ".vibesafe" / "runs.db").exists()


@pytest.mark.parametrize("content", [b"", b"this is no database" * 100])
def test_a_ledger_that_cannot_be_written_is_a_warning(project: Path, command: Command, content: bytes) -> None:
    (project / ".vibesafe").mkdir()
    place = project / ".vibesafe" / "runs.db"
    if content:
        place.write_bytes(content)
    else:
        place.mkdir()
    submitted = command("submit", "app.math/add", "add.py")
    assert submitted.code == 0
    assert submitted.error.count("warning: ") == 1
    assert "ledger cannot be used" in submitted.error
    assert command("save", "--target", "app.math/add").code == 0
    assert command("log").code == 1


def test_a_ledger_that_is_switched_off_is_not_written(project: Path, command: Command) -> None:
    (project / "vibesafe.toml").write_text("[ledger]\nenabled = false\n", encoding="utf-8")
    assert command("submit", "app.math/add", "add.py").code == 0
    assert not (project / ".vibesafe" / "runs.db").exists()


@pytest.mark.parametrize(
    "url",
    ["postgresql://me:hunter2@host/db", "postgresql://host/db?password=hunter2", "mysql://host/db", "postgresql:"],
)
def test_an_address_with_a_password_or_of_another_database_is_refused(
    project: Path, command: Command, url: str
) -> None:
    (project / "vibesafe.toml").write_text(f'[ledger]\nurl = "{url}"\n', encoding="utf-8")
    refused = command("scan")
    assert refused.code == 2
    assert "[ledger]" in refused.error or "ledger.url" in refused.error
    assert "hunter2" not in refused.error


def test_a_server_that_is_not_there_is_a_warning(project: Path, command: Command) -> None:
    pytest.importorskip("psycopg", reason="psycopg is not installed (the extra [postgresql])")
    (project / "vibesafe.toml").write_text('[ledger]\nurl = "postgresql://me@127.0.0.1:1/db"\n', encoding="utf-8")
    submitted = command("submit", "app.math/add", "add.py")
    assert submitted.code == 0
    assert "ledger cannot be used" in submitted.error


def test_looking_does_not_import_the_ledgers_library(saved: Path) -> None:
    program = (
        "import sys\nfrom hatch_vibesafe.cli.main import run\n"
        "for words in (['--help'], ['scan'], ['status'], ['diff']):\n    run(words)\n"
        "sys.exit(any(name in sys.modules for name in ('sqlalchemy', 'alembic')))"
    )
    variables = os.environ | {"PYTHONPATH": str(ROOT)}
    looked = subprocess.run(
        [sys.executable, "-c", program], check=False, cwd=saved, env=variables, stdout=subprocess.DEVNULL
    )
    assert looked.returncode == 0
