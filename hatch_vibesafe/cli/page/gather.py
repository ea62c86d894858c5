"""Gathering what a report shows: from sources, store and ledger. Runs no generated code and writes nothing."""

import tomllib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from hatch_vibesafe import __version__
from hatch_vibesafe.cli import adequacy
from hatch_vibesafe.cli.ledger import opened_ledger
from hatch_vibesafe.cli.page.model import Cost, Difference, Listing, Page, UnitEntry
from hatch_vibesafe.cli.session import Session
from hatch_vibesafe.gates.adequacy import Recorded
from hatch_vibesafe.generate.stub import INDENT, stub_source
from hatch_vibesafe.identity import CheckpointHash
from hatch_vibesafe.problems import Problem, VibesafeError
from hatch_vibesafe.ship.explanation import JUDGES, explain_stored
from hatch_vibesafe.spec.model import InvalidUnit, Spec
from hatch_vibesafe.store.checkpoints import read_checkpoint
from hatch_vibesafe.store.comparison import implementation_diff
from hatch_vibesafe.store.ledger.statistics import Exchange, figures
from hatch_vibesafe.store.reading import UnitReading, read_unit

_ALL = "all"


def gathered(session: Session) -> Page:
    """Return the report of the units that are meant. What cannot be read is a problem on it."""
    exchanges, unread = _exchanges(session)
    meant = {str(spec.unit) for spec in session.specs}
    costs = _costs([each for each in exchanges if each.unit in meant])
    scores = adequacy.measured(session)
    units = [_entry(session, spec, costs, scores.get(spec.unit)) for spec in session.specs]
    units += [_invalid(each) for each in session.invalid]
    return Page(
        project=_name(session),
        made=f"{datetime.now(UTC):%d %B %Y, %H:%M} UTC".lstrip("0"),
        tool=f"hatch-vibesafe {__version__}",
        units=tuple(sorted(units, key=lambda each: each.unit)),
        problems=(*session.scan.problems, *unread),
        cost=costs.get(_ALL),
    )


def _entry(session: Session, spec: Spec, costs: Mapping[str, Cost], score: Recorded | None) -> UnitEntry:
    status = session.statuses[spec.unit]
    reading = read_unit(spec, session.index, session.project.checkpoints_path)
    told = explain_stored(spec, reading, status, session.project.config.build.contracts)
    return UnitEntry(
        unit=str(spec.unit),
        state=status.state,
        place=f"{spec.path}:{spec.line}",
        kind=spec.options.kind,
        summary=spec.docstring.partition("\n")[0],
        problems=status.problems,
        moved=status.moved,
        # What judged it stands in the evidence, gate by gate.
        paragraphs=() if told is None else (*told.paragraphs[:JUDGES], *told.paragraphs[JUDGES + 1 :]),
        unknown=() if told is None else told.unknown,
        account=None if told is None else told.account,
        adequacy=score,
        cost=costs.get(str(spec.unit)),
        listings=tuple(_listings(spec, reading)),
        differences=tuple(_differences(session, spec, reading)),
    )


def _invalid(unit: InvalidUnit) -> UnitEntry:
    place = f"{unit.path}:{unit.line}"
    return UnitEntry(str(unit.unit), "invalid", place, unit.kind, problems=unit.problems)


def _listings(spec: Spec, reading: UnitReading) -> Iterator[Listing]:
    yield Listing("Spec", f"{stub_source(spec)}{INDENT}raise VibeCoded()\n")
    stored = reading.active or reading.current
    if stored is not None and stored.implementation is not None:
        kind = "Active implementation" if stored is reading.active else "Implementation that waits to be saved"
        yield Listing(kind, stored.implementation.decode("utf-8", "backslashreplace"))


def _differences(session: Session, spec: Spec, reading: UnitReading) -> Iterator[Difference]:
    """Yield what waits against what is active, and what is active against what was active before it."""
    active, current = reading.active, reading.current
    if active is None or active.meta is None:
        return
    if current is not None and current.hash != active.hash:
        yield from _difference(
            session, spec, "What waits to be saved, against what is active", active.hash, current.hash
        )
    if active.meta.provenance.parent is not None:
        yield from _difference(
            session,
            spec,
            "What is active, against what was active before it",
            active.meta.provenance.parent,
            active.hash,
        )


def _difference(
    session: Session, spec: Spec, title: str, before: CheckpointHash, after: CheckpointHash
) -> Iterator[Difference]:
    directory = session.project.checkpoints_path
    try:
        old = read_checkpoint(directory, spec.unit, before).implementation
        new = read_checkpoint(directory, spec.unit, after).implementation
    except VibesafeError:
        return  # that one of them is damaged or gone is no part of this report
    lines = implementation_diff(old, new, before, after).splitlines()
    if lines:
        # The first two name the files; the title says it for people.
        yield Difference(title, tuple(lines[2:]))


def _exchanges(session: Session) -> tuple[tuple[Exchange, ...], tuple[Problem, ...]]:
    try:
        with opened_ledger(session.project) as engine:
            if engine is None:
                return (), ()
            from hatch_vibesafe.store.ledger.reading import read_exchanges  # noqa: PLC0415 - needs the extra [dev]

            return read_exchanges(engine), ()
    except VibesafeError as error:
        return (), error.problems


def _costs(exchanges: list[Exchange]) -> dict[str, Cost]:
    """Return what each unit cost, and under `_ALL`, which is no unit's id, what all of them did."""
    by_unit = figures(exchanges, lambda each: each.unit)
    together = figures(exchanges, lambda _: _ALL)
    return {each.group: Cost(each.calls, each.tokens, each.cost) for each in (*by_unit, *together)}


def _name(session: Session) -> str:
    """Return the name of the distribution, else of the directory."""
    try:
        document = tomllib.loads((session.project.root / "pyproject.toml").read_text("utf-8"))
        return str(document["project"]["name"])
    except (OSError, ValueError, KeyError, TypeError):
        return session.project.root.name
