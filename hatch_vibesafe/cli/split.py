"""`vibesafe split`: stubs of helper units that a unit can be made of, drafted, shown, and written above it."""

import shlex
from decimal import Decimal

import click

from hatch_vibesafe.cli import limits, options, writing
from hatch_vibesafe.cli.main import EXIT_FINDINGS
from hatch_vibesafe.cli.recording import recording
from hatch_vibesafe.cli.session import Session, open_session
from hatch_vibesafe.generate.drafting import Drafted, Wanted, draft, set_aside
from hatch_vibesafe.generate.providers.at_hand import called, provider_of
from hatch_vibesafe.generate.stub import stub_source
from hatch_vibesafe.problems import Problem, VibesafeConfigurationError, VibesafeError
from hatch_vibesafe.project import source_files
from hatch_vibesafe.spec.model import Spec
from hatch_vibesafe.start.drafted_stub import ALLOWED_MODULES
from hatch_vibesafe.start.new import Place, changes_for, place_for
from hatch_vibesafe.start.parts import Parts, read_parts

TEMPLATE = "split.j2"


@click.command(
    name="split", epilog="Examples:  vibesafe split app.math/add   |   vibesafe split app.math/add --dry-run"
)
@options.unit
@writing.dry_run_option
@writing.yes_option
@limits.max_calls()
@limits.max_spent
def command(
    unit: str,
    *,
    dry_run: bool,
    yes: bool,
    max_calls: int | None,
    max_tokens: int | None,
    max_money: Decimal | None,
    max_seconds: Decimal | None,
) -> int:
    """Have two to four helper units drafted that UNIT can be made of, and write their stubs above it.

    The unit's provider drafts; of its answer only stubs are let through. It is a draft: nothing proves that the unit
    can be made of them, and UNIT itself is left as it is. The diff is shown before anything is written. Exits 1 where
    it was not.
    """
    session = limits.limited(open_session((unit,)), limits.limits(max_calls, max_tokens, max_money, max_seconds))
    spec = session.one_spec(unit)
    if not dry_run and not yes:
        writing.refuse_without_terminal()  # before anything is paid for
    sources = source_files(session.project)
    place = place_for(session.project, sources, spec.unit.module)
    drafted, parts = _drafted(session, spec, place)
    above = spec.unit.qualname.partition(".")[0]
    changes = changes_for(session.project, sources, place, *parts.stubs, above=above)
    project = session.project
    if not writing.written(changes, project.root, dry_run=dry_run, yes=yes, index=project.index_path):
        if not dry_run:
            set_aside(project, drafted)
        return 0 if dry_run else EXIT_FINDINGS
    names = [stub.name for stub in parts.stubs]
    targets = [word for name in names for word in ("--target", f"{spec.unit.module}/{name}")]
    listed = f"{', '.join(f'`{name}`' for name in names[:-1])} and `{names[-1]}`"
    click.echo(f"next: read them, mend them, have them written: {shlex.join(['vibesafe', 'compile', *targets])}")
    click.echo(f"then name them in the docstring of {spec.unit.name}, so that they are offered: Made of {listed}.")
    return 0


def _drafted(session: Session, spec: Spec, place: Place) -> tuple[Drafted[Parts], Parts]:
    """Return what the provider drafts, and its stubs.

    Raises:
        VibesafeConfigurationError: if there is nobody to ask.
        VibesafeError: with why the draft is refused.
    """
    config = provider_of(session.project, spec.options)
    if config is None:
        remedy = "configure a [provider.default], or write the stubs yourself: vibesafe new TEXT --module MODULE"
        raise VibesafeConfigurationError(Problem(f"split {spec.unit}", "there is no provider to draft them", remedy))
    click.echo(f"asking {called(session.project, config)}", err=True)
    wanted = Wanted(stub_source(spec).rstrip(), spec.unit.module, "", tuple(sorted(ALLOWED_MODULES)))
    with recording(session.project, "split", (), TEMPLATE) as recorder:
        done = draft(
            session.project,
            config,
            wanted,
            lambda code: read_parts(code, place.known),
            template=TEMPLATE,
            unit=spec.unit,
            record=recorder,
        )
    if done.stub is None:
        remedy = f'write them yourself: vibesafe new "what a part does" --module {spec.unit.module}'
        raise VibesafeError(*(Problem("the draft", f"is refused: {fault}", remedy) for fault in done.faults))
    for question in done.questions:
        click.echo(f"unclear: {question}")
    return done, done.stub
