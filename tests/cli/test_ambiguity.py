"""Answers that all pass and disagree: said by `compile --samples` and by `submit`, and asked about by `tighten`."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Command

UNIT = "app.math/double"
HONEST = "def double(a: int) -> int:\n    return 2 * a\n"
OTHER = "def double(a: int) -> int:\n    return 2 * a if a < 9 else a\n"
SAME = "def double(a: int) -> int:\n    return a + a\n"


class _Handler(BaseHTTPRequestHandler):
    answers: tuple[str, ...] = ()
    asked = 0

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        pass

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        kind = type(self)
        kind.asked += 1
        text = f"```python\n{kind.answers[(kind.asked - 1) % len(kind.answers)]}```"
        body = json.dumps(
            {
                "id": "1",
                "object": "chat.completion",
                "created": 0,
                "model": "two-minds",
                "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}],
                "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
            }
        ).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def provider(project: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[type[_Handler]]:
    """A model that gives its answers in turn, configured as the default provider."""

    class Handler(_Handler):
        pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    monkeypatch.setenv("OPENAI_API_KEY", "unused")
    text = (project / "pyproject.toml").read_text()
    address = f"http://127.0.0.1:{server.server_port}/v1"
    table = '\n[tool.vibesafe.provider.default]\nkind = "openai-compatible"\nmodel = "m"\nseed = 1\n'
    (project / "pyproject.toml").write_text(f'{text}{table}base_url = "{address}"\n')
    yield Handler
    server.shutdown()
    server.server_close()


@pytest.mark.usefixtures("project")
def test_samples_that_pass_and_disagree_are_a_problem(provider: type[_Handler], command: "Command") -> None:
    provider.answers = (HONEST, OTHER)
    found = command("compile", "--target", UNIT, "--samples", "2")
    assert found.code == 1
    assert "the spec is ambiguous: 2 answers pass every gate and disagree: `double(9)` is " in found.error
    assert "vibesafe tighten app.math/double" in found.error


@pytest.mark.usefixtures("project")
def test_it_can_be_accepted_and_equal_answers_are_no_ambiguity(provider: type[_Handler], command: "Command") -> None:
    provider.answers = (HONEST, OTHER)
    accepted = command("compile", "--target", UNIT, "--samples", "2", "--accept-ambiguous")
    assert (accepted.code, "warning: " in accepted.error, "ambiguous" in accepted.error) == (0, True, True)


@pytest.mark.usefixtures("project")
def test_answers_that_agree_are_no_ambiguity(provider: type[_Handler], command: "Command") -> None:
    provider.answers = (HONEST, SAME)
    found = command("compile", "--target", UNIT, "--samples", "2")
    assert (found.code, "ambiguous" in found.error) == (0, False)


def test_submitted_answers_that_disagree_are_a_warning_and_a_question(project: Path, command: "Command") -> None:
    assert "ambiguous" not in command("submit", UNIT, "double.py").error
    (project / "other.py").write_text(OTHER)
    found = command("submit", UNIT, "other.py")
    assert (found.code, "the spec is ambiguous: 2 answers" in found.error) == (0, True)
    questions = command("tighten", UNIT, "--json").document["questions"]
    assert isinstance(questions, list)
    assert questions
