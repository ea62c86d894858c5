"""What commands need not find again: what was found on this machine, with everything the same that it depends on."""

from hatch_vibesafe.cli.session import Session
from hatch_vibesafe.gates.circumstances import circumstances
from hatch_vibesafe.identity import CheckpointHash, Digest
from hatch_vibesafe.spec.model import Spec
from hatch_vibesafe.store.machine import machine_secret
from hatch_vibesafe.store.seals import read_seals, seal, write_seals

GATES = "gates"
"""The finding that every required gate passed, and said what the evidence says."""
BEHAVIOUR = "behaviour"
"""The finding that nothing diverges from the checkpoint before without a reason."""


class FoundHere:
    """The findings of a session's project. With `again` none is believed; new ones are kept all the same."""

    def __init__(self, session: Session, *, again: bool = False) -> None:
        """Read what was found.

        Raises:
            VibesafeConfigurationError: if the source files of the project cannot be told or read.
        """
        self._path = session.project.cache_path / "gated"
        self._secret = machine_secret()
        self._around = circumstances(session.project, session.index)
        self._root = str(session.project.root)
        self._again = again
        self._known = read_seals(self._path)
        self._new: dict[str, str] = {}

    def holds(self, finding: str, spec: Spec, checkpoint: CheckpointHash, bound: Digest) -> bool:
        """Return whether that was found of a checkpoint. `bound` is what else it depends on, as its evidence."""
        if self._again or not _is_lasting(spec):
            return False
        made = self._seal(finding, spec, checkpoint, bound)
        return made is not None and self._known.get(_name(finding, spec)) == made

    def add(self, finding: str, spec: Spec, checkpoint: CheckpointHash, bound: Digest) -> None:
        """Remember a finding; `keep` writes it."""
        made = self._seal(finding, spec, checkpoint, bound)
        if made is not None and _is_lasting(spec):
            self._new[_name(finding, spec)] = made

    def keep(self) -> None:
        """Write what is new."""
        if self._new:
            write_seals(self._path, read_seals(self._path) | self._new)

    def _seal(self, finding: str, spec: Spec, checkpoint: CheckpointHash, bound: Digest) -> str | None:
        if self._secret is None:
            return None
        parts = (self._root, self._around, finding, str(spec.unit), spec.spec_hash, checkpoint, bound)
        return seal(self._secret, parts)


def _name(finding: str, spec: Spec) -> str:
    return f"{spec.unit} {finding}"


def _is_lasting(spec: Spec) -> bool:
    """Whether a verdict holds tomorrow: not where a unit may look at a clock, files, the network or chance."""
    return all(each.startswith("import:") for each in spec.options.capabilities)
