"""The examples of the repository, built, installed where nothing can generate, and run on every Python."""

import shutil
from pathlib import Path

import pytest

from tests.e2e.conftest import PYTHONS, REPOSITORY, Wheelhouse, interpreter, tool

QUICKSTART = """
from quickstart.greetings import cowsay, greet
from quickstart.numbers import fibonacci, is_prime, sum_str
print(greet("world"), sum_str("40", "2"), fibonacci(30), [n for n in range(30) if is_prime(n)])
print(cowsay("moo").splitlines()[1])
try:
    fibonacci(-1)
except ValueError as error:
    print(error)
"""

# Requests through ASGI, as a server would make them, without a client library.
API = """
import asyncio, json
from parcels.app import app

async def call(method, path, query=b"", body=b"", language=b"en"):
    sent = []
    async def receive():
        return {"type": "http.request", "body": body, "more_body": False}
    async def send(message):
        sent.append(message)
    headers = [(b"content-type", b"application/json"), (b"host", b"localhost"), (b"accept-language", language)]
    await app({"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "path": path,
               "raw_path": path.encode(), "root_path": "", "scheme": "http", "query_string": query, "headers": headers,
               "client": ("127.0.0.1", 1), "server": ("localhost", 80)}, receive, send)
    return sent[0]["status"], json.loads(b"".join(m.get("body", b"") for m in sent))

print(asyncio.run(call("POST", "/quotes", body=b'{"grams": 2001, "zone": "world", "express": true}')))
print(asyncio.run(call("POST", "/loads", b"limit=30", b"[10, 20, 30]")))
print(asyncio.run(call("POST", "/loads", b"limit=0", b"[1]"))[0])
print(asyncio.run(call("GET", "/labels/97", b"zone=europe", language=b"de")))
print(sorted(app.openapi()["paths"]))
"""

RUNS = {
    "quickstart": (
        QUICKSTART,
        "Hello, world! 42 832040 [2, 3, 5, 7, 11, 13, 17, 19, 23, 29]\n< moo >\nn must not be negative",
        {"quickstart", "vibesafe-runtime"},
    ),
    "api": (
        API,
        (
            "(201, {'cents': 5400, 'days': 6})\n(200, [[10, 20], [30]])\n422\n(200, 'EUROPA 97-6')\n"
            "['/labels/{number}', '/loads', '/quotes']"
        ),
        None,
    ),
}
LIST = "from importlib.metadata import distributions; print(*sorted(d.name for d in distributions()))"


@pytest.mark.e2e
@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("name", RUNS)
def test_an_example_runs_from_its_wheel(
    wheelhouse: Wheelhouse, builder: Path, tmp_path: Path, name: str, python: str
) -> None:
    code, expected, distributions = RUNS[name]
    project = tmp_path / name
    shutil.copytree(REPOSITORY / "examples" / name, project, ignore=shutil.ignore_patterns("cache", "__pycache__"))
    wheelhouse.must(builder, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path / "out", cwd=project)
    (wheel,) = (tmp_path / "out").glob("*.whl")
    environment = wheelhouse.environment(tmp_path / "environment", interpreter(python), [])
    # The example's own dependencies come from the package index.
    install = (tool("uv"), "pip", "install", "-q", "--python", environment, wheel)
    wheelhouse.must(*install, env={"UV_NO_INDEX": "0"})
    assert wheelhouse.must(environment, "-W", "ignore", "-c", code, cwd=tmp_path) == expected
    verified = wheelhouse.must(environment, "-m", "vibesafe_runtime", "verify", wheel.name.partition("-")[0])
    # Before it may stand that the bytecode of the Python that built it could not be judged by this one.
    assert verified.splitlines()[-1].startswith("ok")
    if distributions is not None:
        assert set(wheelhouse.must(environment, "-c", LIST).split()) == distributions
