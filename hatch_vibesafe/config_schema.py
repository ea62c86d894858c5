"""A JSON Schema of the configuration, found out by letting the reader of the configuration ask for every key.

What is read and what is described cannot differ so: there is one list of keys, and it is the code that reads them.
The schema is a little wider than the reader, which also compares keys with each other; whatever the schema refuses is
refused by the reader too. Source: https://json-schema.org/draft-07/schema, which editors and validate-pyproject read.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from inspect import getdoc

from hatch_vibesafe.budget_config import Limits
from hatch_vibesafe.config import BuildConfig, Config, GatesConfig, PathsConfig, SandboxConfig, config_of
from hatch_vibesafe.generate_config import GenerateConfig
from hatch_vibesafe.ledger_config import LedgerConfig
from hatch_vibesafe.policy_config import PolicyConfig
from hatch_vibesafe.provider_config import ProviderConfig
from hatch_vibesafe.signing_config import SigningConfig
from hatch_vibesafe.toml_table import Table

DRAFT = "http://json-schema.org/draft-07/schema#"
Schema = dict[str, object]

_NAME = "NAME"
_DESCRIBED: Mapping[str, type] = {
    "": Config,
    "project": Config,
    "provider.NAME": ProviderConfig,
    "budget": Limits,
    "budget.unit": Limits,
    "paths": PathsConfig,
    "generate": GenerateConfig,
    "gates": GatesConfig,
    "policy": PolicyConfig,
    "sandbox": SandboxConfig,
    "build": BuildConfig,
    "ledger": LedgerConfig,
    "signing": SigningConfig,
}
_ATTRIBUTE = re.compile(r"^    (\w+): (.+(?:\n {8,}.+)*)", re.MULTILINE)


class _Asked(Table):
    """A table that holds nothing, answers with what any reader goes on with, and notes what it was asked for."""

    def __init__(self, path: str = "") -> None:
        super().__init__({}, "", path, [])
        self._described = _attributes(_DESCRIBED.get(path))
        self._properties: dict[str, Schema] = {}
        self._required: list[str] = []
        self._tables: dict[str, _Asked] = {}
        self._takes_any = False

    def __contains__(self, key: str) -> bool:
        return True

    def names(self) -> Iterator[str]:
        return iter((_NAME,))

    def table(self, key: str) -> "_Asked":
        return self._tables.setdefault(key, _Asked(self._dotted(key)))

    def optional_text(self, key: str, *, shown: bool = True) -> str | None:  # noqa: ARG002 - the accessor's signature
        self._note(key, {"type": "string", "minLength": 1})
        return None

    def optional_address(self, key: str) -> str | None:
        self._note(key, {"type": "string", "format": "uri", "pattern": "^https?://"})
        return None

    def text(self, key: str, default: str | None) -> str:
        self._note(key, {"type": "string", "minLength": 1}, default)
        self._required += [key] if default is None else []
        return default or ""

    def choice(self, key: str, choices: Sequence[str], default: str | None) -> str:
        self._note(key, {"enum": list(choices)}, default or None)
        self._required += [key] if default is None else []
        return default or ""

    def texts(self, key: str, default: tuple[str, ...]) -> tuple[str, ...]:
        self._note(key, {"type": "array", "items": {"type": "string"}}, list(default) or None)
        return default

    def boolean(self, key: str, *, default: bool) -> bool:
        self._note(key, {"type": "boolean"}, default)
        return default

    def optional_number(self, key: str) -> float | None:
        self._note(key, {"type": "number"})
        return None

    def optional_integer(self, key: str) -> int | None:
        self._note(key, {"type": "integer"})
        return None

    def positive(self, key: str, default: float) -> float:
        self._note(key, {"type": "number", "exclusiveMinimum": 0}, default or None)
        return default

    def positive_integer(self, key: str, default: int) -> int:
        self._note(key, {"type": "integer", "minimum": 1}, default or None)
        return default

    def scalars(self) -> tuple[tuple[str, str | int | float | bool], ...]:
        self._takes_any = True
        return ()

    def schema(self) -> Schema:
        """Return what was asked for, as a schema."""
        if self._takes_any:
            return {"type": "object", "additionalProperties": {"type": ["string", "number", "boolean"]}}
        tables = {name: table.schema() for name, table in self._tables.items()}
        if _NAME in tables:
            return {"type": "object", "additionalProperties": tables[_NAME]}
        described = self._described
        keys = {**self._properties, **{name: _with(described.get(name), table) for name, table in tables.items()}}
        required = {"required": sorted({*self._required})} if self._required else {}
        return {"type": "object", "properties": dict(sorted(keys.items())), **required, "additionalProperties": False}

    def _note(self, key: str, schema: Schema, default: object = None) -> None:
        described = _with(self._described.get(key), schema)
        self._properties[key] = described if default is None else {**described, "default": default}


def configuration_schema() -> Schema:
    """Return the JSON Schema (draft 7) of `vibesafe.toml` and of the table `[tool.vibesafe]`."""
    asked = _Asked()
    config_of(asked, "")
    about = {
        "$schema": DRAFT,
        "title": "vibesafe",
        "description": "vibesafe.toml, or [tool.vibesafe] in pyproject.toml",
    }
    return {**about, **asked.schema()}


def pyproject_schema() -> Schema:
    """Return the JSON Schema of a `pyproject.toml` of which only `[tool.vibesafe]` is described."""
    ours = {key: value for key, value in configuration_schema().items() if key != "$schema"}
    tool = {"type": "object", "properties": {"vibesafe": ours}}
    return {"$schema": DRAFT, "type": "object", "properties": {"tool": tool}}


def for_validate_pyproject(_tool: str) -> Schema:
    """Return the schema of `[tool.vibesafe]` as validate-pyproject asks for it, by an entry point."""
    return {**configuration_schema(), "$id": "urn:vibesafe:configuration"}


def _with(description: str | None, schema: Schema) -> Schema:
    return schema if description is None else {"description": description, **schema}


def _attributes(described: type | None) -> dict[str, str]:
    """Return what a dataclass says of its attributes in its docstring."""
    text = (described and getdoc(described)) or ""
    return {name: " ".join(said.split()) for name, said in _ATTRIBUTE.findall(text.partition("Attributes:\n")[2])}
