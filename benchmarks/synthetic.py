"""Synthetic units of one shape for every system under test, and a local server that answers for them."""

import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

PER_MODULE = 10
_DEFINITION = re.compile(r"def (u(\d+))\(")


def body(number: int) -> str:
    """Return the implementation of unit `number`."""
    return f'def u{number}(x: int) -> int:\n    """Return x * 3 + {number}."""\n    return x * 3 + {number}\n'


def stub(number: int) -> str:
    """Return the stub of unit `number`; decorator and hole have the same names in both systems."""
    return (
        f'@vibesafe\ndef u{number}(x: int) -> int:\n    """Return x * 3 + {number}.\n\n'
        f"    >>> u{number}(1)\n    {3 + number}\n"
        f'    >>> u{number}(5)\n    {15 + number}\n    """\n    raise VibeCoded()\n'
    )


def write_package(root: Path, count: int, header: str, *, plain: bool, per_module: int = PER_MODULE) -> None:
    """Write `count` units into `root/units`, `per_module` a module, and `root/entry.py`, which imports them all."""
    package = root / "units"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("", encoding="utf-8")
    imports = []
    for first in range(0, count, per_module):
        numbers = range(first, min(first + per_module, count))
        module = f"m{first // per_module:04d}"
        text = "\n\n".join((body if plain else stub)(number) for number in numbers)
        (package / f"{module}.py").write_text(header + text, encoding="utf-8")
        imports.append(f"from units.{module} import {', '.join(f'u{number}' for number in numbers)}\n")
    names = ", ".join(f"u{number}" for number in range(count))
    check = (
        "\n\ndef call_all() -> None:\n    for number, unit in enumerate(ALL):\n        assert unit(7) == 21 + number\n"
    )
    (root / "entry.py").write_text(f"{''.join(imports)}\nALL = [{names}]\n{check}", encoding="utf-8")


class _Answers(BaseHTTPRequestHandler):
    """Answers every request with the implementation of the unit whose definition the prompt shows last."""

    protocol_version = "HTTP/1.1"
    latency = 0.0

    def do_POST(self) -> None:
        time.sleep(self.latency)
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        source = asked.get("input") or asked.get("messages")
        number = int(_DEFINITION.findall(json.dumps(source))[-1][1])
        text = f"```python\n{body(number)}```\n"
        answer = responses_answer(text) if self.path.endswith("/responses") else _chat(text)
        content = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that http.server gives it
        """Say nothing: a line a request would only cost time."""


def _chat(text: str) -> dict[str, object]:
    message = {"role": "assistant", "content": text}
    return {
        "id": "chat-1",
        "object": "chat.completion",
        "created": 0,
        "model": "synthetic",
        "choices": [{"index": 0, "finish_reason": "stop", "message": message}],
        "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
    }


def responses_answer(text: str) -> dict[str, object]:
    """Return a reply of the responses API that holds a text."""
    content = [{"type": "output_text", "text": text, "annotations": []}]
    return {
        "id": "response-1",
        "object": "response",
        "created_at": 0,
        "status": "completed",
        "model": "synthetic",
        "parallel_tool_calls": False,
        "tool_choice": "auto",
        "tools": [],
        "output": [
            {"type": "message", "id": "message-1", "role": "assistant", "status": "completed", "content": content}
        ],
    }


class _Server(ThreadingHTTPServer):
    request_queue_size = 128


@contextmanager
def answering(latency: float = 0.0) -> Iterator[str]:
    """Serve answers on this machine, each after `latency` seconds, and yield the base URL."""
    server = _Server(("127.0.0.1", 0), type("_Late", (_Answers,), {"latency": latency}))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        server.shutdown()
