"""mypy and pyright see a stub's own signature through the decorator; "go to definition" finds the stub."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import IO

import pytest

REPOSITORY = Path(__file__).parents[2]
PROGRAMS = Path(sys.executable).parent
SOURCE = """\
from typing import TypeVar, overload
from vibesafe_runtime import VibeCoded, vibesafe
T = TypeVar("T")

@vibesafe
def one(a: int, *, b: str = "") -> list[str]:
    raise VibeCoded()

@vibesafe(provider="big")
async def two(a: int) -> int:
    raise VibeCoded()

@vibesafe.func
def three(x: T) -> T:
    raise VibeCoded()

class A:
    @vibesafe
    def m(self, x: int) -> str:
        raise VibeCoded()
    @classmethod
    @vibesafe
    def c(cls, x: int) -> "A":
        raise VibeCoded()
    @property
    @vibesafe
    def p(self) -> int:
        raise VibeCoded()

@overload
def o(a: int) -> int: ...
@overload
def o(a: str) -> str: ...
@vibesafe
def o(a: int | str) -> int | str:
    raise VibeCoded()

reveal_type(one)
reveal_type(two)
reveal_type(three(1))
reveal_type(A().m)
reveal_type(A.c(1))
reveal_type(A().p)
reveal_type(o("x"))
one("x")
"""
# What each of the checkers may print for the same type.
REVEALED = {
    "one": {'(a: int, *, b: str = "") -> list[str]', "def (a: int, *, b: str =) -> list[str]"},
    "two": {"(a: int) -> CoroutineType[Any, Any, int]", "def (a: int) -> typing.Coroutine[Any, Any, int]"},
    "three(1)": {"int"},
    "A().m": {"(x: int) -> str", "def (x: int) -> str"},
    "A.c(1)": {"A", "spec.A"},
    "A().p": {"int"},
    'o("x")': {"str"},
}
COMMANDS = {
    "mypy": ["mypy", "--strict", "--no-incremental", "--hide-error-context", "spec.py"],
    "pyright": ["pyright", "spec.py"],
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "spec.py").write_text(SOURCE, encoding="utf-8")
    configuration = {"extraPaths": [str(REPOSITORY)], "typeCheckingMode": "strict"}
    (tmp_path / "pyrightconfig.json").write_text(json.dumps(configuration), encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("checker", COMMANDS)
def test_a_checker_sees_the_signature_of_the_stub(checker: str, project: Path) -> None:
    program, *arguments = COMMANDS[checker]
    done = subprocess.run(
        [PROGRAMS / program, *arguments],
        cwd=project,
        env={"PATH": f"{PROGRAMS}:/usr/bin:/bin", "MYPYPATH": str(REPOSITORY), "HOME": str(project)},
        capture_output=True,
        text=True,
        check=False,
    )
    lines = SOURCE.splitlines()
    said = dict(re.findall(r"spec\.py:(\d+)[^\n]*?(?:Type of .* is|Revealed type is) \"(.*)\"", done.stdout))
    revealed = {lines[int(number) - 1][len("reveal_type(") : -1]: text for number, text in said.items()}
    assert revealed.keys() == REVEALED.keys(), done.stdout + done.stderr
    assert {expression: text in REVEALED[expression] for expression, text in revealed.items()} == dict.fromkeys(
        REVEALED, True
    ), revealed
    errors = [line for line in done.stdout.splitlines() if re.search(r"spec\.py:\d+.*error", line)]
    assert [re.findall(r"spec\.py:(\d+)", line) for line in errors] == [[str(len(lines))]], done.stdout
    assert done.returncode == 1


class LanguageServer:
    """A language server on standard input and output. Source: the Language Server Protocol, base protocol."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._in: IO[bytes] = process.stdin
        self._out: IO[bytes] = process.stdout
        self._number = 0

    def notify(self, method: str, parameters: dict[str, object]) -> None:
        self._send({"method": method, "params": parameters})

    def ask(self, method: str, parameters: dict[str, object]) -> object:
        self._number += 1
        self._send({"id": self._number, "method": method, "params": parameters})
        while True:
            received = self._receive()
            if "method" not in received and received.get("id") == self._number:
                return received["result"]
            if "method" in received and "id" in received:  # what it asks us we do not know
                self._send({"id": received["id"], "result": None})

    def _send(self, message: dict[str, object]) -> None:
        content = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._in.write(b"Content-Length: %d\r\n\r\n%s" % (len(content), content))
        self._in.flush()

    def _receive(self) -> dict[str, object]:
        length = 0
        while (line := self._out.readline().strip()) or not length:
            if line.lower().startswith(b"content-length:"):
                length = int(line.partition(b":")[2])
        received: dict[str, object] = json.loads(self._out.read(length))
        return received


def test_going_to_the_definition_leads_to_the_stub(project: Path) -> None:
    user = project / "user.py"
    user.write_text("from spec import one\n\none(1)\n", encoding="utf-8")
    command = [str(PROGRAMS / "pyright-langserver"), "--stdio"]
    with subprocess.Popen(
        command,
        cwd=project,
        env={"PATH": f"{PROGRAMS}:/usr/bin:/bin", "HOME": str(project)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            server = LanguageServer(process)
            folder = {"uri": project.as_uri(), "name": "project"}
            server.ask("initialize", {"processId": None, "capabilities": {}, "workspaceFolders": [folder]})
            server.notify("initialized", {})
            text = user.read_text(encoding="utf-8")
            document = {"uri": user.as_uri(), "languageId": "python", "version": 1, "text": text}
            server.notify("textDocument/didOpen", {"textDocument": document})
            position = {"line": 2, "character": 1}
            found = server.ask(
                "textDocument/definition", {"textDocument": {"uri": user.as_uri()}, "position": position}
            )
        finally:
            process.kill()
    assert isinstance(found, list)
    (place,) = found
    assert place["uri"] == (project / "spec.py").as_uri()
    line = place["range"]["start"]["line"]
    assert SOURCE.splitlines()[line] == 'def one(a: int, *, b: str = "") -> list[str]:'
