"""`vibesafe` and its commands; each command's module is imported only when it runs, so that `--help` stays quick."""

import gc
import json
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import NoReturn

import click

from hatch_vibesafe import __version__
from hatch_vibesafe.cli.loudness import speaking, wanted
from hatch_vibesafe.cli.streams import open_missing
from hatch_vibesafe.problems import Problem, VibesafeConfigurationError, VibesafeError

EXIT_FINDINGS = 1
EXIT_USAGE = 2
EXIT_INTERRUPTED = 130
EXIT_NOBODY_READS = 141
_OBJECTS_BETWEEN_COLLECTIONS = 100_000

# Command -> (module, what the overview says of it), in the order of a unit's life.
COMMANDS = {
    "init": ("init", "Give a hatch project what it needs to have units, or begin one."),
    "new": ("new", "Draft the stub of a function from a sentence."),
    "migrate": ("migrate", "Rewrite a project of vibesafe 0.1 or 0.2."),
    "scan": ("scan", "List every unit with its kind, examples and state."),
    "spec": ("spec", "Show a unit's spec, as whoever implements it needs it."),
    "compile": ("compile", "Have implementations written for units that need one, and gate them."),
    "submit": ("submit", "Put code written elsewhere through the same validation and gates."),
    "lessons": ("lessons", "Let what repeated refusals teach into the prompts."),
    "test": ("test", "Gate the current checkpoints again."),
    "split": ("split", "Draft helper units that a unit can be made of, and write them above it."),
    "repl": ("repl", "Take commands one after the other, with history and completion."),
    "watch": ("watch", "Work through each save as it happens: scan, compile, gate."),
    "tighten": ("tighten", "Ask what a spec leaves open, and write the answers into it."),
    "save": ("save", "Make checkpoints with complete evidence the active ones."),
    "rollback": ("rollback", "Make an earlier checkpoint the active one."),
    "status": ("status", "Say where every unit stands and what to do next."),
    "diff": ("diff", "Show what drifted, which part moved, and how implementations differ."),
    "report": ("report", "Write the whole project as one page: states, evidence, provenance, cost."),
    "explain": ("explain", "Say who wrote an implementation, from what, and what judged it."),
    "prompt": ("prompt", "Show what would be sent for a unit; compare two templates."),
    "log": ("log", "Tell what runs asked, got, judged and paid."),
    "stats": ("stats", "Count what passed and what it cost, by model, template and strategy."),
    "gc": ("gc", "Remove old transcripts from the ledger; their digests stay."),
    "bake": ("bake", "Write the baked package into a tree that something else built."),
    "check": ("check", "Do all of it for CI: no key, no network, nothing written."),
    "key": ("key", "Make, replace and show the key that signs what a build states."),
    "schema": ("schema", "Print the configuration's JSON Schema, for editors."),
    "mcp": ("mcp", "Serve the project to a coding agent over the Model Context Protocol."),
    "skill": ("skill", "Print instructions for coding agents."),
    "completion": ("completion", "Print what has a shell complete commands, options and unit ids."),
    "model": ("model", "Install a small model for this machine's processor."),
}


_QUIET = ("-q", "--quiet"), "Say what is wrong and nothing else; the exit code says the rest."
_VERBOSE = ("-v", "--verbose"), "Say more: whole refusals, every warning, how long it took."


def _loudness_options(*, hidden: bool) -> list[click.Option]:
    """Return the options that `speaking` reads; they go before a command or behind it."""
    return [
        click.Option(list(names), is_flag=True, expose_value=False, hidden=hidden, help=help_text)
        for names, help_text in (_QUIET, _VERBOSE)
    ]


def _accept_loudness(command: click.Command) -> None:
    """Have a command, and those below it, accept what `speaking` reads; the overview says it for all of them."""
    if not any("--quiet" in parameter.opts for parameter in command.params):
        command.params += _loudness_options(hidden=True)
    for inner in command.commands.values() if isinstance(command, click.Group) else ():
        _accept_loudness(inner)


class Commands(click.Group):
    """The group of commands, which knows their names without importing them."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the commands in the order of a unit's life."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - as above
        """Return a command, importing its module now."""
        if cmd_name not in COMMANDS:
            return None
        command = import_module(f"hatch_vibesafe.cli.{COMMANDS[cmd_name][0]}").command
        if not isinstance(command, click.Command):
            msg = f"hatch_vibesafe.cli.{cmd_name} has no command"
            raise TypeError(msg)
        _accept_loudness(command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - as above
        """Write the overview without importing the commands."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in COMMANDS.items()])


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 all is well, 1 findings, 2 usage or configuration, 130 interrupted, 141 nobody reads.",
    params=_loudness_options(hidden=False),
)
@click.version_option(__version__, prog_name="vibesafe")
def cli() -> None:
    """Functions written by a model, proven by gates, locked by hash, baked into the wheel.

    \b
    A unit's life:
      vibesafe init       begin
      vibesafe scan       what there is
      vibesafe compile    have it written and gated
      vibesafe save       lock it
      python -m build     ship it; fails on drift
    """  # noqa: D301 - \b is click's own mark for text that it must not rewrap


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit with the code of `run`."""
    # What commands make they mostly keep: looking through it at every 700th object takes a fifth of a short one's time.
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)
    open_missing()
    code = run(arguments)
    # Nor is what is left looked through for cycles when Python ends: the system takes all of it back at once.
    gc.freeze()
    sys.exit(code)


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; what a user can cause ends here, as a table of problems.

    0: all is well. 1: findings. 2: usage or configuration. 130: interrupted. 141: nobody reads the output any more.
    """
    given = sys.argv[1:] if arguments is None else list(arguments)
    try:
        code = _run(given)
        if sys.stdout is not None:
            sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read our output has gone; nothing is left to say, and Python must not try to when it exits.
        sys.stdout = sys.stderr = None
        return EXIT_NOBODY_READS
    return code


def _run(given: list[str]) -> int:
    as_json = "--json" in given
    try:
        with speaking(given):
            result = cli.main(args=given, prog_name="vibesafe", standalone_mode=False)
    except VibesafeError as error:
        _show(error.problems, as_json=as_json)
        return EXIT_USAGE if isinstance(error, VibesafeConfigurationError) else EXIT_FINDINGS
    except click.exceptions.Abort as error:
        if error.__cause__ is None:  # a question was interrupted, and click leaves the cursor in its line
            click.echo(err=True)
        click.echo("vibesafe: interrupted; what was finished is kept, the same command carries on", err=True)
        return EXIT_INTERRUPTED
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return EXIT_USAGE
    except click.ClickException as error:
        _show((_usage_problem(error, given),), as_json=as_json)
        return EXIT_USAGE
    except BrokenPipeError:
        raise
    except SystemExit as error:
        # So click ends where whoever reads our output has gone, and nothing else exits by itself.
        raise BrokenPipeError from error
    except Exception as error:  # noqa: BLE001 - the system's refusal, or our own mistake: a user sees a problem
        _show((_problem_of(error),), as_json=as_json)
        if wanted(given) == "verbose":
            sys.excepthook(type(error), error, error.__traceback__)
        return EXIT_FINDINGS
    return result if isinstance(result, int) else 0


def _show(problems: Sequence[Problem], *, as_json: bool) -> None:
    from hatch_vibesafe.cli.output import print_problems  # noqa: PLC0415 - `--help` needs none of it

    print_problems(problems)
    if as_json:
        document = [{"where": each.where, "what": each.what, "remedy": each.remedy} for each in problems]
        click.echo(json.dumps({"problems": document}, indent=2))


def _usage_problem(error: click.ClickException, given: Sequence[str]) -> Problem:
    """Return what is wrong with a command line, and the command that says how it is meant, or is meant."""
    from difflib import get_close_matches  # noqa: PLC0415 - nothing else needs it

    context = getattr(error, "ctx", None)
    where = context.command_path if isinstance(context, click.Context) else "vibesafe"
    what = error.format_message().rstrip(".")
    word = next((each for each in given if not each.startswith("-")), "")
    near = [] if word in COMMANDS else get_close_matches(word, COMMANDS, n=1)
    remedy = f"vibesafe {near[0]}" if near else f"{where} --help"
    return Problem(where, f"{what[:1].lower()}{what[1:]}", remedy)


def _problem_of(error: Exception) -> Problem:
    """Return what the system refused, in the user's terms; else that it is our own mistake."""
    from hatch_vibesafe.unexpected import REPORT, reason, unexpected  # noqa: PLC0415 - hardly ever needed

    if not isinstance(error, OSError | UnicodeError):
        return unexpected("vibesafe", "the command", error, f"{REPORT}; with --verbose it says more")
    if isinstance(error, OSError):
        where = str(error.filename or "the system")
        return Problem(where, error.strerror or reason(error), "mend that and run the command again")
    what = f"a name cannot be written in this locale's encoding ({error})"
    return Problem("the locale", what, "run it with PYTHONUTF8=1 in the environment, or in a UTF-8 locale")
