"""`vibesafe skill`: instructions for coding agents, put together from the commands' own help."""

from collections.abc import Iterator

import click

from hatch_vibesafe.cli.help_texts import help_texts
from hatch_vibesafe.cli.main import COMMANDS, EXIT_FINDINGS, EXIT_INTERRUPTED, EXIT_USAGE, Commands

_FOR_AGENTS = ("scan", "spec", "submit", "test", "status", "diff", "explain", "save")
_BEGINNING = """\
---
name: vibesafe
description: Implement Python functions whose body is `raise VibeCoded()`, and get them through vibesafe's gates.
---

# Writing implementations for vibesafe

A function decorated with `@vibesafe` whose body ends in `raise VibeCoded()` is a *unit*. Its signature, docstring,
examples and contracts are its *spec*, which a person owns. You write the implementation into a file of its own, not
into the project's, and hand it in. It is refused until every gate passes.

1. `vibesafe scan --json` lists the units and where each stands; take those in the state `no checkpoint` or `drift`.
2. `vibesafe spec UNIT --json` shows what to begin with (`source`) and what of the project you may use.
3. Write a whole Python module: the imports that it needs, and the function with exactly that signature.
4. `vibesafe submit UNIT FILE --author "WHO YOU ARE" --json`. Say honestly who or what wrote it: that stands in the
   provenance of what ships.
5. Where `passed` is false, each problem says where, what, and what mends it; often the smallest call that fails. Mend
   your code and submit it again.
6. When it has passed, say so. `vibesafe save` makes it what ships, and is the decision of a person: run it only when
   you were told to.

Never change a spec, its examples or contracts, the configuration or anything in `.vibesafe/` to make code pass. Where a
spec contradicts itself or leaves something open, say so. Do not write code that tells the examples from other inputs:
it is refused.
"""


@click.command(name="skill", epilog="Examples:  vibesafe skill > .claude/skills/vibesafe/SKILL.md")
@click.pass_context
def command(context: click.Context) -> int:
    """Print instructions for coding agents, made from the help of these commands, so that they cannot go stale."""
    click.echo(_BEGINNING)
    click.echo(
        f"Exit codes: 0 all is well, {EXIT_FINDINGS} findings, {EXIT_USAGE} usage or configuration, "
        f"{EXIT_INTERRUPTED} interrupted.\n"
    )
    click.echo("\n".join(_commands(context.find_root())))
    return 0


def _commands(root: click.Context) -> Iterator[str]:
    yield "## The commands for this\n"
    group = root.command
    if isinstance(group, Commands):
        for name in _FOR_AGENTS:
            found = group.get_command(root, name)
            if found is not None:
                for path, text in help_texts(found, root, name):
                    yield f"### {path}\n\n```text\n{text}\n```\n"
    yield "## The others\n"
    yield from (f"- `vibesafe {name}`: {summary}" for name, (_, summary) in COMMANDS.items() if name not in _FOR_AGENTS)
