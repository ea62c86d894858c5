"""`vibesafe migrate`: from a project of `vibesafe` 0.1 or 0.2 to one of ours."""

from collections.abc import Iterator
from pathlib import Path

import click

from hatch_vibesafe.cli import output, writing
from hatch_vibesafe.cli.announcement import announce
from hatch_vibesafe.cli.main import EXIT_FINDINGS
from hatch_vibesafe.cli.session import statuses
from hatch_vibesafe.config import PathsConfig
from hatch_vibesafe.generate.submit import submit
from hatch_vibesafe.problems import Problem
from hatch_vibesafe.project import Project, open_project, scan_project
from hatch_vibesafe.start.migrate import migration
from hatch_vibesafe.start.older_store import ASIDE, older_implementations, put_aside, stands_in_place
from hatch_vibesafe.store.index import lock_of, read_index
from hatch_vibesafe.store.lock import locked


@click.command(
    name="migrate", epilog="Examples:  vibesafe migrate --dry-run   |   vibesafe migrate   |   vibesafe migrate shop"
)
@click.argument("path", default=".", type=click.Path(path_type=Path))
@writing.dry_run_option
@writing.yes_option
def command(path: Path, *, dry_run: bool, yes: bool) -> int:
    """Rewrite a project of vibesafe 0.1 or 0.2: imports, holes and configuration. The diff is shown first.

    What the older release stored is put aside and not trusted: each implementation goes through the gates as code that
    somebody hands in. What has no counterpart is named. Exits 1 where something is left to do.
    """
    planned = migration(path.resolve())
    for line in planned.taken:
        click.echo(f"taken out  {line}", err=True)
    index = _index(planned.root)
    if planned.changes and not writing.written(planned.changes, planned.root, dry_run=dry_run, yes=yes, index=index):
        output.print_warnings(planned.left)
        return 0 if dry_run else EXIT_FINDINGS
    if dry_run:
        click.echo("nothing to rewrite")
        return 0
    project = open_project(planned.root)
    if stands_in_place(project):
        with locked(lock_of(project.index_path)):
            put_aside(project)
        click.echo(f"put aside  what the older release stored  {ASIDE}")
    problems = tuple(_gated(project))
    output.print_warnings(planned.left)
    output.print_problems(problems)
    if not planned.changes and not problems:
        click.echo("nothing to do")
    else:
        click.echo("next: vibesafe scan, then vibesafe save; for the build hook: vibesafe init")
    return EXIT_FINDINGS if problems or planned.left else 0


def _index(root: Path) -> Path | None:
    """Return the index whose lock keeps other commands out; None where there is no store that one could work in.

    It is where it is by default: what an older release configured is not to be read before it is rewritten.
    """
    index = root / PathsConfig().index
    return index if index.parent.is_dir() else None


def _gated(project: Project) -> Iterator[Problem]:
    """Put each implementation that was active through the gates where its unit has none; yield why one is refused."""
    older = older_implementations(project)
    if not older:
        return
    announce(project.config)
    scan = scan_project(project)
    yield from scan.problems
    specs = {spec.unit: spec for spec in scan.specs}
    now = statuses(project, read_index(project.index_path), scan.specs)
    for each in older:
        spec = specs.get(each.unit)
        if spec is None:
            refused = [problem for unit in scan.invalid if unit.unit == each.unit for problem in unit.problems]
            gone = Problem(
                str(each.unit), "was active, and is no unit of the project any more", "nothing, or: vibesafe scan"
            )
            yield from refused or [gone]
        elif now[each.unit].current is None:
            result = submit(project, scan, spec, each.path.read_text("utf-8", "replace"), each.author)
            if result.checkpoint is not None:
                click.echo(f"passed  {each.unit}  {result.checkpoint[:12]}")
            else:
                finding = result.verdict.findings[0]
                what = f"was active, and is refused by {finding.gate}: {finding.message}"
                yield Problem(spec.where, what, f"vibesafe compile --target {each.unit}")
