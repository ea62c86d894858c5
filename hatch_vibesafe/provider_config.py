"""`[provider.NAME]`: what answers a prompt."""

import re
from dataclasses import dataclass

from hatch_vibesafe.toml_table import Table

PROVIDER_KINDS = ("openai-compatible", "local")


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
    )
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
