"""A model on this machine's processor: llama.cpp in this process, through `xllamacpp`."""

import importlib
import json
import os
import secrets
import threading
from pathlib import Path
from typing import Protocol

from hatch_vibesafe.generate.json_answer import response_format
from hatch_vibesafe.generate.model_store import DEFAULT_MODEL, find_model, installed_models
from hatch_vibesafe.generate.providers.completion import UnreadableCompletionError, read_completion
from hatch_vibesafe.generate.providers.failures import ProviderUnusableError
from hatch_vibesafe.generate.providers.protocol import Request
from hatch_vibesafe.generate.providers.redact import one_line
from hatch_vibesafe.problems import Problem, VibesafeProviderError
from hatch_vibesafe.provider_config import JSON, ProviderConfig
from hatch_vibesafe.store.records import Answer
from hatch_vibesafe.unexpected import reason

_CONTEXT = 8192
_MOST_TOKENS = 1024
_NO_LOG = -1
_LOADING = threading.Lock()
_LOADED: dict[Path, "_Model"] = {}


class _Server(Protocol):
    """What we use of `xllamacpp.Server`, which has no type hints."""

    def handle_chat_completions(self, request: dict[str, object]) -> object: ...


class _Model:
    """A loaded model; it writes one answer at a time."""

    def __init__(self, server: _Server) -> None:
        self._server = server
        self._busy = threading.Lock()

    def complete(self, request: dict[str, object]) -> object:
        with self._busy:
            return self._server.handle_chat_completions(request)


class Local:
    """Asks one GGUF model, loaded with the first question and kept for as long as this process runs."""

    def __init__(self, config: ProviderConfig) -> None:
        self._config = config

    @property
    def kind(self) -> str:
        """The configuration's word for this kind of provider."""
        return "local"

    @property
    def continues(self) -> bool:
        """Chat templates are applied here, so an answer can be begun for the model."""
        return True

    def ask(self, request: Request) -> Answer:
        """Return the answer.

        Raises:
            VibesafeProviderError: when there is none; `ProviderUnusableError` where the model cannot be loaded.
        """
        model = self._model()
        beginning = request.messages[-1].content if request.messages[-1].role == "assistant" else ""
        settings: dict[str, object] = {"max_tokens": _MOST_TOKENS, **dict(request.sent)}
        if (form := settings.pop(JSON, None)) is not None:
            settings["response_format"] = response_format(form)
        settings["messages"] = [{"role": message.role, "content": message.content} for message in request.messages]
        settings["stop"] = list(request.stop)
        settings["t_max_predict_ms"] = int(self._config.timeout * 1000)
        try:
            answer = read_completion(_document(model.complete(settings)), self._config.model)
        except (UnreadableCompletionError, RuntimeError, ValueError) as error:
            what = f"brought no answer: {one_line(reason(error))}"
            raise VibesafeProviderError(
                Problem(self._settings, what, "give the model less to read, or choose another model")
            ) from None
        return Answer(
            text=answer.text.removeprefix(beginning),
            model=self._config.model,
            input_tokens=answer.input_tokens,
            output_tokens=answer.output_tokens,
            finish=answer.finish,
        )

    def _model(self) -> _Model:
        path = find_model(self._config.model)
        if path is None:
            what = f"the model {self._config.model} is not installed, and is no GGUF file"
            raise ProviderUnusableError(Problem(self._settings, what, self._way_to_a_model()))
        with _LOADING:
            if path not in _LOADED:
                _LOADED[path] = _Model(self._load(path))
            return _LOADED[path]

    def _way_to_a_model(self) -> str:
        if self._config.model == DEFAULT_MODEL:
            return "vibesafe model install"
        installed = ", ".join(installed_models())
        others = f" (installed: {installed})" if installed else ""
        return f"vibesafe model install FILE.gguf, or name another model in {self._settings}{others}"

    def _load(self, path: Path) -> _Server:
        # Read when the library is loaded: threads that spin while others compute slow all of them down twentyfold.
        os.environ.setdefault("OMP_WAIT_POLICY", "passive")
        try:
            llama = importlib.import_module("xllamacpp")
        except ImportError:
            what = "needs the package xllamacpp, which is not installed"
            raise ProviderUnusableError(Problem(self._settings, what, "pip install 'hatch-vibesafe[local]'")) from None
        parameters = llama.CommonParams()
        parameters.model.path = str(path)
        parameters.n_parallel = 1
        parameters.n_ctx = _CONTEXT
        parameters.n_predict = _MOST_TOKENS
        parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = _threads()
        parameters.warmup = False
        parameters.verbosity = _NO_LOG
        # The library opens a port of its own on this machine: nobody else is to use it.
        parameters.hostnames = ["127.0.0.1"]
        parameters.api_keys = [secrets.token_hex(16)]
        try:
            server: _Server = llama.Server(parameters)
        except (RuntimeError, ValueError) as error:
            what = f"the model {path.name} cannot be loaded: {one_line(reason(error))}"
            raise ProviderUnusableError(Problem(self._settings, what, "vibesafe model install")) from None
        return server

    @property
    def _settings(self) -> str:
        return f"[provider.{self._config.name}]"


def _document(answer: object) -> object:
    return json.loads(answer) if isinstance(answer, str | bytes) else answer


def _threads() -> int:
    affinity = getattr(os, "sched_getaffinity", None)
    return max(1, min(8, len(affinity(0)) if affinity is not None else os.cpu_count() or 1))
