"""A real model on this machine's processor, where one is installed; the refusals everywhere."""

import importlib
import importlib.util
from dataclasses import replace
from pathlib import Path

import pytest

from hatch_vibesafe.generate.json_answer import asks_for_json
from hatch_vibesafe.generate.model_store import DEFAULT_MODEL, find_model, models_directory
from hatch_vibesafe.generate.providers.failures import ProviderUnusableError
from hatch_vibesafe.generate.providers.local import Local
from hatch_vibesafe.generate.providers.openai_compatible import OpenAICompatible
from hatch_vibesafe.generate.providers.protocol import Message, Request
from hatch_vibesafe.provider_config import ProviderConfig

CONFIG = ProviderConfig("default", "local", DEFAULT_MODEL)
BEGINNING = (
    '```python\ndef is_even(n: int) -> bool:\n    """Say whether n is even.\n\n    >>> is_even(2)\n    True\n    """'
)
REQUEST = Request(
    (Message("user", "Complete the Python function `is_even`."), Message("assistant", BEGINNING)),
    (("max_tokens", 60), ("model", DEFAULT_MODEL), ("seed", 1), ("temperature", 0)),
    ("\n```", "\ndef "),
)
LLAMA = importlib.util.find_spec("xllamacpp") is not None
needs_model = pytest.mark.skipif(
    not LLAMA or find_model(DEFAULT_MODEL) is None, reason="xllamacpp or the model is missing: vibesafe model install"
)


def remedy_without(model: str) -> str:
    with pytest.raises(ProviderUnusableError) as failure:
        Local(replace(CONFIG, model=model)).ask(REQUEST)
    return failure.value.problems[0].remedy


def test_a_model_that_is_not_installed_is_named_with_what_mends_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert remedy_without(DEFAULT_MODEL) == "vibesafe model install"
    other = f"vibesafe model install FILE.gguf, or name another model in [provider.{CONFIG.name}]"
    assert remedy_without("no-such-model") == other
    models_directory().mkdir(parents=True)
    (models_directory() / "tiny.gguf").write_bytes(b"GGUF")
    assert remedy_without("no-such-model") == f"{other} (installed: tiny)"


@pytest.mark.skipif(not LLAMA, reason="xllamacpp has no wheel for this platform")
def test_a_file_that_is_no_model_is_a_problem_and_no_crash(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "broken.gguf"
    file.write_bytes(b"GGUF" + bytes(100))
    with pytest.raises(ProviderUnusableError, match="cannot be loaded"):
        Local(replace(CONFIG, model=str(file))).ask(REQUEST)
    assert capfd.readouterr() == ("", "")


@needs_model
def test_a_model_continues_the_beginning_and_says_nothing_on_the_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    answer = Local(CONFIG).ask(REQUEST)
    assert "return" in answer.text
    assert "def is_even" not in answer.text
    assert answer.model == DEFAULT_MODEL
    assert answer.output_tokens > 0
    assert Local(CONFIG).ask(REQUEST).text == answer.text
    assert capfd.readouterr() == ("", "")


@needs_model
def test_a_model_is_held_to_a_json_object() -> None:
    config = replace(CONFIG, json="schema", max_tokens=24, seed=1, temperature=0.0)
    assert asks_for_json(config.sent)
    answer = Local(config).ask(Request((Message("user", "Write a poem, and no code."),), config.sent))
    assert answer.text.replace(" ", "").replace("\n", "").startswith('{"code":"')
    loose = replace(config, json="object").sent
    assert Local(config).ask(Request((Message("user", "Write a poem."),), loose)).text.lstrip().startswith("{")


@needs_model
def test_the_same_model_behind_its_own_http_server_answers_too(capfd: pytest.CaptureFixture[str]) -> None:
    path = find_model(DEFAULT_MODEL)
    assert path is not None
    llama = importlib.import_module("xllamacpp")
    parameters = llama.CommonParams()
    parameters.model.path = str(path)
    parameters.hostnames = ["127.0.0.1"]
    parameters.n_parallel, parameters.n_ctx = 1, 2048
    parameters.warmup, parameters.verbosity = False, -1
    parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = 2
    server = llama.Server(parameters)
    config = ProviderConfig(
        "served", "openai-compatible", "any", base_url=f"{server.listening_address}/v1", api_key_env="NO_SUCH_KEY"
    )
    request = Request((Message("user", "Say hello."),), (("max_tokens", 5), ("model", "any"), ("temperature", 0)))
    answer = OpenAICompatible(config).ask(request)
    assert (answer.output_tokens, answer.finish) == (5, "length")
    assert answer.text
    raw = OpenAICompatible(replace(config, api="completions", timeout=120)).ask(REQUEST)
    assert "return" in raw.text
    assert raw.output_tokens > 0
    assert capfd.readouterr() == ("", "")
