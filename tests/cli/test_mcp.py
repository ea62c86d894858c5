"""The server is started as an agent's program starts it, and spoken to by the official client."""

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pexpect
import pytest
from mcp import Client, StdioServerParameters, types
from mcp.client import ClientRequestContext

from hatch_vibesafe.cli.main import EXIT_INTERRUPTED
from hatch_vibesafe.cli.mcp_server import run
from tests.cli.conftest import ADD

REPOSITORY = Path(__file__).parents[2]
Talk = Callable[[Client], Awaitable[None]]


def talk(project: Path, said: Talk, answer: types.ElicitResult | None = None) -> list[str]:
    """Run `said` with a client of a new server, and return what the person was asked."""
    asked: list[str] = []

    async def ask(context: ClientRequestContext, params: types.ElicitRequestParams) -> types.ElicitResult:  # noqa: ARG001 - the names are the protocol's
        assert answer is not None
        asked.append(params.message)
        return answer

    async def main() -> None:
        server = StdioServerParameters(
            command=sys.executable,
            args=["-c", "from hatch_vibesafe.cli import main; main()", "mcp", "--project", str(project)],
            env={"PYTHONPATH": str(REPOSITORY), "PATH": os.environ["PATH"], "HOME": str(project)},
            cwd="/",
        )
        async with AsyncExitStack() as stack:
            client = Client(server, elicitation_callback=None if answer is None else ask, read_timeout_seconds=120)
            await said(await stack.enter_async_context(client))

    asyncio.run(main())
    return asked


async def tool(client: Client, name: str, **arguments: str) -> dict[str, object]:
    result = await client.call_tool(name, dict(arguments))
    assert not result.is_error, result.content
    assert isinstance(result.structured_content, dict)
    return result.structured_content


async def refusal(client: Client, name: str, **arguments: str) -> str:
    result = await client.call_tool(name, dict(arguments))
    assert result.is_error, result.structured_content
    return str(result.content)


def active(project: Path) -> bool:
    index = project / ".vibesafe" / "index.toml"
    return index.exists() and "app.math/add" in index.read_text(encoding="utf-8")


YES = types.ElicitResult(action="accept", content={"approve": True})
NO = types.ElicitResult(action="accept", content={"approve": False})
DECLINE = types.ElicitResult(action="decline")


def test_an_agent_finds_a_unit_writes_it_and_saves_it_when_the_person_says_yes(project: Path) -> None:
    async def said(client: Client) -> None:
        units = (await tool(client, "scan"))["units"]
        assert isinstance(units, list)
        assert [unit["state"] for unit in units] == ["no checkpoint", "no checkpoint"]
        assert "def add(a: int, b: int = 0)" in str((await tool(client, "spec", unit="app.math/add"))["source"])
        wrong = await tool(client, "submit", unit="app.math/add", code=ADD.replace("+", "-"), author="an agent")
        assert wrong["passed"] is False
        assert "add(1, 2)" in json.dumps(wrong["problems"])
        right = await tool(client, "submit", unit="app.math/add", code=ADD, author="an agent")
        assert right["passed"] is True
        assert (await tool(client, "status"))["counts"] == {"unsaved": 1, "no checkpoint": 1}
        await tool(client, "save", target="app.math/add")
        resource = (await client.read_resource("vibesafe://evidence/app.math/add")).contents[0]
        assert isinstance(resource, types.TextResourceContents)
        (told,) = json.loads(resource.text)["units"]
        assert (told["state"], told["author"]) == ("active", "an agent")

    asked = talk(project, said, YES)
    assert len(asked) == 1
    assert "app.math/add" in asked[0]
    assert active(project)


@pytest.mark.parametrize("answer", [NO, DECLINE, None], ids=["no", "declined", "nobody to ask"])
def test_nothing_is_saved_without_a_yes(project: Path, answer: types.ElicitResult | None) -> None:
    async def said(client: Client) -> None:
        await tool(client, "submit", unit="app.math/add", code=ADD, author="an agent")
        await refusal(client, "save", target="app.math/add")

    asked = talk(project, said, answer)
    assert len(asked) == (answer is not None)
    assert not active(project)


def test_a_unit_that_is_gone_leaves_the_index_with_a_yes_alone(saved: Path) -> None:
    source = saved / "app" / "math.py"
    text = source.read_text("utf-8")
    source.write_text(text[: text.index("@vibesafe\ndef add")] + text[text.index("@vibesafe\ndef double") :], "utf-8")

    async def refused(client: Client) -> None:
        await refusal(client, "save")

    async def agreed(client: Client) -> None:
        assert (await tool(client, "save"))["dropped"] == ["app.math/add"]
        assert (await tool(client, "save"))["saved"] == []

    talk(saved, refused)
    assert active(saved)
    (asked,) = talk(saved, agreed, YES)
    assert "app.math/add  leaves the index" in asked
    assert not active(saved)


def test_what_cannot_begin_is_an_error_that_says_what_mends_it(project: Path) -> None:
    async def said(client: Client) -> None:
        assert "vibesafe scan" in await refusal(client, "spec", unit="app.math/no_such")
        assert "vibesafe" in await refusal(client, "submit", unit="--help", code="", author="x")
        (project / "vibesafe.toml").write_text("[colour]\n", encoding="utf-8")
        assert "colour" in await refusal(client, "scan")

    talk(project, said)


def test_code_of_the_project_does_not_take_the_place_of_what_is_installed(project: Path) -> None:
    (project / "json.py").write_text("raise SystemExit('planted')\n", encoding="utf-8")
    (project / "hatch_vibesafe.py").write_text("raise SystemExit('planted')\n", encoding="utf-8")

    async def said(client: Client) -> None:
        assert (await tool(client, "scan"))["units"]

    talk(project, said)


@pytest.mark.parametrize("heeds", [True, False], ids=["ends when it is told to", "does not"])
def test_a_command_that_nobody_waits_for_any_more_is_ended_and_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, heeds: bool
) -> None:
    deaf = "" if heeds else "signal.signal(signal.SIGTERM, signal.SIG_IGN); "
    begins = f"import os, pathlib, signal, time; {deaf}pathlib.Path('pid').write_text(str(os.getpid())); time.sleep(60)"
    monkeypatch.setattr("hatch_vibesafe.cli.mcp_server._VIBESAFE", (sys.executable, "-c", begins))
    monkeypatch.setattr("hatch_vibesafe.cli.mcp_server._PATIENCE", 60.0 if heeds else 0.1)
    pid = tmp_path / "pid"

    async def main() -> None:
        running = asyncio.create_task(run(tmp_path, "scan"))
        while True:
            await asyncio.sleep(0.01)
            if pid.exists() and pid.read_text("ascii"):
                break
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        with pytest.raises(ProcessLookupError):  # which a zombie does not raise
            os.kill(int(pid.read_text("ascii")), 0)

    asyncio.run(main())


def test_a_person_who_starts_it_in_a_terminal_is_told_whom_it_is_for(project: Path) -> None:
    variables = os.environ | {"PYTHONPATH": str(REPOSITORY), "TERM": "xterm", "NO_COLOR": "1"}
    command = ["-c", "from hatch_vibesafe.cli import main; main()", "mcp"]
    child = pexpect.spawn(
        sys.executable, command, cwd=str(project), env=variables, encoding="utf-8", timeout=60, dimensions=(40, 200)
    )
    child.expect_exact("which an agent's program is to read; Ctrl-C ends")
    child.send("\x03")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == EXIT_INTERRUPTED
    assert "Traceback" not in str(child.before)
