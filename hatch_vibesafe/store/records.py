"""What the store keeps: the data of checkpoints, evidence and index, as every other room reads them."""

from dataclasses import dataclass, field
from typing import Literal

from hatch_vibesafe.identity import CheckpointHash, Digest, SpecHash, UnitId

Scalar = str | int | float | bool


@dataclass(frozen=True, slots=True)
class GateRecord:
    """One gate's line in the evidence.

    Attributes:
        gate: The gate's name: "structure", "lint", "types", "doctests".
        tool: The program that judged, e.g. "mypy".
        version: Its version.
        passed: The outcome.
        counts: What was counted, e.g. `(("examples", 3),)`, sorted by name.
    """

    gate: str
    tool: str
    version: str
    passed: bool
    counts: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """Which gates a checkpoint passed, with which tools and settings. Holds no times, so that it is reproducible.

    Attributes:
        checkpoint: The checkpoint that was judged.
        meta: The digest of its `meta.toml`, so that the index pins the provenance too.
        settings: The digest of the gate settings that were in force.
        sandbox: The sandbox level that was reached, e.g. "L0".
        gates: One record a gate, in the order in which they ran.
    """

    checkpoint: CheckpointHash
    meta: Digest
    settings: Digest
    sandbox: str
    gates: tuple[GateRecord, ...]


@dataclass(frozen=True, slots=True)
class Provenance:
    """Who or what wrote an implementation.

    Attributes:
        origin: "generated" (a provider answered), "submitted" (a person or an agent handed the code in) or "recorded"
            (an answer recorded earlier was replayed).
        author: For submitted code, who says to have written it; else empty.
        provider: The provider's name in the configuration; empty for submitted code.
        provider_kind: Its kind, e.g. "openai-compatible".
        model_answered: The model that the provider says answered.
        template: The template's name.
        sent: What was sent, sorted by name.
        attempt: Which attempt of the run it was, from 1; 0 for submitted code.
        repairs: What was put right mechanically in the answer, in order.
        parent: The active checkpoint at the time, or None.
        created: When, UTC, ISO 8601 with microseconds: orders checkpoints of one spec, enters no hash.
        tool: Our version.
        strategy: How it was asked for ("first", "counterexample", ...); empty where it was not asked for.
        in_place_of: The provider that was asked, where another one answered since that one brought no answer, or no
            answer of it passed; else empty.
        capabilities: What the spec granted it beside computing.
    """

    origin: Literal["generated", "submitted", "recorded"]
    author: str
    provider: str
    provider_kind: str
    model_answered: str
    template: str
    sent: tuple[tuple[str, Scalar], ...]
    attempt: int
    repairs: tuple[str, ...]
    parent: CheckpointHash | None
    created: str
    tool: str
    strategy: str = ""
    in_place_of: str = ""
    capabilities: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A stored implementation.

    Attributes:
        unit: Whose implementation it is.
        spec_hash: The spec that it was made for.
        prompt: The digest of the prompt; of no bytes for submitted code.
        implementation: The bytes of `impl.py`.
        parts: The spec's part digests at that time, so that drift can say what moved.
        provenance: Who or what wrote it.
        hash: Its checkpoint hash.
        uses: The helpers beside the unit that it uses though the spec does not name them, with their digests.
        deps: The versions of what an endpoint passed its gates with, where they were frozen; they are in no hash.
    """

    unit: UnitId
    spec_hash: SpecHash
    prompt: Digest
    implementation: bytes
    parts: tuple[tuple[str, Digest], ...]
    provenance: Provenance
    hash: CheckpointHash
    uses: tuple[tuple[str, Digest], ...] = ()
    deps: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """A unit's line in the index.

    Attributes:
        active: The checkpoint that ships.
        evidence: The digest of its evidence.
        approver: Who made it the active one, as they say; empty where nobody is known to have.
    """

    active: CheckpointHash
    evidence: Digest
    approver: str = ""


@dataclass(frozen=True, slots=True)
class Index:
    """Unit id to active checkpoint."""

    units: dict[UnitId, IndexEntry] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back.

    Attributes:
        text: The answer's text.
        model: The model that the provider says answered.
        input_tokens: Tokens of the prompt as the provider counts them; 0 where it does not say.
        output_tokens: Tokens of the answer, likewise.
        finish: Why it ended: "stop", "length" (cut off), or the provider's own word.
        provider: The name of the provider that answered; empty where it is the one that was asked.
    """

    text: str
    model: str
    input_tokens: int = 0
    output_tokens: int = 0
    finish: str = "stop"
    provider: str = ""
