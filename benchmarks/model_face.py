"""An OpenAI-compatible face of a local model for the rival, which counts what is asked for each function."""

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

from benchmarks.synthetic import responses_answer

if TYPE_CHECKING:
    from hatch_vibesafe.generate.providers.protocol import Provider
    from hatch_vibesafe.store.records import Scalar

_DEFINITION = re.compile(r"def (\w+)\(")


@dataclass(slots=True)
class Face:
    """What was asked through a face.

    Attributes:
        url: The base URL.
        calls: The answers that were given, by the name of the function that the prompt defines first.
        refused: How often more was asked than the budget allows.
        tokens: Read and written, of all answers.
    """

    url: str
    calls: dict[str, int] = field(default_factory=dict)
    refused: int = 0
    tokens: int = 0


@contextmanager
def face(provider: "Provider", sent: "tuple[tuple[str, Scalar], ...]", calls_a_unit: int) -> Iterator[Face]:
    """Serve a provider on this machine, with these settings for each answer and a budget for each function."""
    lock = threading.Lock()

    class _Asked(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            prompt = "\n".join(each["content"] for each in asked.get("input") or asked["messages"])
            with lock:
                status, answer = self._answer(prompt)
            content = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def _answer(self, prompt: str) -> tuple[int, dict[str, object]]:
            from hatch_vibesafe.generate.providers.protocol import Message, Request  # noqa: PLC0415 - where it is asked

            found = _DEFINITION.search(prompt)
            name = found[1] if found else ""
            if told.calls.get(name, 0) >= calls_a_unit:
                told.refused += 1
                return 400, {"error": {"message": "the budget of this function is used up", "type": "invalid_request"}}
            told.calls[name] = told.calls.get(name, 0) + 1
            settings: dict[str, Scalar] = {**dict(sent), "seed": sum(told.calls.values())}
            answer = provider.ask(Request((Message("user", prompt),), tuple(sorted(settings.items()))))
            told.tokens += answer.input_tokens + answer.output_tokens
            return 200, responses_answer(answer.text)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that http.server gives it
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), _Asked)
    told = Face(f"http://127.0.0.1:{server.server_port}/v1")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield told
    finally:
        server.shutdown()
        server.server_close()
