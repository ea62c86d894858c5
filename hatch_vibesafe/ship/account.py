"""What is recorded about one implementation, wherever it was read: in a checkout's store or in a wheel's statement."""

from dataclasses import dataclass

from hatch_vibesafe.identity import CheckpointHash, Digest, SpecHash, UnitId
from hatch_vibesafe.ship.contract_wrapper import checked_mode
from hatch_vibesafe.spec.capabilities import listed
from hatch_vibesafe.spec.contract_modes import OFF
from hatch_vibesafe.spec.model import Spec
from hatch_vibesafe.store.meta import Meta
from hatch_vibesafe.store.records import Checkpoint, Evidence, GateRecord, Provenance


@dataclass(frozen=True, slots=True)
class Account:
    """Who or what wrote an implementation, from what, and what judged it.

    Attributes:
        unit: Whose implementation it is.
        spec_hash: The spec that it was made for.
        checkpoint: Its checkpoint.
        prompt: The digest of the prompt; of no bytes for submitted code.
        provenance: Who or what wrote it; `created` is empty in a statement, which holds no times.
        sandbox: The sandbox level at which the gates ran; empty where no evidence says so.
        gates: The gates that judged it; empty where no evidence says so.
        approver: Who made the checkpoint the active one; empty where nobody is recorded.
        capabilities: What it may do beside computing, `pure` for nothing; empty where it is not recorded.
        contracts: Which clauses of its contract are checked in each call: "off", "pre" or "full".
    """

    unit: UnitId
    spec_hash: SpecHash
    checkpoint: CheckpointHash
    prompt: Digest
    provenance: Provenance
    sandbox: str
    gates: tuple[GateRecord, ...]
    approver: str
    capabilities: tuple[str, ...] = ()
    contracts: str = OFF


def account_of(meta: Meta, evidence: Evidence | None, approver: str, spec: Spec, contracts: str = OFF) -> Account:
    """Return what the store records about a checkpoint; what its decorator said where `spec` is still its spec.

    `contracts` is what the project has checked in calls of units that do not say.
    """
    return Account(
        unit=meta.unit,
        spec_hash=meta.spec_hash,
        checkpoint=meta.hash,
        prompt=meta.prompt,
        provenance=meta.provenance,
        sandbox="" if evidence is None else evidence.sandbox,
        gates=() if evidence is None else evidence.gates,
        approver=approver,
        capabilities=_capabilities(meta, spec),
        contracts=checked_mode(spec, contracts) if spec.spec_hash == meta.spec_hash else OFF,
    )


def _capabilities(meta: Meta | Checkpoint, spec: Spec) -> tuple[str, ...]:
    if spec.spec_hash == meta.spec_hash:
        return listed(spec.options.capabilities)
    return listed(meta.provenance.capabilities) if meta.provenance.capabilities else ()
