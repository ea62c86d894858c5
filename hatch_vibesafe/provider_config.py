"""`[provider.NAME]`: what answers a prompt."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from hatch_vibesafe.toml_table import Table

PROVIDER_KINDS = ("openai-compatible", "local")
CHAT = "chat"
COMPLETIONS = "completions"
APIS = (CHAT, COMPLETIONS)
SETTINGS = ("temperature", "seed", "max_tokens", "reasoning_effort", "samples")
"""What a model may take beside the prompt; "samples" are several answers to one request."""

_HEAVIEST = 100


@dataclass(frozen=True, slots=True)
class ProviderConfig:
    """One `[provider.NAME]` table.

    Attributes:
        name: NAME.
        kind: What answers: one of `PROVIDER_KINDS`.
        model: The model that is asked; for `local` a model's name or the path of a GGUF file.
        base_url: Where an `openai-compatible` provider is; None for the client's own default.
        api_key_env: The environment variable that holds the key. The key itself is never configured.
        temperature: Sent where set.
        seed: Sent where set.
        max_tokens: Sent where set.
        reasoning_effort: Sent where set.
        timeout: Seconds that one request may take.
        attempts: Provider calls that one unit may cost in one run.
        connect_timeout: Seconds that reaching the server may take.
        fallback: The providers that are asked in this one's place, in order, where it brings no answer.
        pool: The providers that take turns with this one.
        weight: How many turns this one has in a pool.
        concurrency: Requests that may be on their way to it at once.
        requests_per_minute: Its limit; None for none.
        tokens_per_minute: Likewise.
        input_price: US dollars for a million tokens of prompts; None for the published price.
        output_price: Likewise, of answers.
        api: How an `openai-compatible` provider is asked: one of `APIS`.
        accepts: Which of `SETTINGS` the model takes; None for what is known of it.
        read_timeout: Seconds that the server may be silent while it answers; None for no other limit than `timeout`.
    """

    name: str
    kind: str
    model: str
    base_url: str | None = None
    api_key_env: str = "OPENAI_API_KEY"
    temperature: float | None = None
    seed: int | None = None
    max_tokens: int | None = None
    reasoning_effort: str | None = None
    timeout: float = 60.0
    attempts: int = 3
    connect_timeout: float = 10.0
    fallback: tuple[str, ...] = ()
    pool: tuple[str, ...] = ()
    weight: int = 1
    concurrency: int = 64
    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None
    input_price: Decimal | None = None
    output_price: Decimal | None = None
    api: str = CHAT
    accepts: tuple[str, ...] | None = None
    read_timeout: float | None = None

    @property
    def asked(self) -> tuple[tuple[str, str | int | float], ...]:
        """What the spec hash holds: what is sent, to which kind of provider, and through which API if not the usual."""
        api = () if self.api == CHAT else (("api", self.api),)
        return tuple(sorted((*self.sent, ("provider", self.kind), *api)))

    @property
    def sent(self) -> tuple[tuple[str, str | int | float], ...]:
        """What is sent beside the prompt, sorted by name; a setting that is unset is absent."""
        settings = {
            "max_tokens": self.max_tokens,
            "model": self.model,
            "reasoning_effort": self.reasoning_effort,
            "seed": self.seed,
            "temperature": self.temperature,
        }
        return tuple((name, value) for name, value in settings.items() if value is not None)


def read_provider(table: Table, name: str) -> ProviderConfig:
    """Return what `[provider.NAME]` says, with every wrong key recorded in the table."""
    provider = ProviderConfig(
        name=name,
        kind=table.choice("kind", PROVIDER_KINDS, None),
        model=table.text("model", None),
        base_url=table.optional_address("base_url"),
        api_key_env=table.text("api_key_env", "OPENAI_API_KEY"),
        temperature=table.optional_number("temperature"),
        seed=table.optional_integer("seed"),
        max_tokens=table.optional_integer("max_tokens"),
        reasoning_effort=table.optional_text("reasoning_effort"),
        timeout=table.positive("timeout", 60.0),
        attempts=table.positive_integer("attempts", 3),
        connect_timeout=table.positive("connect_timeout", 10.0),
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
        read_timeout=table.positive("read_timeout", 0.0) or None,
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
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", provider.api_key_env):
        table.problem(
            "api_key_env",
            "is not the name of an environment variable",
            "write the variable's name here and keep the key itself in the environment",
        )
    table.refuse_unknown()
    return provider


def refuse_unknown_names(table: Table, providers: Sequence[ProviderConfig]) -> None:
    """Record every provider that another names and that is not configured; `table` is `[provider]`."""
    names = [provider.name for provider in providers]
    for provider in providers:
        others = [name for name in names if name != provider.name]
        for key, named in (("fallback", provider.fallback), ("pool", provider.pool)):
            for name in named:
                if name not in others:
                    remedy = f"choose from {', '.join(others)}" if others else f"add a [provider.{name}] table"
                    table.problem(f"{provider.name}.{key}", f"names {name!r}, which is no other provider", remedy)


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
