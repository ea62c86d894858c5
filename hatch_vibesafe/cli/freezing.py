"""Gating endpoints with what is installed here, and keeping in their checkpoints what that is: slow to load."""

from hatch_vibesafe.cli.found_here import FoundHere
from hatch_vibesafe.cli.gating import gated
from hatch_vibesafe.cli.http_dependencies import versions_for
from hatch_vibesafe.cli.session import Session
from hatch_vibesafe.cli.verdicts import finding_problems
from hatch_vibesafe.identity import UnitId
from hatch_vibesafe.problems import Problem
from hatch_vibesafe.store.checkpoints import read_checkpoint
from hatch_vibesafe.store.frozen import Versions, freeze


def freeze_endpoints(session: Session) -> tuple[dict[UnitId, Versions], dict[UnitId, tuple[Problem, ...]]]:
    """Gate the current checkpoint of each endpoint, and freeze what is installed into those that pass.

    Returns what was frozen, and why the others were not.

    Raises:
        VibesafeError: if some could not be judged, or a checkpoint cannot be written.
    """
    chosen = [
        (spec, current)
        for spec in session.specs
        if spec.options.kind == "http" and (current := session.statuses[spec.unit].current) is not None
    ]
    judged = gated(session, chosen, FoundHere(session, again=True), measures=False) if chosen else {}
    directory = session.project.checkpoints_path
    frozen: dict[UnitId, Versions] = {}
    refused: dict[UnitId, tuple[Problem, ...]] = {}
    for spec, current in chosen:
        verdict, evidence = judged[spec.unit]
        if not verdict.passed:
            refused[spec.unit] = finding_problems(spec, verdict, f"vibesafe compile --force --target {spec.unit}")
            continue
        checkpoint = read_checkpoint(directory, spec.unit, current)
        stub = (session.project.root / spec.path).read_text(encoding="utf-8")
        frozen[spec.unit] = versions_for(spec, (checkpoint.implementation.decode(), stub))
        freeze(directory, checkpoint, evidence, frozen[spec.unit])
    return frozen, refused
