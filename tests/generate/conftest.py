"""What the tests of this room share: specs, a real HTTP server that misbehaves on demand, a project on disk."""

import json
import re
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import cast

import pytest

from hatch_vibesafe.identity import SpecHash, UnitId
from hatch_vibesafe.spec.model import Reference, Spec, UnitOptions, UnitSettings

MakeSpec = Callable[..., Spec]


@pytest.fixture(scope="session")
def make_spec() -> MakeSpec:
    def make(
        *,
        head: str = "def total(xs: List[int], limit: int = 3) -> int:",
        docstring: str = "Add.\n\n>>> total([1])\n1",
        pre_hole: str = "",
        header: tuple[str, ...] = ("from typing import List",),
        references: tuple[Reference, ...] = (),
        template: str = "Write {{ name }}.",
        sent: tuple[tuple[str, str | int | float], ...] = (),
    ) -> Spec:
        name = re.findall(r"\w+", head.partition("(")[0].partition("[")[0])[-1]
        return Spec(
            unit=UnitId("app.m", name),
            options=UnitOptions(),
            path="app/m.py",
            line=3,
            head=head,
            is_async=head.startswith("async"),
            docstring=docstring,
            examples=(),
            pre_hole=pre_hole,
            header=header,
            references=references,
            settings=UnitSettings("function.j2", template, sent),
            parts=(),
            spec_hash=SpecHash("0" * 64),
        )

    return make


@dataclass(frozen=True)
class Reply:
    """One reply of the server. `content` is the model's text, put into a completion; `body` is sent as it is."""

    content: str | None = None
    status: int = 200
    body: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)
    finish: str = "stop"
    behaviour: str = "answer"  # or "reset", "hang", "drip"

    def bytes(self) -> bytes:
        if self.body is not None:
            return self.body
        message = {"role": "assistant", "content": self.content}
        document = {
            "id": "1",
            "object": "chat.completion",
            "model": "answering-model",
            "choices": [{"index": 0, "finish_reason": self.finish, "message": message}],
            "usage": {"prompt_tokens": 7, "completion_tokens": 5, "total_tokens": 12},
        }
        return json.dumps(document).encode()


@dataclass
class Asked:
    path: str
    headers: dict[str, str]
    body: dict[str, object]


class ModelServer(ThreadingHTTPServer):
    """A real HTTP server: `replies` in order, the last one again and again; or what `answer` makes of the prompt."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.replies: list[Reply] = []
        self.answer: Callable[[str], Reply] | None = None
        self.asked: list[Asked] = []
        self.released = threading.Event()
        self._lock = threading.Lock()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"

    def reply_to(self, asked: Asked) -> Reply:
        with self._lock:
            self.asked.append(asked)
            if self.answer is None:
                return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        messages = cast("list[dict[str, str]]", asked.body.get("messages", []))
        return self.answer(messages[-1]["content"] if messages else str(asked.body["prompt"]))


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: ModelServer

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        pass

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        asked = Asked(
            self.path,
            {name.lower(): value for name, value in self.headers.items()},
            json.loads(self.rfile.read(length)),
        )
        reply = self.server.reply_to(asked)
        if reply.behaviour == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            self.close_connection = True
            return
        if reply.behaviour == "hang":
            self.server.released.wait(20)
            self.close_connection = True
            return
        content = reply.bytes()
        self.send_response(reply.status)
        for name, value in {"Content-Type": "application/json", **reply.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if reply.behaviour == "drip":
            for byte in content:
                if self.server.released.wait(0.05):
                    break
                self.wfile.write(bytes([byte]))
            self.close_connection = True
            return
        self.wfile.write(content)

    def handle(self) -> None:
        try:
            super().handle()
        except (OSError, ValueError):  # the client went away, or we reset the connection ourselves
            self.close_connection = True

    def finish(self) -> None:
        try:
            super().finish()
        except (OSError, ValueError):
            self.close_connection = True


@pytest.fixture
def model_server() -> Iterator[ModelServer]:
    server = ModelServer()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield server
    server.released.set()
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="session")
def reply() -> type[Reply]:
    return Reply
