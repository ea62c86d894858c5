"""The example service from its wheel under uvicorn, in a fresh environment, called by real clients."""

import hashlib
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.e2e.conftest import REPOSITORY, Wheelhouse, tool

PATIENCE = 120.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def service(
    wheelhouse: Wheelhouse, builder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Path]]:
    """The address under which the example answers, and where it is installed."""
    base = tmp_path_factory.mktemp("served")
    project = base / "api"
    shutil.copytree(REPOSITORY / "examples" / "api", project, ignore=shutil.ignore_patterns("cache", "__pycache__"))
    wheelhouse.must(builder, "-m", "hatchling", "build", "-t", "wheel", "-d", base / "out", cwd=project)
    (wheel,) = (base / "out").glob("*.whl")
    python = wheelhouse.environment(base / "environment", sys.executable, [])
    # The example's own dependencies come from the package index.
    install = (tool("uv"), "pip", "install", "-q", "--python", python, f"parcels[serve] @ {wheel.as_uri()}")
    wheelhouse.must(*install, env={"UV_NO_INDEX": "0"})
    address = f"http://127.0.0.1:{(port := free_port())}"
    with (base / "log").open("wb") as log:
        server = subprocess.Popen(
            [str(python), "-m", "uvicorn", "parcels.app:app", "--port", str(port), "--no-access-log"],
            cwd=base,
            env=wheelhouse.variables | {"VIBESAFE_ENV": "prod"},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        wait_until_it_answers(address, server, base / "log")
        yield address, base
    finally:
        server.terminate()
        server.wait(timeout=30)


def wait_until_it_answers(address: str, server: "subprocess.Popen[bytes]", log: Path) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        assert server.poll() is None, log.read_text(encoding="utf-8")
        try:
            httpx.get(f"{address}/healthz", timeout=5)
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(log.read_text(encoding="utf-8"))


@pytest.mark.e2e
def test_a_client_gets_what_the_units_compute(service: tuple[str, Path]) -> None:
    address, base = service
    with httpx.Client(base_url=address, timeout=30) as client:
        done = client.post("/quotes", json={"grams": 1000, "zone": "europe", "express": True})
        assert (done.status_code, done.json()) == (201, {"cents": 1900, "days": 3})
        assert client.post("/loads", params={"limit": 30}, json=[20, 20, 10, 10]).json() == [[20, 10], [20, 10]]
        assert client.get("/labels/1234").json() == "HOME 1234-0"
        assert (
            client.get("/labels/0", params={"zone": "europe"}, headers={"accept-language": "de"}).json() == "EUROPA 0-0"
        )
        broken = client.post("/loads", params={"limit": 0}, json=[1])
        assert (broken.status_code, broken.json()["detail"][0]["msg"]) == (422, "Requires limit > 0")
        (manifest,) = base.glob("environment/**/parcels/_vibesafe/MANIFEST")
        digest = client.get("/healthz").json()["manifests"]["parcels"]
        assert client.get("/labels/1").headers["vibesafe-manifest"] == f"parcels={digest}"
    assert hashlib.sha256(manifest.read_bytes()).hexdigest() == digest


@pytest.mark.e2e
def test_the_command_runs_from_its_entry_point(wheelhouse: Wheelhouse, service: tuple[str, Path]) -> None:
    _, base = service
    (wheel,) = (base / "out").glob("*.whl")
    python = wheelhouse.environment(base / "tool", sys.executable, [])
    install = (tool("uv"), "pip", "install", "-q", "--python", python, f"parcels[cli] @ {wheel.as_uri()}")
    wheelhouse.must(*install, env={"UV_NO_INDEX": "0"})
    parcels = python.parent / "parcels"
    assert wheelhouse.must(parcels, "2001", "--zone", "world", "--express") == "54.00 EUR"
    assert "Say what it costs to send a parcel" in wheelhouse.must(parcels, "--help")
    for words, said in (
        (["0"], "Error: a parcel weighs something"),
        (["many"], "Invalid value for"),
        (["1", "--zone", "moon"], "Invalid value for '--zone'"),
    ):
        done = wheelhouse.run(parcels, *words)
        assert (done.returncode, done.stdout) == (2, "")
        assert said in done.stderr
    (unit,) = base.glob("tool/**/_vibesafe/tool__price.py")
    unit.write_text(unit.read_text(encoding="utf-8").replace("100", "101"), encoding="utf-8")
    done = wheelhouse.run(parcels, "1")
    assert done.returncode == 1
    assert "VibesafeHashMismatch" in done.stderr


@pytest.mark.e2e
def test_it_answers_as_its_openapi_document_says(service: tuple[str, Path], tmp_path: Path) -> None:
    address, _ = service
    options = ["--max-examples", "8", "--seed", "1", "--phases", "examples,coverage,fuzzing", "--no-color"]
    # That a request which no schema refuses may break what a unit requires, no schema says.
    options += ["--exclude-checks", "positive_data_acceptance"]
    done = subprocess.run(
        [str(tool("schemathesis")), "run", f"{address}/openapi.json", *options],
        cwd=tmp_path,
        env=dict(os.environ),
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout[-4000:]
    assert "3 selected / 3 total" in done.stdout
