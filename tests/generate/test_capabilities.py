"""What models take: known ones by name, unknown ones the safe subset, and a table's word before both."""

from dataclasses import replace
from pathlib import Path

import pytest

from hatch_vibesafe.generate.providers.capabilities import accepted
from hatch_vibesafe.generate.providers.open import open_provider
from hatch_vibesafe.problems import VibesafeConfigurationError
from hatch_vibesafe.provider_config import ProviderConfig

HOSTED = ProviderConfig("default", "openai-compatible", "some-model")


@pytest.mark.parametrize(
    ("kind", "model", "takes", "refuses"),
    [
        ("openai-compatible", "gpt-4o-mini", {"temperature", "samples"}, {"reasoning_effort"}),
        ("openai-compatible", "openai/o3-mini", {"reasoning_effort"}, {"temperature", "samples"}),
        ("openai-compatible", "GPT-5-nano", {"reasoning_effort"}, {"temperature"}),
        ("openai-compatible", "gpt-5.1-chat-latest", {"temperature"}, {"reasoning_effort"}),
        ("openai-compatible", "gpt-oss-20b", {"temperature", "reasoning_effort"}, set()),
        ("openai-compatible", "some-model", {"temperature", "seed", "max_tokens"}, {"reasoning_effort", "samples"}),
        ("local", "any", {"temperature", "seed", "json"}, {"reasoning_effort", "samples"}),
        ("openai-compatible", "gpt-4o-2024-08-06", {"temperature", "samples", "json"}, set()),
        ("openai-compatible", "gpt-4.1-nano", {"temperature", "samples", "json"}, set()),
        ("openai-compatible", "gpt-4-turbo", {"temperature", "samples"}, {"json"}),
        ("openai-compatible", "o1-mini", {"reasoning_effort"}, {"json"}),
        ("openai-compatible", "o3", {"reasoning_effort", "json"}, set()),
        ("openai-compatible", "some-model", set(), {"json"}),
        ("anthropic", "claude-haiku-4-5-20251001", {"temperature", "json"}, set()),
        ("anthropic", "claude-opus-4-20250514", {"temperature"}, {"json"}),
        ("anthropic", "claude-opus-4-7", {"json"}, {"temperature"}),
        ("gemini", "gemini-2.5-flash", {"json"}, set()),
        ("gemini", "gemma-3", set(), {"json"}),
    ],
)
def test_a_model_takes_what_is_known_of_it(kind: str, model: str, takes: set[str], refuses: set[str]) -> None:
    taken = accepted(ProviderConfig("p", kind, model))
    assert takes <= taken
    assert not refuses & taken


@pytest.mark.parametrize(
    "config",
    [
        replace(HOSTED, reasoning_effort="low"),
        replace(HOSTED, model="o3", temperature=0.5),
        replace(HOSTED, kind="local", reasoning_effort="low"),
        replace(HOSTED, temperature=0.5, accepts=()),
        replace(HOSTED, json="schema"),
    ],
)
def test_a_setting_that_the_model_does_not_take_is_refused_and_accepts_overrules(config: ProviderConfig) -> None:
    with pytest.raises(VibesafeConfigurationError) as failure:
        open_provider(config, Path())
    [problem] = failure.value.problems
    name = problem.where.removeprefix("[provider.default] ")
    assert f'add "{name}" to accepts' in problem.remedy
    assert open_provider(replace(config, accepts=(name,)), Path()).kind == config.kind


def test_every_refused_setting_is_told_at_once() -> None:
    with pytest.raises(VibesafeConfigurationError) as failure:
        open_provider(replace(HOSTED, temperature=0.5, seed=1, max_tokens=5, accepts=("seed",)), Path())
    assert [problem.where for problem in failure.value.problems] == [
        "[provider.default] max_tokens",
        "[provider.default] temperature",
    ]


def test_what_is_configured_nowhere_is_refused_nowhere() -> None:
    assert open_provider(replace(HOSTED, accepts=()), Path()).kind == "openai-compatible"
