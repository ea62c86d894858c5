"""Reading `[provider.NAME]`: every key, and what does not fit together."""

import re
from collections.abc import Sequence
from decimal import Decimal

from hatch_vibesafe.provider_config import (
    ANTHROPIC,
    APIS,
    CHAT,
    COMMAND,
    COMPLETIONS,
    GEMINI,
    JSON_FORMS,
    OPENAI_COMPATIBLE,
    PLUGIN,
    PROVIDER_KINDS,
    SCHEMA,
    SETTINGS,
    ProviderConfig,
)
from hatch_vibesafe.toml_table import Table

_HEAVIEST = 100
_USUAL_VARIABLES = {ANTHROPIC: "ANTHROPIC_API_KEY", GEMINI: "GEMINI_API_KEY"}
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_HOSTED = frozenset({OPENAI_COMPATIBLE, ANTHROPIC, GEMINI})
_ONLY_FOR = {
    "api": frozenset({OPENAI_COMPATIBLE}),
    "key": _HOSTED | {PLUGIN},
    "read_timeout": _HOSTED | {PLUGIN},
    "command": frozenset({COMMAND}),
    "environment": frozenset({COMMAND}),
    "plugin": frozenset({PLUGIN}),
    "options": frozenset({PLUGIN}),
}
"""The kinds of provider that a key says something to; every other key says something to all."""


def read_provider(table: Table, name: str) -> ProviderConfig:
    """Return what `[provider.NAME]` says, with every wrong key recorded in the table."""
    kind = table.choice("kind", PROVIDER_KINDS, None)
    plugin = table.optional_text("plugin")
    variable, keyring = _key(table, _USUAL_VARIABLES.get(kind, "OPENAI_API_KEY"))
    provider = ProviderConfig(
        name=name,
        kind=f"{PLUGIN}:{plugin}" if kind == PLUGIN else kind,
        model=table.text("model", None),
        base_url=table.optional_address("base_url"),
        api_key_env=variable,
        keyring=keyring,
        temperature=table.optional_number("temperature"),
        seed=table.optional_integer("seed"),
        max_tokens=table.optional_integer("max_tokens"),
        reasoning_effort=table.optional_text("reasoning_effort"),
        timeout=table.seconds("timeout", 60.0),
        attempts=table.positive_integer("attempts", 3),
        connect_timeout=table.seconds("connect_timeout", 10.0),
        fallback=table.texts("fallback", ()),
        pool=table.texts("pool", ()),
        weight=table.positive_integer("weight", 1),
        concurrency=table.positive_integer("concurrency", 64),
        requests_per_minute=table.positive_integer("requests_per_minute", 0) or None,
        tokens_per_minute=table.positive_integer("tokens_per_minute", 0) or None,
        input_price=_price(table, "input_price"),
        output_price=_price(table, "output_price"),
        api=table.choice("api", APIS, CHAT),
        accepts=_accepted(table),
        read_timeout=table.seconds("read_timeout", 0.0) or None,
        command=table.texts("command", ()),
        environment=table.texts("environment", ()),
        options=table.table("options").scalars(),
        json=table.choice("json", JSON_FORMS, "") or None,
    )
    if (provider.input_price is None) != (provider.output_price is None):
        missing = "input_price" if provider.input_price is None else "output_price"
        table.problem(missing, "is missing beside the other price", f"add {missing}, in US dollars a million tokens")
    if provider.weight > _HEAVIEST:
        table.problem("weight", f"is {provider.weight}", f"write an integer from 1 to {_HEAVIEST}")
    if provider.max_tokens is not None and provider.max_tokens < 1:
        table.problem("max_tokens", f"is {provider.max_tokens}", "write a number of 1 or more, or leave it out")
    if provider.temperature is not None and not 0 <= provider.temperature <= 2:  # noqa: PLR2004 - the widest range that any provider takes
        table.problem("temperature", f"is {provider.temperature}", "write a number from 0 to 2, or leave it out")
    if provider.json is not None and provider.api == COMPLETIONS:
        table.problem("json", f"says nothing to api = {COMPLETIONS!r}, which begins the answer", "remove one of them")
    if provider.json not in {None, SCHEMA} and kind == ANTHROPIC:
        table.problem("json", f"is {provider.json!r}, which the API does not know", f'write json = "{SCHEMA}"')
    _refuse_misplaced(table, kind)
    if kind == PLUGIN and plugin is None:
        table.problem("plugin", "is missing", 'add plugin = "NAME", the name under which its package has it')
    if provider.kind == COMMAND:
        _refuse_wrong_command(table, provider)
    table.refuse_unknown()
    return provider


def _key(table: Table, usual: str) -> tuple[str, tuple[str, str] | None]:
    """Return the variable that holds the key, and its place in the keyring if any. No problem repeats a value."""
    variable = table.optional_text("api_key_env", shown=False)
    place = table.optional_text("key", shown=False)
    if place is None:
        if variable is not None and not _VARIABLE.fullmatch(variable):
            remedy = "write the variable's name here and keep the key itself in the environment"
            table.problem("api_key_env", "is not the name of an environment variable", remedy)
        return variable or usual, None
    if variable is not None:
        table.problem("key", "says where the key is, and so does api_key_env", "remove one of them")
    scheme, _, rest = place.partition(":")
    service, _, user = rest.rpartition("/")
    if scheme == "env" and _VARIABLE.fullmatch(rest):
        return rest, None
    if scheme == "keyring" and service and user and rest.isprintable():
        return usual, (service, user)
    table.problem("key", "does not say where the key is", 'write "env:NAME" or "keyring:SERVICE/USER", never a key')
    return usual, None


def _refuse_misplaced(table: Table, kind: str) -> None:
    for key, kinds in _ONLY_FOR.items():
        if key in table and kind in PROVIDER_KINDS and kind not in kinds:
            table.problem(key, f"says nothing to a provider of kind {kind!r}", "remove it")


def _refuse_wrong_command(table: Table, provider: ProviderConfig) -> None:
    if not provider.command or not provider.command[0].strip():
        table.problem("command", "names no program", 'write the program and its arguments: ["program", "argument"]')
    elif any("\0" in argument for argument in provider.command):
        table.problem("command", "holds a zero byte, which no argument can", "remove it")
    unset = provider.named_in_command - {name for name, _ in provider.sent}
    for name in sorted(unset):
        table.problem("command", f"names {{{name}}}, which is not set", f"set {name}, or remove it from the arguments")
    for name in provider.environment:
        if not _VARIABLE.fullmatch(name):
            remedy = "write the names of variables here and keep their values in the environment"
            table.problem("environment", "holds what is not the name of an environment variable", remedy)


def refuse_wrong_names(table: Table, providers: Sequence[ProviderConfig]) -> None:
    """Record every provider that another names and that is not configured, or that it names twice.

    Two that stand in for each other are none of these: whose place one takes, its own stand-ins are not asked for.
    `table` is `[provider]`.
    """
    names = [provider.name for provider in providers]
    for provider in providers:
        others = [name for name in names if name != provider.name]
        for key, named, before in (("pool", provider.pool, ()), ("fallback", provider.fallback, provider.pool)):
            for name in _repeated(named, before):
                what = f"names {name!r} {'beside pool' if name in before else 'twice'}, and nobody is asked twice"
                table.problem(f"{provider.name}.{key}", what, f"write {name!r} once, in pool or in fallback")
            for name in dict.fromkeys(named):
                if name not in others:
                    added = "leave it out" if name == provider.name else f"add a [provider.{name}] table"
                    remedy = f"choose from {', '.join(others)}" if others else added
                    table.problem(f"{provider.name}.{key}", f"names {name!r}, which is no other provider", remedy)


def _repeated(named: Sequence[str], before: Sequence[str]) -> list[str]:
    return [name for name in dict.fromkeys(named) if named.count(name) + (name in before) > 1]


def _accepted(table: Table) -> tuple[str, ...] | None:
    accepted = table.texts("accepts", ())
    for name in accepted:
        if name not in SETTINGS:
            table.problem("accepts", f"names {name!r}, which is no setting", f"choose from {', '.join(SETTINGS)}")
    return accepted if "accepts" in table else None


def _price(table: Table, key: str) -> Decimal | None:
    price = table.optional_number(key)
    if price is not None and price < 0:
        table.problem(key, f"is {price:g}", "write US dollars a million tokens, 0 where it costs nothing")
    return None if price is None else Decimal(str(price))
