"""Runs every attack of `attack_sources.py` at a level, and without any sandbox, and prints what got through, as JSON.

usage: python run_attacks.py LEVEL
"""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from hatch_vibesafe.gates import doctests, sandbox
from hatch_vibesafe.gates.context import GateContext
from hatch_vibesafe.gates.ladder import Reach
from hatch_vibesafe.gates.surroundings import surroundings
from hatch_vibesafe.gates.verdict import Candidate, Fault
from hatch_vibesafe.project import open_project, scan_project
from tests.gates.attack_sources import ATTACKS, HEAD, SECONDS

Target = Mapping[str, object]

STUB = '''
from vibesafe_runtime import VibeCoded, vibesafe


@vibesafe(capabilities=["fs.read", "fs.write"])
def double(n: int) -> int:
    """Twice a number.

    >>> double(2)
    4
    """
    raise VibeCoded()
'''
HONEST = "def double(n: int) -> int:\n    return n * 2\n"
# Lets anybody trace it, says where a word of its memory is, and waits.
HELPER = """
import ctypes, sys, time
ctypes.CDLL(None).prctl(0x59616D61, ctypes.c_ulong(-1), 0, 0, 0)
word = ctypes.create_string_buffer(b"a secret")
print(ctypes.addressof(word), flush=True)
time.sleep(120)
"""


@contextlib.contextmanager
def targets(base: Path) -> Iterator[dict[str, object]]:
    """Make what is attacked, all of it below a directory or on the loopback device."""
    for name in ("outside", "environment", "home/.ssh", "project/app", "project/.vibesafe"):
        (base / name).mkdir(parents=True)
    for name in ("outside/file", "outside/moved", "home/.ssh/id", "project/app/__init__.py"):
        (base / name).write_text("", encoding="utf-8")
    (base / "project/.vibesafe/index.toml").write_text("", encoding="utf-8")
    (base / "project/vibesafe.toml").write_text(f"[sandbox]\ntimeout = {SECONDS}\n", encoding="utf-8")
    (base / "project/app/numbers.py").write_text(STUB, encoding="utf-8")
    helper = subprocess.Popen(
        [sys.executable, "-c", HELPER], stdout=subprocess.PIPE, env={"SECRET": "1"}, text=True, start_new_session=True
    )
    assert helper.stdout is not None
    tcp, udp = socket.create_server(("127.0.0.1", 0)), socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.bind(("127.0.0.1", 0))
    unix, abstract = socket.socket(socket.AF_UNIX), socket.socket(socket.AF_UNIX)
    unix.bind(str(base / "socket"))
    abstract.bind(f"\0vibesafe-{os.getpid()}")
    unix.listen(8)
    abstract.listen(8)
    datagrams = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    datagrams.bind(f"\0vibesafe-{os.getpid()}-datagrams")
    with helper, tcp, udp, unix, abstract, datagrams:
        try:
            yield {
                "outside": str(base / "outside"),
                "file": str(base / "outside/file"),
                "source": str(base / "project/app/numbers.py"),
                "index": str(base / "project/.vibesafe/index.toml"),
                "environment": str(base / "environment"),
                "home": str(base / "home"),
                "helper": helper.pid,
                "address": int(helper.stdout.readline()),
                "tcp": tcp.getsockname()[1],
                "udp": udp.getsockname()[1],
                "unix": str(base / "socket"),
                "abstract": f"vibesafe-{os.getpid()}",
                "datagrams": f"vibesafe-{os.getpid()}-datagrams",
            }
        finally:
            helper.kill()


def source(attack: str, target: Target) -> str:
    """Return the candidate that tries an attack."""
    body = textwrap.indent(textwrap.dedent(ATTACKS[attack]).strip("\n"), "    ")
    return str(HEAD).format(target=dict(target), body=body)


def confined(level: str, base: Path, target: Target) -> dict[str, str]:
    """Return what is said of each candidate in a sandbox of this level, and of an honest one (`honest`)."""
    vars(sandbox).update(reach=lambda _: Reach(level), refusal=lambda *_: ())
    project = open_project(base / "project")
    scan = scan_project(project)
    context = GateContext(project, scan, {})
    sources = {"honest": HONEST} | {name: source(name, target) for name in ATTACKS}
    candidates = [Candidate(scan.specs[0], text.encode()) for text in sources.values()]
    opinions = doctests.check(
        candidates, context, surroundings(context, scan.specs), sandbox.Sandbox(project.config.sandbox)
    )
    return {
        name: "FAULT" if isinstance(opinion, Fault) else " ".join(finding.message for finding in opinion)
        for name, opinion in zip(sources, opinions, strict=True)
    }


def unconfined(target: Target) -> dict[str, bool]:
    """Return which attacks get through where nothing stops them: each a process with the user's rights, all at once."""
    children = {name: started(source(name, target)) for name in ATTACKS}
    deadline = time.monotonic() + 15
    return {name: works(child, deadline) for name, child in children.items()}


def started(text: str) -> int:
    """Start a process that runs a candidate, and return its number."""
    child = os.fork()
    if child:
        return child
    try:
        with tempfile.TemporaryDirectory() as scratch:
            os.chdir(scratch)
            os.environ["SECRET"] = "1"  # noqa: S105 - what an attack looks for
            namespace: dict[str, object] = {}
            exec(compile(text, "attack", "exec"), namespace)  # noqa: S102 - the attack
            try:
                namespace["double"](2)  # type: ignore[operator]  # a function, in a namespace of objects
            except ValueError as error:
                os._exit(0 if "GOT THROUGH" in str(error) else 1)
    finally:
        os._exit(1)


def works(child: int, deadline: float) -> bool:
    """Return whether a process ends well in time."""
    while time.monotonic() < deadline:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return status == 0
        time.sleep(0.005)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return False


def main(level: str) -> None:
    """Run all attacks, confined and not."""
    with tempfile.TemporaryDirectory(prefix="attacked-") as directory:
        base = Path(directory)
        base.chmod(0o755)
        with targets(base) as target:
            sys.path.append(str(base / "environment"))
            said = confined(level, base, target)
            untouched = {
                "files": sorted(str(path.relative_to(base)) for path in base.rglob("*") if path.is_file()),
                "mtime": int((base / "outside/file").stat().st_mtime),
            }
            control = unconfined(target)
    found = {"uid": os.getuid(), "said": said, "control": control, "untouched": untouched}
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1])
