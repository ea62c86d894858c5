"""A model server of which nothing can be relied on: it refuses, breaks off, dawdles and talks nonsense, by a seed."""

import hashlib
import itertools
import json
import random
import re
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal

_DEFINITION = re.compile(r"def (u(\d+))\(")
Fault = Literal[
    "too many requests",
    "server error",
    "reset",
    "slow body",
    "body that breaks off",
    "truncated JSON",
    "another model",
    "empty answer",
]
FAULTS: tuple[Fault, ...] = (
    "too many requests",
    "server error",
    "reset",
    "slow body",
    "body that breaks off",
    "truncated JSON",
    "another model",
    "empty answer",
)
_WHOLE = frozenset({None, "another model", "empty answer"})
_SLOW_SECONDS = 1.0
_CHUNKS = 10


@dataclass(frozen=True, slots=True)
class Served:
    """One request, and what came of it.

    Attributes:
        model: The model that the answer names; no two answers name the same, so that each can be told on disk.
        question: The digest of the request's body.
        run: Which run of the command asked.
        fault: What was wrong with the reply; None where nothing was.
    """

    model: str
    question: str
    run: int
    fault: Fault | None

    @property
    def whole(self) -> bool:
        """Whether the reply was an answer, sent at once and to its end."""
        return self.fault in _WHOLE


class ChaosServer(ThreadingHTTPServer):
    """Answers for synthetic units; a share `rate` of its replies goes wrong.

    Attributes:
        run: Which run of the command asks now; whoever starts the command counts.
        served: Every request so far, in the order in which they came.
    """

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, seed: int, rate: float) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.run = 0
        self.served: list[Served] = []
        self._seed = seed
        self._rate = rate
        self._numbers = itertools.count()
        self._lock = threading.Lock()

    @property
    def base_url(self) -> str:
        """What a provider's `base_url` has to say."""
        return f"http://127.0.0.1:{self.server_port}/v1"

    def take(self, body: bytes) -> Served:
        """Take a request in, and decide what comes of it."""
        with self._lock:
            number = next(self._numbers)
            dice = random.Random(f"{self._seed} {number}")  # noqa: S311 - to be the same again, not to be secret
            fault = dice.choice(FAULTS) if dice.random() < self._rate else None
            family = "another" if fault == "another model" else "synthetic"
            served = Served(f"{family}-{number}", hashlib.sha256(body).hexdigest(), self.run, fault)
            self.served.append(served)
            return served

    def faults(self) -> Counter[str]:
        """Return how often each fault was served."""
        return Counter(served.fault for served in self.served if served.fault)

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: clients that are killed go away in the middle of everything."""


def answer_to(prompt: str) -> str:
    """Return the implementation of the unit whose definition a prompt shows last."""
    name, number = _DEFINITION.findall(prompt)[-1]
    return f"```python\ndef {name}(x: int) -> int:\n    return x * 3 + {number}\n```\n"


def completion(text: str, model: str) -> bytes:
    """Return a chat completion."""
    choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}
    usage = {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}
    document = {"id": "1", "object": "chat.completion", "model": model, "choices": [choice], "usage": usage}
    return json.dumps(document).encode()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: ChaosServer

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that http.server gives it
        """Say nothing."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        served = self.server.take(body)
        text = "" if served.fault == "empty answer" else answer_to(json.loads(body)["messages"][-1]["content"])
        content = completion(text, served.model)
        match served.fault:
            case "too many requests":
                self._send(429, b'{"error": {"message": "slow down"}}', {"Retry-After": "0"})
            case "server error":
                self._send(503 if len(served.question) % 2 else 500, b"<html>oops</html>", {})
            case "reset":
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.close_connection = True
                self.connection.close()
            case "slow body":
                self._head(200, len(content), {})
                for first in range(0, len(content), len(content) // _CHUNKS + 1):
                    time.sleep(_SLOW_SECONDS / _CHUNKS)
                    self.wfile.write(content[first : first + len(content) // _CHUNKS + 1])
            case "body that breaks off":
                self._head(200, len(content), {})
                self.wfile.write(content[: len(content) // 2])
                self.close_connection = True
            case "truncated JSON":
                self._send(200, content[: len(content) // 2], {})
            case _:
                self._send(200, content, {})

    def _head(self, status: int, length: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(length), **headers}.items():
            self.send_header(name, value)
        self.end_headers()

    def _send(self, status: int, content: bytes, headers: dict[str, str]) -> None:
        self._head(status, len(content), headers)
        self.wfile.write(content)


@contextmanager
def chaos(seed: int, rate: float) -> Iterator[ChaosServer]:
    """Serve chaos on this machine."""
    server = ChaosServer(seed, rate)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
