"""`docs/events.schema.json` describes every line of `compile --events`, and no key that is told is missing in it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import cast, get_args

import jsonschema
import pytest

from hatch_vibesafe.cli.event_documents import event_document
from hatch_vibesafe.generate import events
from hatch_vibesafe.generate.strategy import Strategy
from tests.cli.conftest import Command
from tests.generate.conftest import ModelServer, Reply

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "events.schema.json").read_text(encoding="utf-8"))
KINDS = tuple(str(each["$ref"]).rpartition("/")[2] for each in SCHEMA["oneOf"])
DOUBLE = ("compile", "--target", "app.math/double")


def strict(schema: object) -> object:
    """Return a schema that takes no key beside those that it describes."""
    if isinstance(schema, list):
        return [strict(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {"additionalProperties": False} if "properties" in schema else {}
    return {name: strict(value) for name, value in schema.items()} | closed


VALIDATOR = jsonschema.Draft202012Validator(cast("Mapping[str, object]", strict(SCHEMA)))


def told(asking: Path) -> list[dict[str, object]]:
    """Return the events that were told, each of them valid."""
    lines = (asking / "run.jsonl").read_text(encoding="ascii").splitlines()
    found = [json.loads(line) for line in lines]
    for each in found:
        VALIDATOR.validate(each)
    return found


def test_the_schema_is_one_and_knows_every_kind_of_event_and_every_strategy() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert set(KINDS) == {each.__name__.lower() for each in get_args(events.Event)} | {"ended"}
    assert tuple(SCHEMA["$defs"]["strategy"]["enum"]) == get_args(Strategy)


def test_what_a_run_tells_is_as_described(asking: Path, command: Command, server: ModelServer) -> None:
    first = server.replies
    server.replies = [Reply(status=429, headers={"Retry-After": "0"}), Reply(behaviour="reset"), *first]
    kinds: set[object] = set()
    assert command(*DOUBLE, "--events", "run.jsonl").code == 0
    kinds |= {each["event"] for each in told(asking)}
    assert command(*DOUBLE, "--events", "run.jsonl", "--force", "--offline").code == 0
    assert {each.get("recorded") for each in told(asking) if each["event"] == "answered"} == {True}
    server.replies = [Reply(content="no code at all")]
    assert command("compile", "--events", "run.jsonl", "--force", "--max-calls", "2").code == 1
    kinds |= {each["event"] for each in told(asking)}
    server.replies = [Reply(status=401)]
    assert command("compile", "--events", "run.jsonl", "--force").code == 1
    assert {each["outcome"] for each in told(asking) if each["event"] == "requested"} == {"unusable"}
    (asking / "vibesafe.toml").unlink()
    assert command("compile", "--events", "run.jsonl").code == 1
    kinds |= {each["event"] for each in told(asking)}
    assert set(KINDS) - kinds == {"interrupted"}


def test_an_interrupt_is_as_described() -> None:
    document = event_document(events.Interrupted(3)) | {"run": "r", "at": "2026-01-02T03:04:05.000006Z"}
    VALIDATOR.validate(document)
    with pytest.raises(jsonschema.ValidationError):
        VALIDATOR.validate(document | {"waiting": -1})
    with pytest.raises(jsonschema.ValidationError):
        VALIDATOR.validate(document | {"more": 1})
