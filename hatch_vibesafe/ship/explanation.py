"""An account of an implementation in words that a reviewer reads in a minute. Pure: values in, text out.

What it is told may come from a stranger's wheel: nothing of it reaches a terminal but as printable text of some length.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from hatch_vibesafe.sandbox_levels import CONFINED, ISOLATED, LIMITED, PORTABLE, UNCONFINED
from hatch_vibesafe.ship.account import Account, account_of
from hatch_vibesafe.ship.printable import printable
from hatch_vibesafe.spec.contract_modes import FULL, OFF, PRE
from hatch_vibesafe.spec.model import Spec
from hatch_vibesafe.store.drift import UnitStatus
from hatch_vibesafe.store.reading import Stored, UnitReading
from hatch_vibesafe.store.records import GateRecord

_SHORT = 12  # digits of a hash: enough for a person to compare

_PLACES = {
    UNCONFINED: "in no sandbox",
    LIMITED: "under resource limits alone (sandbox level L0)",
    PORTABLE: "in WebAssembly, by a CPython of its own (sandbox level L1)",
    CONFINED: "in a worker confined by Landlock and seccomp (sandbox level L2)",
    ISOLATED: "in a worker confined by Landlock and seccomp, inside bubblewrap (sandbox level L3)",
}


_CHECKED = {
    PRE: " Each call is checked against Requires.",
    FULL: " Each call is checked against Requires, Ensures and Raises.",
}


JUDGES = 3
"""The place among the paragraphs of the one that says what judged it."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """What there is to say of one implementation.

    Attributes:
        account: What is recorded.
        state: A unit's state in a checkout, or "baked".
        paragraphs: The account in words: where it stands, who wrote it, from what, what judged it, what locks it.
        unknown: What is not known, or is a claim that nothing proves.
    """

    account: Account
    state: str
    paragraphs: tuple[str, ...]
    unknown: tuple[str, ...]


def explain_baked(account: Account, directory: str, signer: str) -> Explanation:
    """Return what a verified baked package says of one implementation; `signer` is the trusted key's id, or empty."""
    signed = f" The trusted key {signer} signed it." if signer else ""
    standing = f"It ships in {printable(directory)}, where every byte is as the manifest has it.{signed}"
    rewritten = "whether somebody rewrote files, manifest and statement together: no trusted key was asked for"
    return _explanation(account, "baked", standing, () if signer else (rewritten,))


def explain_stored(spec: Spec, reading: UnitReading, status: UnitStatus, contracts: str = OFF) -> Explanation | None:
    """Return what the store says of a unit's active checkpoint, or, where none is active, of the one that waits.

    `contracts` is what the project has checked in calls of units that do not say.

    None where there is neither, or its files are damaged: what they say then is no account of anything.
    """
    stored = reading.active or reading.current
    if stored is None or stored.meta is None or not _is_whole(stored, reading):
        return None
    approver = reading.entry.approver if reading.entry is not None else ""
    standing = _standing(status, f"{spec.path}:{spec.line}")
    unknown = "what the gates would say today: `vibesafe check` runs them again"
    account = account_of(stored.meta, stored.evidence, approver, spec, contracts)
    return _explanation(account, status.state, standing, (unknown,))


def _is_whole(stored: Stored, reading: UnitReading) -> bool:
    pinned = reading.entry is None or stored.evidence_digest == reading.entry.evidence
    return pinned and not stored.damage and not stored.evidence_damage


def _standing(status: UnitStatus, place: str) -> str:
    if status.active is None:
        return f"It is not saved, so a build refuses it. Its spec stands at {place}."
    if not status.problems:
        first = f"It is active and agrees with its spec at {place}: a build ships it as it is."
    elif status.moved:
        first = (
            f"It is active, but has drifted from its spec at {place} ({'; '.join(status.moved)}): a build refuses it."
        )
    else:
        first = f"It is active, but a build refuses it; the problems say why. Its spec stands at {place}."
    if status.current is None or status.current == status.active:
        return first
    return f"{first} Checkpoint {status.current[:_SHORT]}, for the spec as it is now, waits for `vibesafe save`."


def _explanation(account: Account, state: str, standing: str, unknown: tuple[str, ...]) -> Explanation:
    paragraphs = (standing, _author(account), _source(account), _judges(account), _lock(account))
    return Explanation(account, state, paragraphs, (*_claims(account), *unknown))


def _author(account: Account) -> str:
    said = account.provenance
    if said.origin == "submitted":
        who = printable(said.author) or "somebody who gave no name"
        first = f"The code was handed in by {who}."
    else:
        model = printable(said.model_answered) or "A model that is not named"
        replayed = ", in an answer that was recorded earlier and replayed" if said.origin == "recorded" else ""
        provider = f'the provider "{printable(said.provider)}" ({printable(said.provider_kind)})'
        first = f"{model} wrote it at attempt {said.attempt}, asked through {provider}{replayed}."
        if said.in_place_of:
            first += f' It took the place of the provider "{printable(said.in_place_of)}", which the unit asks.'
    repairs = "; ".join(printable(repair) for repair in said.repairs)
    return f"{first} Put right in it by rule, before it was judged: {repairs}." if repairs else first


def _source(account: Account) -> str:
    said = account.provenance
    spec = f"It was written for the spec with the hash {account.spec_hash[:_SHORT]}. {_capabilities(account)}"
    if said.origin == "submitted":
        return f"{spec} No prompt was sent."
    sent = ", ".join(f"{printable(name)} {printable(str(value))}" for name, value in said.sent) or "nothing"
    prompt = f"The prompt that {printable(said.template)} made is not kept, only its SHA-256 {account.prompt[:_SHORT]}"
    return f"{spec} {prompt}. Sent with it: {sent}."


def _capabilities(account: Account) -> str:
    if not account.capabilities:
        return "What it may do beside computing is not recorded."
    if account.capabilities == ("pure",):
        return "It may do nothing but compute (pure)."
    return f"Beside computing it may use {', '.join(map(printable, account.capabilities))}."


def _judges(account: Account) -> str:
    if not account.gates:
        return "No gate is recorded to have judged it."
    place = _PLACES.get(account.sandbox, f"in a sandbox of level {printable(account.sandbox)}")
    passed = "; ".join(_gate(gate) for gate in account.gates if gate.passed)
    failed = "; ".join(_gate(gate) for gate in account.gates if not gate.passed)
    if failed:
        return f"It did not pass {failed}; it passed {passed or 'no other gate'}, {place}."
    return f"It passed {passed}, {place}.{_CHECKED.get(account.contracts, '')}"


def _gate(gate: GateRecord) -> str:
    counts = "".join(f", {printable(name)}: {count}" for name, count in gate.counts)
    return f"{printable(gate.gate)} ({printable(gate.tool)} {printable(gate.version)}{counts})"


def _lock(account: Account) -> str:
    said = account.provenance
    parent = (
        "It has no parent" if said.parent is None else f"Its parent, active at that time, is {said.parent[:_SHORT]}"
    )
    approved = (
        f"{printable(account.approver)} approved it" if account.approver else "Nobody is recorded to have approved it"
    )
    return f"It is checkpoint {account.checkpoint[:_SHORT]}, made by {printable(said.tool)}. {parent}. {approved}."


def _claims(account: Account) -> Iterator[str]:
    said = account.provenance
    if said.origin != "submitted":
        yield "whether that model wrote it: the provider says so"
    elif said.author:
        yield "whether that author wrote it: who handed it in says so"
    else:
        yield "who wrote it"
    if account.approver:
        yield "whether the approver is who the name says"
