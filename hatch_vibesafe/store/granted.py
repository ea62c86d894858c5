"""What a unit may do that its active implementation might not: the part of a review that decides most."""

from pathlib import Path

from hatch_vibesafe.identity import CheckpointHash
from hatch_vibesafe.problems import VibesafeError
from hatch_vibesafe.spec.model import Spec
from hatch_vibesafe.store.checkpoints import read_checkpoint


def newly_granted(directory: Path, spec: Spec, active: CheckpointHash | None) -> tuple[str, ...]:
    """Return the capabilities of a spec that were not granted when the active implementation was made.

    Nothing where there is no active one to compare with, or where it cannot be read, which is told elsewhere.
    """
    if active is None or not spec.options.capabilities:
        return ()
    try:
        made = read_checkpoint(directory, spec.unit, active)
    except VibesafeError:
        return ()
    if made.spec_hash == spec.spec_hash:
        return ()
    return tuple(each for each in spec.options.capabilities if each not in made.provenance.capabilities)
