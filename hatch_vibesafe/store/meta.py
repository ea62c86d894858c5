"""`meta.toml`: what a checkpoint was made for, who made it, and the digests that its name is made of."""

import re
from dataclasses import dataclass
from typing import Literal

from hatch_vibesafe.identity import CheckpointHash, Digest, SpecHash, UnitId, checkpoint_hash, digest
from hatch_vibesafe.problems import Problem, VibesafeHashMismatch
from hatch_vibesafe.store.records import Checkpoint, Provenance
from hatch_vibesafe.store.strict import Record, parse
from hatch_vibesafe.store.toml import dump

FORMAT = 1

_CREATED = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}(\+00:00|Z)", re.ASCII)
ORIGINS: dict[str, Literal["generated", "submitted", "recorded"]] = {
    "generated": "generated",
    "submitted": "submitted",
    "recorded": "recorded",
}


@dataclass(frozen=True, slots=True)
class Meta:
    """A checkpoint without its implementation's bytes: `implementation` is their digest. See `records.Checkpoint`."""

    unit: UnitId
    spec_hash: SpecHash
    prompt: Digest
    implementation: Digest
    parts: tuple[tuple[str, Digest], ...]
    provenance: Provenance
    hash: CheckpointHash
    uses: tuple[tuple[str, Digest], ...] = ()
    deps: tuple[tuple[str, str], ...] = ()


def meta_bytes(checkpoint: Checkpoint) -> bytes:
    """Return the content of a checkpoint's `meta.toml`, the same bytes for the same checkpoint everywhere.

    Raises:
        ValueError: if a text in it is not writable as UTF-8.
    """
    provenance = checkpoint.provenance
    parent = {} if provenance.parent is None else {"parent": provenance.parent}
    asked = {"strategy": provenance.strategy, "in_place_of": provenance.in_place_of}
    granted = {"capabilities": provenance.capabilities} if provenance.capabilities else {}
    return dump(
        {
            "format": FORMAT,
            "unit": str(checkpoint.unit),
            "checkpoint": checkpoint.hash,
            "spec_hash": checkpoint.spec_hash,
            "prompt": checkpoint.prompt,
            "implementation": digest(checkpoint.implementation),
            "parts": dict(checkpoint.parts),
            "uses": dict(checkpoint.uses),
            **({"deps": dict(checkpoint.deps)} if checkpoint.deps else {}),
            "provenance": {
                "origin": provenance.origin,
                "author": provenance.author,
                "provider": provenance.provider,
                "provider_kind": provenance.provider_kind,
                "model_answered": provenance.model_answered,
                "template": provenance.template,
                "attempt": provenance.attempt,
                **{name: value for name, value in asked.items() if value},
                **granted,
                "repairs": provenance.repairs,
                **parent,
                "created": provenance.created,
                "tool": provenance.tool,
                "sent": dict(provenance.sent),
            },
        }
    )


def parse_meta(content: bytes, file: str, remedy: str) -> Meta:
    """Return what the bytes of a `meta.toml` say, having computed the checkpoint hash anew from them.

    `file` and `remedy` are named in the problems.

    Raises:
        VibesafeHashMismatch: with everything that is wrong: no whole TOML, a missing or unknown key, a wrong type, a
            checkpoint hash that is not that of the spec hash, prompt and implementation digests beside it.
    """
    problems: list[Problem] = []
    record = parse(content, file, remedy, problems, FORMAT)
    if record is None:
        raise VibesafeHashMismatch(*problems)
    meta = Meta(
        unit=_unit(record),
        spec_hash=SpecHash(record.digest("spec_hash")),
        prompt=record.digest("prompt"),
        implementation=record.digest("implementation"),
        parts=_parts(record.record("parts")),
        provenance=_provenance(record.record("provenance")),
        hash=CheckpointHash(record.digest("checkpoint")),
        uses=_parts(record.record("uses")),
        deps=_deps(record.record("deps")) if "deps" in record.names() else (),
    )
    record.finish()
    if not problems and meta.hash != checkpoint_hash(meta.spec_hash, meta.prompt, meta.implementation, meta.uses):
        record.problem("checkpoint", "is not the hash of the spec hash, prompt, implementation and uses beside it")
    if problems:
        raise VibesafeHashMismatch(*problems)
    return meta


def is_creation_time(text: str) -> bool:
    """Return whether a time is UTC, ISO 8601 with microseconds, so that the order of texts is that of times."""
    return _CREATED.fullmatch(text) is not None


def _unit(record: Record) -> UnitId:
    text = record.text("unit")
    try:
        return UnitId.parse(text)
    except ValueError as error:
        if text:
            record.problem("unit", str(error))
        return UnitId("unreadable", "unreadable")


def _parts(record: Record) -> tuple[tuple[str, Digest], ...]:
    return tuple((name, record.digest(name)) for name in record.names())


def _deps(record: Record) -> tuple[tuple[str, str], ...]:
    found = tuple((name, record.text(name)) for name in record.names())
    record.finish()
    return found


def _provenance(record: Record) -> Provenance:
    sent = record.record("sent")
    origin = record.text("origin")
    if origin and origin not in ORIGINS:
        record.problem("origin", f"is {origin!r}, not one of {', '.join(ORIGINS)}")
    parent = record.optional_digest("parent")
    created = record.text("created")
    if created and not is_creation_time(created):
        record.problem("created", f"is {created!r}, not a time in UTC with microseconds")
    provenance = Provenance(
        origin=ORIGINS.get(origin, "submitted"),
        author=record.text("author"),
        provider=record.text("provider"),
        provider_kind=record.text("provider_kind"),
        model_answered=record.text("model_answered"),
        template=record.text("template"),
        sent=tuple((name, sent.scalar(name)) for name in sent.names()),
        attempt=record.integer("attempt"),
        repairs=record.texts("repairs"),
        parent=None if parent is None else CheckpointHash(parent),
        created=created,
        tool=record.text("tool"),
        strategy=record.text("strategy") if "strategy" in record.names() else "",
        in_place_of=record.text("in_place_of") if "in_place_of" in record.names() else "",
        capabilities=record.texts("capabilities") if "capabilities" in record.names() else (),
    )
    record.finish()
    return provenance
