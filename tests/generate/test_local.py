"""A real model on this machine's processor, where one is installed; the refusals everywhere."""

import importlib.util
from dataclasses import replace
from pathlib import Path

import pytest

from hatch_vibesafe.config import ProviderConfig
from hatch_vibesafe.generate.model_store import DEFAULT_MODEL, find_model
from hatch_vibesafe.generate.providers.failures import ProviderUnusableError
from hatch_vibesafe.generate.providers.local import Local
from hatch_vibesafe.generate.providers.protocol import Message, Request

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


def test_a_model_that_is_not_installed_is_named_with_its_remedy() -> None:
    with pytest.raises(ProviderUnusableError) as failure:
        Local(replace(CONFIG, model="no-such-model")).ask(REQUEST)
    assert failure.value.problems[0].remedy == "vibesafe model install"


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
