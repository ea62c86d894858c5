from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pexpect
import pytest

from hatch_vibesafe.cli.main import EXIT_INTERRUPTED
from hatch_vibesafe.project import open_project
from hatch_vibesafe.store.index import lock_of
from hatch_vibesafe.store.lock import locked
from tests.cli.conftest import MATH, Command
from tests.generate.conftest import ModelServer, Reply

Terminal = Callable[..., "pexpect.spawn[str]"]

WANTED = "parse an ISO 8601 duration into seconds"
DRAFT = '''\
Here it is:

```python
from decimal import Decimal
from vibesafe_runtime import VibeCoded, vibesafe

@vibesafe
def parse_duration(text: str) -> Decimal:
    """Return the seconds of an ISO 8601 duration.

    >>> parse_duration("P1D")
    Decimal('86400')
    """
    if not text:
        raise ValueError("empty")
    raise VibeCoded()
```

- Is a month a duration?
- not a question
* May it be \x1b[31mnegative?
'''
STUB = '''\
from decimal import Decimal

from vibesafe_runtime import VibeCoded, vibesafe


@vibesafe
def parse_duration(text: str) -> Decimal:
    """Return the seconds of an ISO 8601 duration.

    >>> parse_duration("P1D")
    Decimal('86400')
    """
    if not text:
        raise ValueError("empty")
    raise VibeCoded()
'''
HOSTILE = DRAFT.replace(
    "    raise VibeCoded()", '    import os\n    os.system("touch /tmp/owned")\n    raise VibeCoded()'
)


def test_a_draft_becomes_a_module(asking: Path, server: ModelServer, command: Command) -> None:
    server.replies = [Reply(content=DRAFT)]
    done = command("new", WANTED, "--module", "app.durations", "--yes")
    assert done.code == 0, done.error
    assert (asking / "app" / "durations.py").read_text() == STUB
    assert "  - Is a month a duration?\n  - May it be  [31mnegative?\n" in done.out
    assert "not a question" not in done.out
    assert "vibesafe compile --target app.durations/parse_duration" in done.out
    assert WANTED in server.asked[0].body["messages"][0]["content"]  # type: ignore[index] # JSON
    scanned = command("scan", "--target", "app.durations")
    assert scanned.code == 0
    assert "app.durations/parse_duration" in scanned.out


def test_a_draft_is_appended_and_what_is_there_stays(asking: Path, server: ModelServer, command: Command) -> None:
    server.replies = [Reply(content=DRAFT)]
    path = asking / "app" / "math.py"
    path.write_bytes(("\ufeff" + MATH.replace("\n", "\r\n")).encode())
    assert command("new", WANTED, "--module", "app.math", "--yes").code == 0
    text = path.read_bytes().decode()
    assert text.startswith("\ufefffrom vibesafe_runtime import VibeCoded, vibesafe\r\nfrom decimal import Decimal\r\n")
    assert text.removeprefix("\ufeff").replace("\r\n", "\n").endswith(STUB[STUB.index("\n\n@vibesafe") :])
    assert text.count("\n") == text.count("\r\n")
    assert [line for line in MATH.splitlines() if line not in text.splitlines()] == [MATH.splitlines()[0]]


def test_what_is_refused_is_asked_for_again_with_the_reasons(
    asking: Path, server: ModelServer, command: Command
) -> None:
    server.replies = [Reply(content=HOSTILE), Reply(content=DRAFT)]
    assert command("new", WANTED, "--module", "app.durations", "--yes").code == 0
    assert (asking / "app" / "durations.py").read_text() == STUB
    assert "what is no guard" in str(server.asked[1].body["messages"])


@pytest.mark.parametrize("content", [HOSTILE, "", "I cannot do that.", "```python\nprint(1)\n```"])
def test_what_is_no_stub_is_never_written(asking: Path, server: ModelServer, command: Command, content: str) -> None:
    server.replies = [Reply(content=content)]
    done = command("new", WANTED, "--module", "app.durations", "--yes")
    assert done.code == 1
    assert "--empty" in done.error
    assert not (asking / "app" / "durations.py").exists()


@pytest.mark.usefixtures("asking")
def test_a_provider_that_fails_is_a_problem(server: ModelServer, command: Command) -> None:
    server.replies = [Reply(status=401, body=b"{}")]
    done = command("new", WANTED, "--module", "app.durations", "--yes")
    assert done.code == 1
    assert "vibesafe: 1 problem" in done.error


def test_without_a_provider_there_is_a_stub_to_fill_in(project: Path, command: Command) -> None:
    done = command("new", WANTED, "--module", "app.times.durations", "--yes")
    assert done.code == 0
    assert (project / "app" / "times" / "__init__.py").read_text() == ""
    text = (project / "app" / "times" / "durations.py").read_text()
    assert "def parse_iso_8601_duration_seconds(value: object) -> object:" in text
    assert '    """Parse an ISO 8601 duration into seconds."""\n    # Name the parameters' in text
    scanned = command("scan", "--target", "app.times")
    assert scanned.code == 0
    assert "has no example" in scanned.error


def test_empty_asks_nobody(asking: Path, server: ModelServer, command: Command) -> None:
    assert command("new", WANTED, "--module", "app.durations", "--empty", "--name", "größe", "--yes").code == 0
    assert "def größe(" in (asking / "app" / "durations.py").read_text()
    assert server.asked == []


def test_without_a_terminal_nobody_is_asked_anything(asking: Path, server: ModelServer, command: Command) -> None:
    done = command("new", WANTED, "--module", "app.durations")
    assert done.code == 2
    assert "--yes" in done.error
    assert server.asked == []
    assert not (asking / "app" / "durations.py").exists()


def test_the_dry_run_writes_nothing(asking: Path, server: ModelServer, command: Command) -> None:
    server.replies = [Reply(content=DRAFT)]
    done = command("new", WANTED, "--module", "app.durations", "--dry-run")
    assert done.code == 0
    assert "+def parse_duration(text: str) -> Decimal:" in done.out
    assert not (asking / "app" / "durations.py").exists()


@pytest.mark.parametrize(("answer", "code"), [("y\n", 0), ("n\n", 1), ("\x03", 130)])
def test_the_question(project: Path, terminal: Terminal, answer: str, code: int) -> None:
    child = terminal("new", WANTED, "--module", "app.durations", "--empty", cwd=project)
    child.expect_exact("write this? [y/N]: ")
    child.send(answer)
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == code
    # What is said of an interrupt begins a line of its own.
    assert ("\nvibesafe: interrupted" in str(child.before)) is (code == EXIT_INTERRUPTED)
    assert (project / "app" / "durations.py").exists() is (code == 0)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["", "--module", "app.x"], "says nothing"),
        (["x" * 3000, "--module", "app.x"], "is longer than"),
        (["do \x07 this", "--module", "app.x"], "cannot be printed"),
        ([WANTED, "--module", "app.class"], "cannot be imported"),
        ([WANTED, "--module", "app..x"], "cannot be imported"),
        ([WANTED, "--module", "app/../x"], "cannot be imported"),
        ([WANTED, "--module", "app.ﬁ"], "cannot be imported"),
        ([WANTED, "--module", "other.x"], "no package other (it has: app)"),
        ([WANTED, "--module", "x"], "no package x"),
        ([WANTED, "--module", "app.x", "--name", "class"], "cannot be the name"),
        ([WANTED, "--module", "app.x", "--name", "list"], "cannot be the name"),
        ([WANTED, "--module", "app.x", "--name", "ﬁt"], "cannot be the name"),
        (["8 of them", "--module", "app.x"], "cannot be the name"),
        (["print", "--module", "app.x"], "cannot be the name"),
        (["add", "--module", "app.math"], "app/math.py:7: add stands there already"),
        ([WANTED, "--module", "app.math", "--name", "LIMIT"], "LIMIT stands there already"),
        ([WANTED, "--module", "app.broken"], "is no Python"),
        ([WANTED, "--module", "app.deep"], "app/deep.py:1: is nested too deeply"),
        ([WANTED, "--module", "app.latin"], "is not written in UTF-8"),
        ([WANTED, "--module", "app.x", "--provider", "nobody", "--name", "f"], "is not configured"),
    ],
)
def test_bad_input(project: Path, command: Command, arguments: list[str], told: str) -> None:
    (project / "app" / "broken.py").write_text("def (\n")
    (project / "app" / "deep.py").write_text(f"X = {'-' * 50_000}1\n")
    (project / "app" / "latin.py").write_bytes(b"# -*- coding: latin-1 -*-\nX = 1\n")
    before = {path: path.read_bytes() for path in project.rglob("*.py")}
    done = command("new", *arguments, "--yes", *([] if "--provider" in arguments else ["--empty"]))
    assert done.code in {1, 2}
    assert told in done.error.replace("\n     what", ":"), done.error
    assert {path: path.read_bytes() for path in project.rglob("*.py")} == before


def test_what_another_command_wrote_meanwhile_is_not_lost(project: Path, command: Command) -> None:
    path = project / "app" / "durations.py"
    with ThreadPoolExecutor() as pool:
        with locked(lock_of(open_project(project).index_path)):
            running = pool.submit(command, "new", WANTED, "--module", "app.durations", "--empty", "--yes")
            with pytest.raises(TimeoutError):
                running.result(timeout=1)
            path.write_text("MINE = 1\n")
        done = running.result()
    assert done.code == 1
    assert "has changed since it was read" in done.error
    assert path.read_text() == "MINE = 1\n"
    assert command("new", WANTED, "--module", "app.durations", "--empty", "--yes").code == 0
    assert "MINE = 1\n" in path.read_text()


def test_a_name_that_an_import_needs_is_taken(asking: Path, server: ModelServer, command: Command) -> None:
    server.replies = [Reply(content=DRAFT)]
    (asking / "app" / "own.py").write_text("class Decimal: ...\n")
    done = command("new", WANTED, "--module", "app.own", "--yes")
    assert done.code == 2
    assert "Decimal stands there already" in done.error
