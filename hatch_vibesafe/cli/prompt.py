"""`vibesafe prompt`: what would be sent for a unit, exactly."""

import click

from hatch_vibesafe.cli import options, output
from hatch_vibesafe.cli.prompt_compare import compare
from hatch_vibesafe.cli.session import open_session
from hatch_vibesafe.generate.next_prompt import NextPrompt, next_prompt
from hatch_vibesafe.generate.providers.at_hand import called
from hatch_vibesafe.generate.token_count import TokenCount, token_count
from hatch_vibesafe.spec.model import Spec


class _ShowingGroup(click.Group):
    """A group whose first word, where it is none of its commands, is the unit that is shown."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that is meant, and its words."""
        if args and args[0] in self.commands:
            return super().resolve_command(ctx, args)
        return super().resolve_command(ctx, ["show", *args])


@click.group(
    name="prompt",
    cls=_ShowingGroup,
    context_settings={"ignore_unknown_options": True},
    epilog="Examples:  vibesafe prompt app.math/add   |   vibesafe prompt app.math/add --json",
)
def command() -> None:
    """Show what would be sent for a UNIT (`prompt UNIT`), or compare two templates (`prompt compare A B`)."""


command.add_command(compare)


@command.command(name="show", epilog="Example:  vibesafe prompt app.math/add")
@options.unit
@options.as_json
def show(unit: str, *, as_json: bool) -> int:
    """Print the messages that `compile` would send for UNIT next, exactly as they are; nobody is asked.

    What goes with them, and the number of tokens, stands on standard error. A recorded answer counts as it does for
    `compile`: one that was refused is passed over, to the question that follows it.
    """
    session = open_session((unit,))
    spec = session.one_spec(unit)
    found = next_prompt(session.project, session.scan, spec)
    tokens = token_count(found.prompt.request.messages, found.recorded)
    if as_json:
        output.print_json(_document(spec, found, tokens))
        return 0
    for number, message in enumerate(found.prompt.request.messages):
        if number:
            click.echo("-- the answer begins, and the model goes on from here --")
        click.echo(message.content)
    sent = ", ".join(f"{name} {value}" for name, value in found.prompt.request.sent)
    click.echo(f"{tokens.count} tokens, {tokens.how}", err=True)
    click.echo(f"to {called(session.project, found.config)} ({found.config.kind}), with {sent}", err=True)
    for line in _notes(found):
        click.echo(line, err=True)
    return 0


def _notes(found: NextPrompt) -> list[str]:
    lines = [f"strategy {found.question.strategy}, sample {found.question.sample}"]
    if found.held:
        lines.append(f"held back: example {', '.join(map(str, found.held))}")
    if found.done:
        lines.append("the unit is up to date: compile sends nothing without --force")
    elif found.recorded is not None:
        lines.append("the answer is recorded: compile uses it and sends nothing")
    return lines


def _document(spec: Spec, found: NextPrompt, tokens: TokenCount) -> dict[str, object]:
    request = found.prompt.request
    return {
        "unit": str(spec.unit),
        "template": spec.settings.template,
        "provider": found.config.name,
        "provider_kind": found.config.kind,
        "messages": [{"role": message.role, "content": message.content} for message in request.messages],
        "sent": dict(request.sent),
        "stop": list(request.stop),
        "tokens": {"count": tokens.count, "by": tokens.by, "how": tokens.how},
        "strategy": found.question.strategy,
        "sample": found.question.sample,
        "held_back": list(found.held),
        "lessons": [lesson.text for lesson in spec.settings.lessons],
        "request": found.request,
        "prompt": found.prompt.digest,
        "recorded": found.recorded is not None,
        "up_to_date": found.done,
        "problems": [],
    }
