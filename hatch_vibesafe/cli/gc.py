"""`vibesafe gc`: remove old transcripts; what they were stays known by its digests."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from hatch_vibesafe.cli import options, output
from hatch_vibesafe.cli.ledger import opened_ledger
from hatch_vibesafe.project import open_project

_DAYS = re.compile(r"(\d{1,5})d")


def _age(_: click.Context, __: click.Parameter, value: str) -> timedelta:
    """Return the time that is meant by `90d`."""
    matched = _DAYS.fullmatch(value)
    if matched is None:
        msg = f"{value!r} is not a number of days, like 90d"
        raise click.BadParameter(msg)
    return timedelta(days=int(matched[1]))


@click.command(name="gc", epilog="Examples:  vibesafe gc --dry-run   |   vibesafe gc --older-than 30d")
@click.option(
    "--older-than", "age", default="90d", show_default=True, callback=_age, metavar="DAYSd", help="How old, in days."
)
@click.option("--dry-run", is_flag=True, help="Say what would be removed; remove nothing.")
@options.as_json
def command(age: timedelta, *, dry_run: bool, as_json: bool) -> int:
    """Remove the words of old prompts and answers from the ledger; digests, counts and outcomes stay.

    Checkpoints, the index and recorded answers are not touched.
    """
    count, size = 0, 0
    with opened_ledger(open_project(Path.cwd()), writing=not dry_run) as engine:
        if engine is not None:
            from hatch_vibesafe.store.ledger.collecting import remove_transcripts  # noqa: PLC0415 - needs [dev]

            before = (datetime.now(UTC) - age).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
            removed = remove_transcripts(engine, before, dry_run=dry_run)
            count, size = removed.transcripts, removed.size
    if as_json:
        output.print_json({"dry_run": dry_run, "transcripts": count, "bytes": size, "problems": []})
    else:
        verb = "would be removed" if dry_run else "removed"
        click.echo(f"{count} transcripts {verb}, {size} bytes")
    return 0
