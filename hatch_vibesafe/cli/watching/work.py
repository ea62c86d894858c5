"""What a watch does with what changed: have it written where a provider is configured, and gate it."""

import os
import shlex
from collections.abc import Iterable, Sequence
from dataclasses import replace

import click

from hatch_vibesafe.cli.compiling import compiled
from hatch_vibesafe.cli.event_stream import STANDARD_OUTPUT, event_stream
from hatch_vibesafe.cli.output import print_problems
from hatch_vibesafe.cli.session import Session
from hatch_vibesafe.cli.watching.telling import Teller
from hatch_vibesafe.gates.context import GateContext
from hatch_vibesafe.gates.run import judge_each
from hatch_vibesafe.gates.verdict import Candidate
from hatch_vibesafe.generate.callees import callees
from hatch_vibesafe.generate.compose import compose_all
from hatch_vibesafe.generate.options import CompileOptions
from hatch_vibesafe.generate.recording import secret_values
from hatch_vibesafe.generate.standing import implementations_around
from hatch_vibesafe.problems import VibesafeError
from hatch_vibesafe.project import provider_for
from hatch_vibesafe.spec.model import Spec
from hatch_vibesafe.store.checkpoints import read_checkpoint
from hatch_vibesafe.store.places import IMPLEMENTATION, checkpoint_directory


def work(session: Session, specs: Sequence[Spec], teller: Teller, *, compiles: bool) -> None:
    """Have the units with these specs written that have a provider, and gate what is active of the others.

    Raises:
        VibesafeError: if the gates cannot run at all.
        click.Abort: if the user interrupts; what is finished is kept.
    """
    asking = [spec for spec in specs if compiles and provider_for(session.project, spec.options) is not None]
    if asking:
        _compile(replace(session, specs=tuple(asking)), teller)
    _gate(session, [spec for spec in specs if spec not in asking], teller)


def _compile(session: Session, teller: Teller) -> None:
    secrets = secret_values(os.environ, [each.api_key_env for each in session.project.config.providers])
    with event_stream(STANDARD_OUTPUT if teller.as_json else None, secrets, as_json=False) as stream:
        results = compiled(session, CompileOptions(command="vibesafe watch"), stream, quiet=teller.as_json)
    if any(result.outcome == "interrupted" for result in results):
        raise click.Abort
    if not teller.as_json:
        print_problems([problem for result in results for problem in result.problems])
        passed = [str(result.unit) for result in results if result.outcome == "passed"]
        targets = [word for unit in passed for word in ("--target", unit)]
        if targets:
            click.echo(
                f"  make {'it' if len(passed) == 1 else 'them'} active: {shlex.join(['vibesafe', 'save', *targets])}"
            )


def _gate(session: Session, specs: Iterable[Spec], teller: Teller) -> None:
    """Gate what is active for units whose spec moved since, composed anew for the spec as it is now."""
    found = [(spec, *known) for spec in specs if (known := _active(session, spec))]
    if not found:
        return
    composed = compose_all([(spec, text) for spec, text, _ in found], markdown=False)
    candidates = [Candidate(spec, each.implementation) for (spec, _, _), each in zip(found, composed, strict=True)]
    specs = [spec for spec, _, _ in found]
    called = {unit for each in callees(specs, session.scan).values() for unit in each}
    around = implementations_around(session.project, session.scan, called)
    verdicts = judge_each(candidates, GateContext(session.project, session.scan, around))
    for (spec, _, place), verdict in zip(found, verdicts, strict=True):
        teller.judged(spec.unit, verdict, shlex.join(["vibesafe", "submit", str(spec.unit), place]))


def _active(session: Session, spec: Spec) -> tuple[str, str] | None:
    """Return the text of what is active for a unit that drifted, and where it lies; None for any other unit."""
    status = session.statuses[spec.unit]
    if status.active is None or status.state != "drift" or not status.moved:
        return None
    directory = session.project.checkpoints_path
    try:
        text = read_checkpoint(directory, spec.unit, status.active).implementation.decode("utf-8", "replace")
    except VibesafeError:
        return None
    place = checkpoint_directory(directory, spec.unit, status.active) / IMPLEMENTATION
    return text, str(place.relative_to(session.project.root))
