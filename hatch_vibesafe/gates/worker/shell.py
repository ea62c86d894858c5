"""What examples of a command run it with: `shell("2001 --express")`, in this process and without a terminal."""

import re
import shlex

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

NAME = "shell"
MODULES = ("vibesafe_runtime.typer",)
_LINE = re.compile(rf"\b{NAME}\(")


def asks(sources: "Iterable[str]") -> bool:
    """Return whether one of these examples runs a command line."""
    return any(_LINE.search(source) for source in sources)


def shell_of(function: "Callable[..., object]") -> "Callable[[str], None]":
    """Return what runs a command with what a shell would give it, prints what it prints, and raises what ends it."""
    from vibesafe_runtime.typer import command  # noqa: PLC0415 - only examples that ask need it

    program = command(function)

    def shell(line: str) -> None:
        """Run the command with these words; `SystemExit` is raised where it does not end in order."""
        program(shlex.split(line))

    return shell
