"""`vibesafe new`: a stub for what somebody asks for, drafted, shown, and written into a module."""

import shlex
from decimal import Decimal
from pathlib import Path

import click

from hatch_vibesafe.cli import limits, writing
from hatch_vibesafe.cli.main import EXIT_FINDINGS
from hatch_vibesafe.cli.recording import recording
from hatch_vibesafe.generate.drafting import TEMPLATE, Drafted, Wanted, draft, set_aside
from hatch_vibesafe.generate.providers.at_hand import called, provider_of
from hatch_vibesafe.identity import UnitId
from hatch_vibesafe.problems import Problem, VibesafeError
from hatch_vibesafe.project import Project, open_project, source_files
from hatch_vibesafe.spec.model import UnitOptions
from hatch_vibesafe.start.drafted_stub import ALLOWED_MODULES, DraftedStub, read_draft
from hatch_vibesafe.start.new import Place, changes_for, empty_stub, name_for, place_for, refuse_text


@click.command(
    name="new",
    epilog='Examples:  vibesafe new "parse an ISO 8601 duration into seconds" --module app.durations   |   '
    'vibesafe new "the median of a list" --module app.numbers --name median --empty',
)
@click.argument("text")
@click.option("--module", required=True, help="The module that it goes into; made where it is not there yet.")
@click.option("--name", default="", help="What the function is called; else the draft, or TEXT, decides.")
@click.option("--provider", default=None, help="Who drafts it: a [provider.NAME] of the configuration.")
@click.option("--empty", is_flag=True, help="Ask nobody: write a stub to be filled in.")
@writing.dry_run_option
@writing.yes_option
@limits.max_calls()
@limits.max_spent
def command(
    text: str,
    *,
    module: str,
    name: str,
    provider: str | None,
    empty: bool,
    dry_run: bool,
    yes: bool,
    max_calls: int | None,
    max_tokens: int | None,
    max_money: Decimal | None,
    max_seconds: Decimal | None,
) -> int:
    """Draft the stub of a function that does what TEXT says: signature, docstring, examples and contracts.

    The provider drafts, and lists what is unclear; of its answer only a stub is let through. Where none is configured,
    or with --empty, the stub is to be filled in. The diff is shown before anything is written. Exits 1 where it was
    not. A draft that was refused, or answered with no, is not shown again: the same TEXT is asked anew.
    """
    wanted = refuse_text(text)
    given_limits = limits.limits(max_calls, max_tokens, max_money, max_seconds)
    project = limits.limited_project(open_project(Path.cwd()), given_limits)
    sources = source_files(project)
    place = place_for(project, sources, module)
    given = name_for(wanted, name) if name else ""
    if not dry_run and not yes:
        writing.refuse_without_terminal()  # before anything is paid for
    asked_for = Wanted(wanted, module, given, tuple(sorted(ALLOWED_MODULES)))
    drafted = None if empty else _drafted(project, asked_for, place, provider)
    stub = (None if drafted is None else drafted.stub) or empty_stub(wanted, name_for(wanted, given))
    changes = changes_for(project, sources, place, stub)
    if not writing.written(changes, project.root, dry_run=dry_run, yes=yes, index=project.index_path):
        if drafted is not None and not dry_run:
            set_aside(project, drafted)
        return 0 if dry_run else EXIT_FINDINGS
    unit = UnitId(module, stub.name)
    click.echo(f"next: read it, mend it, then have it written: vibesafe compile --target {unit}")
    return 0


def _drafted(project: Project, wanted: Wanted, place: Place, provider: str | None) -> Drafted[DraftedStub] | None:
    """Return what the provider drafts, a stub; None where none is configured, and none at hand has one.

    Raises:
        VibesafeError: with why the draft is refused, or there is none.
    """
    config = provider_of(project, UnitOptions(provider=provider))
    if config is None:
        click.echo("no provider is configured: the stub is to be filled in", err=True)
        return None
    click.echo(f"asking {called(project, config)}", err=True)
    with recording(project, "new", (), TEMPLATE) as recorder:
        done = draft(project, config, wanted, lambda code: read_draft(code, wanted.name, place.known), record=recorder)
    if done.stub is None and project.config.provider(config.name) is None:
        click.echo(f"its draft is refused ({done.faults[0]}): the stub is to be filled in", err=True)
        return None
    if done.stub is None:
        again = shlex.join(["vibesafe", "new", wanted.text, "--module", wanted.module, "--empty"])
        remedy = f"say it in other words, or write it yourself: {again}"
        raise VibesafeError(*(Problem("the draft", f"is refused: {fault}", remedy) for fault in done.faults))
    if done.questions:
        click.echo("unclear, to be settled in the docstring:")
        for question in done.questions:
            click.echo(f"  - {question}")
    return done
