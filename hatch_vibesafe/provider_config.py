"""What answers a prompt, as `[provider.NAME]` says it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

OPENAI_COMPATIBLE = "openai-compatible"
LOCAL = "local"
COMMAND = "command"
ANTHROPIC = "anthropic"
GEMINI = "gemini"
PLUGIN = "plugin"
PROVIDER_KINDS = (OPENAI_COMPATIBLE, ANTHROPIC, GEMINI, LOCAL, COMMAND, PLUGIN)
CHAT = "chat"
COMPLETIONS = "completions"
APIS = (CHAT, COMPLETIONS)
JSON = "json"
SCHEMA = "schema"
OBJECT = "object"
JSON_FORMS = (SCHEMA, OBJECT)
SETTINGS = ("temperature", "seed", "max_tokens", "reasoning_effort", "samples", JSON)
"""What a model may take beside the prompt; "samples" are several answers to one request."""

_NAMED = re.compile(r"\{(model|temperature|seed|max_tokens|reasoning_effort|json)\}")


@dataclass(frozen=True, slots=True)
class ProviderConfig:
    """One `[provider.NAME]` table.

    Attributes:
        name: NAME.
        kind: What answers: one of `PROVIDER_KINDS`; of a plugin with its name behind a colon.
        model: The model that is asked; for `local` a model's name or the path of a GGUF file.
        base_url: Where an `openai-compatible` provider is; None for the client's own default.
        api_key_env: The environment variable that holds the key. The key itself is never configured.
        keyring: The service and the user name under which the keyring holds the key; None where the variable does.
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
        command: The program of a `command`, and its arguments; `{model}` and the like stand for what is sent.
        environment: The variables that the program gets beside the harmless ones.
        options: What a plugin is told, sorted by name.
        json: How the API is asked to answer with a JSON object, one of `JSON_FORMS`; None for a Markdown answer.
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
    keyring: tuple[str, str] | None = None
    command: tuple[str, ...] = ()
    environment: tuple[str, ...] = ()
    options: tuple[tuple[str, str | int | float | bool], ...] = ()
    json: str | None = None

    @property
    def plugin(self) -> str:
        """The name under which another package has this provider; empty where it is one of ours."""
        return self.kind.removeprefix(f"{PLUGIN}:") if self.kind.startswith(f"{PLUGIN}:") else ""

    @property
    def key_place(self) -> str:
        """Where the key is, for people."""
        return self.api_key_env if self.keyring is None else f"the keyring ({'/'.join(self.keyring)})"

    @property
    def named_in_command(self) -> frozenset[str]:
        """What of that which is sent stands in the program's arguments."""
        return frozenset(name for argument in self.command for name in _NAMED.findall(argument))

    def arguments(self, sent: Mapping[str, object]) -> list[str]:
        """Return the program and its arguments, with what is sent in the places that are named for it."""
        return [_NAMED.sub(lambda found: str(sent.get(found[1], "")), argument) for argument in self.command]

    @property
    def asked(self) -> tuple[tuple[str, str | int | float], ...]:
        """What the spec hash holds: what is sent, to which kind of provider, and through which API if not the usual."""
        api = () if self.api == CHAT else (("api", self.api),)
        return tuple(sorted((*self.sent, ("provider", self.kind), *api)))

    @property
    def sent(self) -> tuple[tuple[str, str | int | float], ...]:
        """What is sent beside the prompt, sorted by name; a setting that is unset is absent."""
        settings = {
            JSON: self.json,
            "max_tokens": self.max_tokens,
            "model": self.model,
            "reasoning_effort": self.reasoning_effort,
            "seed": self.seed,
            "temperature": self.temperature,
        }
        return tuple((name, value) for name, value in settings.items() if value is not None)
