"""What an agent may do over the Model Context Protocol: what the command line does, and nothing that it does not.

Every tool runs a command of `vibesafe` with `--json`, in a process of its own, so that there is one way in which
anything is judged, stored or refused. What ships changes by `save` alone, and that asks a person first.
Source: https://modelcontextprotocol.io/specification (tools, resources, elicitation).
"""

import asyncio
import contextlib
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from mcp.server.mcpserver import Context, Elicit, MCPServer, Resolve
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import ToolAnnotations
from pydantic import BaseModel, Field

from hatch_vibesafe import __version__

Document = dict[str, object]

INSTRUCTIONS = """\
vibesafe holds functions (units) whose bodies are generated, and ships none that has not passed its gates.
To write one: `scan` for the units, `spec` for one of them, `submit` a whole Python module with the function in it. What
the gates refuse comes back as problems, each with where, what and a remedy: mend the code and submit it again. Do not
change the spec, its examples or its contracts to make code pass. `save` makes checkpoints the active ones, those that
ship, and asks the person first.
"""

_READS = ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False)
_STORES = ToolAnnotations(read_only_hint=False, destructive_hint=False, idempotent_hint=True, open_world_hint=False)
_ACTIVATES = ToolAnnotations(read_only_hint=False, destructive_hint=True, idempotent_hint=True, open_world_hint=False)
# `-P`: what lies in the project must not take the place of what is installed.
_VIBESAFE = (sys.executable, "-P", "-c", "from hatch_vibesafe.cli import main; main()")
_JSON = "application/json"
_PATIENCE = 10.0
"""Seconds that a command has to end in, once nobody waits for it."""


class Approval(BaseModel):
    """What the person is asked for before anything becomes active."""

    approve: bool = Field(description="Make these checkpoints the active ones: what a build ships")


@dataclass(frozen=True, slots=True)
class Tools:
    """The tools that change nothing of what ships, each named after its command, for the project at `root`."""

    root: Path

    async def scan(self, target: str = "") -> Document:
        """List the units: id, kind, file, line, number of examples, capabilities and state.

        `target` narrows it: a unit id (app.math/add), a module or package (app.math), or a glob ('app.*/add').
        """
        return await run(self.root, "scan", *_target(target))

    async def status(self, target: str = "") -> Document:
        """Say where every unit stands, and the command to run next."""
        return await run(self.root, "status", *_target(target))

    async def spec(self, unit: str) -> Document:
        """Return a unit's spec: signature, docstring with examples and contracts, guard, and what code may use."""
        return await run(self.root, "spec", "--", unit)

    async def prompt(self, unit: str) -> Document:
        """Return exactly what `vibesafe compile` would send for a unit, with its token count; sends nothing."""
        return await run(self.root, "prompt", "--", unit)

    async def submit(self, unit: str, code: str, author: str) -> Document:
        """Put a whole Python module with the function in it through every gate, and store it if it passes.

        `author` is who or what wrote it ("Claude for Ada"), as it will stand in the provenance. Nothing ships before
        `save`. The problems say what was refused, with the smallest failing call where there is one.
        """
        return await run(self.root, "submit", f"--author={author}", "--", unit, "-", given=code)

    async def test(self, target: str = "") -> Document:
        """Gate the stored checkpoints again."""
        return await run(self.root, "test", *_target(target))

    async def diff(self, target: str = "") -> Document:
        """Show what drifted, which part moved, and how the current implementation differs from the active one."""
        return await run(self.root, "diff", *_target(target))

    async def spec_of_a_unit(self, module: str, name: str) -> str:
        """Return the spec of the unit `module/name` as JSON."""
        return json.dumps(await self.spec(f"{module}/{name}"), indent=2)

    async def evidence_of_a_unit(self, module: str, name: str) -> str:
        """Return as JSON who wrote the active implementation of `module/name`, from what, and what judged it."""
        return json.dumps(await run(self.root, "explain", "--", f"{module}/{name}"), indent=2)


def server(root: Path) -> MCPServer:
    """Return the server for the project at `root`."""
    made = MCPServer("vibesafe", instructions=INSTRUCTIONS, version=__version__, log_level="WARNING")
    tools = Tools(root)
    for reading in (tools.scan, tools.status, tools.spec, tools.prompt, tools.diff):
        made.add_tool(reading, annotations=_READS)
    for storing in (tools.submit, tools.test):
        made.add_tool(storing, annotations=_STORES)
    made.resource("vibesafe://spec/{module}/{name}", mime_type=_JSON)(tools.spec_of_a_unit)
    made.resource("vibesafe://evidence/{module}/{name}", mime_type=_JSON)(tools.evidence_of_a_unit)

    async def approval(context: Context, target: str = "") -> Approval | Elicit[Approval]:
        planned = _planned(await run(root, "save", "--dry-run", *_target(target)))
        return _asked(context, planned) if planned else Approval(approve=False)

    async def save(answer: Annotated[Approval, Resolve(approval)], target: str = "") -> Document:
        """Make the stored checkpoints of units the active ones. Asks the person, and does nothing without a yes."""
        planned = await run(root, "save", "--dry-run", *_target(target))
        if not _planned(planned):
            return planned
        if not answer.approve:
            raise ToolError("the person did not approve; nothing was saved")
        return await run(root, "save", *_target(target))

    made.add_tool(save, annotations=_ACTIVATES)
    return made


def _target(target: str) -> tuple[str, ...]:
    return (f"--target={target}",) if target else ()


def _planned(document: Document) -> list[str]:
    """Return a line for each checkpoint that would become active, and for each unit that would be active no more."""
    saved, dropped = document.get("saved"), document.get("dropped")
    lines = [f"{each['unit']}  {each['checkpoint']}" for each in saved] if isinstance(saved, list) else []
    return lines + ([f"{each}  leaves the index" for each in dropped] if isinstance(dropped, list) else [])


def _asked(context: Context, planned: list[str]) -> Elicit[Approval]:
    """Return the question. What would be saved stands in it, so that another plan is another question.

    Raises:
        ToolError: if the client cannot ask a person.
    """
    offered = context.client_capabilities
    if offered is None or offered.elicitation is None:
        raise ToolError("saving needs a person's yes, and this client cannot ask for it; mend: run vibesafe save")
    return Elicit("\n".join(["`vibesafe save` would change what ships:", *planned]), Approval)


async def _ended(process: asyncio.subprocess.Process) -> None:
    """End a command that nobody waits for any more, and take its end, so that it leaves no zombie.

    A cancellation that comes meanwhile is held back: it would leave the command as it is.
    """
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
    ending = asyncio.ensure_future(process.wait())
    with contextlib.suppress(TimeoutError, asyncio.CancelledError):
        await asyncio.wait_for(asyncio.shield(ending), _PATIENCE)
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
    with contextlib.suppress(asyncio.CancelledError):
        await asyncio.shield(ending)


async def run(root: Path, name: str, *rest: str, given: str = "") -> Document:
    """Run a command in the project at `root`, with `given` on its standard input, and return its JSON document.

    Raises:
        ToolError: if it could not begin, with its problems.
    """
    process = await asyncio.create_subprocess_exec(
        *(*_VIBESAFE, name, "--json", *rest),
        cwd=root,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        out, error = await process.communicate(given.encode("utf-8", "surrogatepass"))
    except BaseException:
        await _ended(process)
        raise
    try:
        document = json.loads(out)
    except ValueError:
        said = error.decode("utf-8", "replace").strip()
        raise ToolError(said or f"vibesafe {name} ended with {process.returncode}") from None
    if not isinstance(document, dict) or document.keys() == {"problems"}:
        raise ToolError(error.decode("utf-8", "replace").strip() or f"vibesafe {name} could not begin")
    return document
