"""The component that runs in WebAssembly: a CPython for WASI with the worker in it, made once and kept for the user."""

import hashlib
import importlib.util
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import platformdirs

import vibesafe_runtime
from hatch_vibesafe.problems import Problem, VibesafeConfigurationError
from hatch_vibesafe.store.lock import locked
from hatch_vibesafe.unexpected import reason

TOOLS = ("componentize_py", "wasmtime")
"""The modules of the extra `wasi`: the first brings a CPython that is compiled for WASI, the second runs it."""

PATIENCE_SECONDS = 600.0
_HERE = Path(__file__).parent
_GATES = _HERE.parent
_WORKER = (
    *("__init__", "answers", "client", "examples", "imports", "limits", "modules", "origins", "self_test", "shell"),
    *("transcript", "witness"),
)
"""What of the worker runs in there: all that does not start, watch or confine processes."""
_COMPONENTIZE = "import sys; from componentize_py import script; sys.exit(script())"
_COMPILE = (
    "import sys; from pathlib import Path; from wasmtime.component import Component; "
    "from hatch_vibesafe.gates.portable.host import interruptible; "
    "Path(sys.argv[2]).write_bytes(Component.from_file(interruptible(), sys.argv[1]).serialize())"
)


def lacking() -> tuple[str, ...]:
    """Return which modules of the extra are not installed."""
    return tuple(name for name in TOOLS if importlib.util.find_spec(name) is None)


def component() -> Path:
    """Return the file of the component; it is there where `is_made` says so."""
    found = hashlib.sha256()
    versions = [f"{name} {version(name.replace('_', '-'))}" for name in TOOLS]
    for said in (*versions, platform.machine(), sys.platform):
        found.update(said.encode() + b"\0")
    for place, source in _sources():
        found.update(f"{place}\0".encode() + hashlib.sha256(source).digest())
    return platformdirs.user_cache_path("vibesafe") / "portable" / f"{found.hexdigest()[:32]}.cwasm"


def is_made() -> bool:
    """Return whether the component is there; where it is not, making it takes about half a minute."""
    return component().is_file()


def make() -> Path:
    """Return the file of the component, made where it was not.

    Raises:
        VibesafeConfigurationError: if it cannot be made.
        VibesafeError: if another process makes it and does not come to an end.
    """
    target = component()
    if target.is_file():
        return target
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with locked(target.parent / "lock", PATIENCE_SECONDS):
            if not target.is_file():
                _make(target)
    except OSError as error:
        what = f"the WebAssembly worker cannot be kept there: {error.strerror or reason(error)}"
        mend = "make room there and make it writable, or name another place with XDG_CACHE_HOME"
        raise VibesafeConfigurationError(Problem(str(target.parent), what, mend)) from error
    return target


def _make(target: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="making-", dir=target.parent) as directory:
        app, raw, ready = (Path(directory) / name for name in ("app", "judge.wasm", "judge.cwasm"))
        for place, source in _sources():
            (app / place).parent.mkdir(parents=True, exist_ok=True)
            (app / place).write_bytes(source)
        world = ("-q", "-d", str(_HERE / "judge.wit"), "-w", "judge")
        _run(_COMPONENTIZE, *world, "componentize", "-p", str(app), "-o", str(raw), "inside")
        _run(_COMPILE, str(raw), str(ready))
        ready.replace(target)


def command(component: Path, memory_mb: int) -> list[str]:
    """Return the command that starts a worker with this component."""
    return [sys.executable, "-I", "-B", "-X", "utf8", str(_HERE / "host.py"), str(component), str(memory_mb << 20)]


def _sources() -> Iterator[tuple[str, bytes]]:
    """Yield what goes into the component, by its place in there."""
    runtime = Path(vibesafe_runtime.__file__).parent
    yield "inside.py", (_HERE / "inside.py").read_bytes()
    yield "hatch_vibesafe/__init__.py", b""
    yield "hatch_vibesafe/gates/__init__.py", b""
    yield "hatch_vibesafe/gates/capability_table.py", (_GATES / "capability_table.py").read_bytes()
    for name in _WORKER:
        yield f"hatch_vibesafe/gates/worker/{name}.py", (_GATES / "worker" / f"{name}.py").read_bytes()
    for file in sorted(runtime.glob("*.py")):
        yield f"vibesafe_runtime/{file.name}", file.read_bytes()


def _run(program: str, *arguments: str) -> None:
    """Run a program of ours in a process of its own.

    Raises:
        VibesafeConfigurationError: if it fails.
    """
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    environment.pop("VIRTUAL_ENV", None)  # componentize-py would put all that is installed there into the component
    done = subprocess.run(  # noqa: S603 - the running interpreter, and a program that stands above
        [sys.executable, "-c", program, *arguments], env=environment, capture_output=True, check=False
    )
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines() or ["it says nothing"]
        what = f"the WebAssembly worker could not be made: {said[-1]}"
        raise VibesafeConfigurationError(Problem("sandbox", what, "pip install --upgrade 'hatch-vibesafe[wasi]'"))
