"""A directory with modules in it, and real processes that import them."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from json import dumps
from pathlib import Path
from threading import Thread

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = Path(sys.executable).parent


@dataclass(frozen=True, slots=True)
class Done:
    """How a process ended."""

    code: int
    out: str
    error: str


Run = Callable[..., Done]


@pytest.fixture
def python(tmp_path: Path) -> Run:
    """Return a function that runs Python in the directory: nothing is installed there, this checkout is on the path."""

    def run(*arguments: str, **variables: str) -> Done:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("VIBESAFE", "OPENAI"))}
        environment = kept | {
            "PYTHONPATH": str(ROOT),
            "PATH": f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}",
            "XDG_CACHE_HOME": str(tmp_path.parent / "no models here"),
            **variables,
        }
        done = subprocess.run(
            [sys.executable, *arguments], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        return Done(done.returncode, done.stdout, done.stderr)

    return run


@contextmanager
def answering(*texts: str) -> Iterator[tuple[str, list[bytes]]]:
    """Serve one answer after the other, the last one again and again; yield the base URL and the requests so far."""
    asked: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(self.rfile.read(int(self.headers["Content-Length"])))
            message = {"role": "assistant", "content": texts[min(len(asked), len(texts)) - 1]}
            choice = {"index": 0, "finish_reason": "stop", "message": message}
            answer = {"id": "1", "object": "chat.completion", "created": 0, "model": "small", "choices": [choice]}
            content = dumps(answer).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1", asked
    finally:
        server.shutdown()
        server.server_close()
