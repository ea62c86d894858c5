"""Read a baked package's statement back, strictly. Pure: bytes in.

Unknown keys are passed over, as in-toto's parsing rules ask of who reads a statement.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from hatch_vibesafe.canonical_json import parse_canonical_json
from hatch_vibesafe.identity import CheckpointHash, Digest, SpecHash, UnitId, checkpoint_hash
from hatch_vibesafe.problems import Problem, VibesafeHashMismatch
from hatch_vibesafe.ship.account import Account
from hatch_vibesafe.ship.statement import PREDICATE_TYPE, STATEMENT_TYPE
from hatch_vibesafe.spec.contract_modes import CONTRACT_MODES, OFF
from hatch_vibesafe.store.meta import ORIGINS
from hatch_vibesafe.store.records import GateRecord, Provenance
from hatch_vibesafe.store.strict import Record


def read_statement(content: bytes, where: str, remedy: str) -> tuple[Account, ...]:
    """Return what a statement says of each implementation, in its order.

    Args:
        content: The bytes of the statement, which has been compared with the manifest.
        where: What to name in problems.
        remedy: What mends them.

    Raises:
        VibesafeHashMismatch: with everything that is wrong: no canonical JSON, no statement of ours, or one that does
            not agree with itself.
    """
    problems: list[Problem] = []
    try:
        value = parse_canonical_json(content)
    except ValueError as error:
        raise VibesafeHashMismatch(Problem(where, f"is not a statement: {error}", remedy)) from None
    if not isinstance(value, dict):
        raise VibesafeHashMismatch(Problem(where, "is not a statement: it is no table", remedy))
    statement = Record(dict(value), where, remedy, problems)
    for key, expected in (("_type", STATEMENT_TYPE), ("predicateType", PREDICATE_TYPE)):
        found = statement.text(key)
        if found and found != expected:
            statement.problem(key, f"is {found!r:.80}, where {expected} is expected")
    subjects = _subjects(statement)
    predicate = statement.record("predicate")
    records = predicate.records("units")
    accounts = tuple(_account(record, subjects) for record in records)
    _once(predicate, "units", [str(account.unit) for account in accounts])
    implementations = [record.text("implementation") for record in records]
    _once(predicate, "units", implementations)
    checking = [record.text("checkedBy") for record in records if "checkedBy" in record.names()]
    _once(predicate, "units", checking)
    for path in sorted({*checking} - subjects.keys()):
        predicate.problem("units", f"has calls checked by {path!r:.80}, which is no subject of the statement")
    for path in sorted(subjects):
        if path.endswith(".py") and path not in (*implementations, *checking):
            predicate.problem("units", f"says nothing of {path!r:.80}")
    if problems:
        raise VibesafeHashMismatch(*problems)
    return accounts


def _once(record: Record, key: str, names: Sequence[str]) -> None:
    for name, count in sorted(Counter(names).items()):
        if count > 1:
            record.problem(key, f"holds {name!r:.80} more than once")


def _subjects(statement: Record) -> dict[str, Digest]:
    records = statement.records("subject")
    names = [record.text("name") for record in records]
    _once(statement, "subject", names)
    return {name: record.record("digest").digest("sha256") for name, record in zip(names, records, strict=True)}


def _account(record: Record, subjects: Mapping[str, Digest]) -> Account:
    uses = tuple((use.text("name"), use.record("digest").digest("sha256")) for use in record.records("uses"))
    account = Account(
        unit=_unit(record),
        spec_hash=SpecHash(record.digest("specHash")),
        checkpoint=CheckpointHash(record.digest("checkpoint")),
        prompt=record.digest("promptDigest"),
        provenance=_provenance(record),
        sandbox=record.text("sandbox"),
        gates=tuple(_gates(record)),
        approver=record.text("approver"),
        # Statements of earlier releases do not say.
        capabilities=record.texts("capabilities") if "capabilities" in record.names() else (),
        contracts=record.text("contracts") if "contracts" in record.names() else OFF,
    )
    if (account.contracts == OFF) == ("checkedBy" in record.names()) or account.contracts not in CONTRACT_MODES:
        record.problem("contracts", "does not say what its checkedBy checks")
    path = record.text("implementation")
    if path not in subjects:
        record.problem("implementation", f"is {path!r:.80}, which is no subject of the statement")
    elif account.checkpoint != checkpoint_hash(account.spec_hash, account.prompt, subjects[path], uses):
        record.problem("checkpoint", "is not the hash of the spec hash, prompt, implementation and uses beside it")
    return account


def _unit(record: Record) -> UnitId:
    text = record.text("unit")
    try:
        return UnitId.parse(text)
    except ValueError as error:
        record.problem("unit", str(error))
        return UnitId("unreadable", "unreadable")


def _provenance(record: Record) -> Provenance:
    sent, origin, parent = record.record("sent"), record.text("origin"), record.text("parent")
    if origin not in ORIGINS:
        record.problem("origin", f"is {origin!r:.80}, not one of {', '.join(ORIGINS)}")
    return Provenance(
        origin=ORIGINS.get(origin, "submitted"),
        author=record.text("author"),
        provider=record.text("provider"),
        provider_kind=record.text("providerKind"),
        model_answered=record.text("modelAnswered"),
        template=record.text("template"),
        sent=tuple((name, sent.scalar(name)) for name in sent.names()),
        attempt=record.integer("attempt"),
        repairs=record.texts("repairs"),
        parent=CheckpointHash(record.digest("parent")) if parent else None,
        created="",
        tool=record.text("tool"),
        in_place_of=record.text("inPlaceOf") if "inPlaceOf" in record.names() else "",
    )


def _gates(record: Record) -> Iterator[GateRecord]:
    for gate in record.records("gates"):
        counts = gate.record("counts")
        yield GateRecord(
            gate=gate.text("gate"),
            tool=gate.text("tool"),
            version=gate.text("version"),
            passed=gate.boolean("passed"),
            counts=tuple((name, counts.integer(name)) for name in counts.names()),
        )
