"""What models take beside the prompt, as data; a table's `accepts` says it of a model that is not known here. Pure.

Of an unknown model only the settings that every server of its kind takes are sent. Sources: the API references of
OpenAI ("Reasoning models", "Structured outputs"), Anthropic ("Messages", "Effort", "Structured outputs") and Google
("Generating content", "Thinking", "Structured output").
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from hatch_vibesafe.problems import Problem
from hatch_vibesafe.provider_config import ANTHROPIC, COMMAND, ProviderConfig

_SAFE = {
    "openai-compatible": {"temperature", "seed", "max_tokens"},
    "local": {"temperature", "seed", "max_tokens", "json"},
    "anthropic": {"max_tokens"},
    "gemini": {"temperature", "max_tokens"},
}
"""What a model takes of which nothing else is known, by the kind of its provider."""


@dataclass(frozen=True, slots=True)
class _Known:
    """Models of one kind of provider: a pattern of their names, behind the last slash, and what they take."""

    kind: str
    models: str
    accepts: frozenset[str]


_KNOWN = tuple(
    _Known(kind, models, frozenset(accepts.split()))
    for kind, models, accepts in (
        ("openai-compatible", r"gpt-5(\.\d+)?-chat.*", "temperature seed max_tokens samples"),
        ("openai-compatible", r"o1-(mini|preview).*", "seed max_tokens reasoning_effort"),
        ("openai-compatible", r"(gpt-[5-9]|o\d).*", "seed max_tokens reasoning_effort json"),
        ("openai-compatible", r"gpt-4(o|\.1)(-mini|-nano)?(-2.*)?", "temperature seed max_tokens samples json"),
        ("openai-compatible", r"(gpt-3\.5|gpt-4|chatgpt-4).*", "temperature seed max_tokens samples"),
        ("openai-compatible", r"gpt-oss.*", "temperature seed max_tokens reasoning_effort"),
        ("anthropic", r"claude-[23].*", "temperature max_tokens"),
        ("anthropic", r"claude-(opus|sonnet|haiku)-4-5(-\d{8}|-latest)?", "temperature max_tokens json"),
        ("anthropic", r"claude-(opus|sonnet|haiku)-4(-[0-4])?(-\d{8}|-latest)?", "temperature max_tokens"),
        ("anthropic", r"claude-(opus|sonnet)-4-6.*", "temperature max_tokens reasoning_effort json"),
        ("anthropic", r"claude-(opus|sonnet)-4-[7-9].*", "max_tokens reasoning_effort json"),
        ("gemini", r"gemini-[12].*", "temperature seed max_tokens json"),
        ("gemini", r"gemini-3.*", "temperature seed max_tokens reasoning_effort json"),
    )
)
"""The first that fits counts."""


def accepted(config: ProviderConfig) -> frozenset[str]:
    """Return which of `SETTINGS` a provider's model takes: what its table says, else what is known of the model."""
    if config.accepts is not None:
        return frozenset(config.accepts)
    if config.kind == COMMAND:
        return config.named_in_command
    model = config.model.rpartition("/")[2].lower()
    known = (each.accepts for each in _KNOWN if each.kind == config.kind and re.fullmatch(each.models, model))
    return next(known, frozenset(_SAFE.get(config.kind, ())))


def warmest(config: ProviderConfig) -> float:
    """Return the highest temperature that the models of a provider take."""
    return 1.0 if config.kind == ANTHROPIC else 2.0


def refused_settings(config: ProviderConfig) -> Iterator[Problem]:
    """Yield a problem for each setting that is configured and that the model does not take."""
    taken = accepted(config)
    for name, value in config.sent:
        if name != "model" and name not in taken:
            settings = f"[provider.{config.name}]"
            what = f"is {value!r}, and as far as is known {config.model} does not take it"
            remedy = f'remove it, or add "{name}" to accepts in {settings} where the model does'
            if config.kind == COMMAND:
                what = f"is {value!r}, and the program's arguments do not name it"
                remedy = f"remove it, or write {{{name}}} where command in {settings} is to hold it"
            yield Problem(f"{settings} {name}", what, remedy)
        elif name == "temperature" and isinstance(value, int | float) and value > warmest(config):
            what = f"is {value:g}, and models of kind {config.kind} take no more than {warmest(config):g}"
            yield Problem(f"[provider.{config.name}] {name}", what, f"write a number from 0 to {warmest(config):g}")
