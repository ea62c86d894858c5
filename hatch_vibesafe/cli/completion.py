"""`vibesafe completion`: the script that has a shell complete commands, options and unit ids."""

import click
from click.shell_completion import BashComplete, FishComplete, ShellComplete, ZshComplete

from hatch_vibesafe.cli.main import cli

_SHELLS: dict[str, type[ShellComplete]] = {"bash": BashComplete, "zsh": ZshComplete, "fish": FishComplete}
_NAMES = ("vibesafe", "vibe")
# Both names are one program, which calls itself by the first.
_VARIABLE = "_VIBESAFE_COMPLETE"


@click.command(
    name="completion",
    epilog='Examples:  eval "$(vibesafe completion bash)"   |   '
    "vibesafe completion fish > ~/.config/fish/completions/vibesafe.fish",
)
@click.argument("shell", type=click.Choice(list(_SHELLS)))
def command(shell: str) -> int:
    """Print the script that has SHELL complete commands, options and unit ids, for vibesafe and vibe.

    In ~/.bashrc or ~/.zshrc (behind compinit) stands: eval "$(vibesafe completion SHELL)". fish reads it from
    ~/.config/fish/completions/vibesafe.fish.
    """
    scripts = [_SHELLS[shell](cli, {}, name, _VARIABLE) for name in _NAMES]
    # The base class's: that of bash starts a shell to ask for its version, which nobody needs here.
    click.echo("\n".join(ShellComplete.source(each) for each in scripts))
    return 0
