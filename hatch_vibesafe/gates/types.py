"""The types gate: `mypy --strict` over a whole batch in one process; only errors in a candidate's own file count."""

import ast
import contextlib
import json
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from hatch_vibesafe.gates.receivers import typed
from hatch_vibesafe.gates.started import StartedMypy
from hatch_vibesafe.gates.surroundings import Surroundings
from hatch_vibesafe.gates.tools import EMPTY, Reports, ToolRun, judged, version, version_of_batch
from hatch_vibesafe.gates.verdict import Candidate, Fault, Finding, Opinion
from hatch_vibesafe.identity import digest
from hatch_vibesafe.problems import VibesafeError
from hatch_vibesafe.spec.canonical import FunctionNode
from hatch_vibesafe.store.lock import locked
from hatch_vibesafe.store.records import GateRecord

GATE = "types"
TIMEOUT_SECONDS = 120.0
LOCK_PATIENCE_SECONDS = 600.0
_CACHE = "mypy"
# In the head these are the spec's own: a script's stub may leave annotations out, and no implementation can add them.
_OF_THE_SPEC = frozenset({"no-untyped-def", "type-arg", "explicit-any"})
_OPTIONS = (
    *("--strict", "--config-file=", "--follow-imports=silent", "--explicit-package-bases", "--namespace-packages"),
    *("--no-error-summary", "--no-color-output", "--no-pretty", "--show-error-codes", "--output=json"),
    # That a library brings no types is nothing that an implementation could mend.
    *("--disable-error-code=import-untyped", "--no-warn-unused-ignores"),
)


def check(
    candidates: Sequence[Candidate],
    surrounding: Surroundings,
    cache: Path,
    options: Sequence[str],
    started: StartedMypy | None = None,
) -> tuple[Opinion, ...]:
    """Return mypy's errors in each candidate, in order; a fault where mypy can judge nothing at all.

    Args:
        candidates: The candidates.
        surrounding: Where the project's modules are.
        cache: The project's cache directory; mypy's own cache lies in it, used by one command at a time.
        options: The project's own command-line options, added to ours.
        started: mypy, where it may have been started already.

    Raises:
        VibesafeConfigurationError: if mypy is not installed.
    """
    # Named by content, so that mypy's cache cannot take one for another.
    names = [
        f"candidate_{digest(candidate.implementation)[:16]}_{number}" for number, candidate in enumerate(candidates)
    ]
    methods = [typed(candidate.spec, candidate.implementation) for candidate in candidates]
    mypy = started or StartedMypy()
    with _asking(zip(names, methods, strict=True), surrounding, cache, options, mypy) as ask:
        found = judged(GATE, "mypy", names, ask)
    return tuple(
        _opinion(found[module], module, candidate) for module, candidate in zip(names, candidates, strict=True)
    )


def make_ready(surrounding: Surroundings, cache: Path, options: Sequence[str]) -> None:
    """Have mypy read the standard library's stubs into its cache where it has none yet: most of a first batch's time.

    What goes wrong here is said of a batch.
    """
    with contextlib.suppress(VibesafeError, OSError):
        if not (cache / _CACHE).exists():
            with _asking((), surrounding, cache, options, StartedMypy()) as ask:
                ask((EMPTY,))


@contextlib.contextmanager
def _asking(
    modules: Iterable[tuple[str, bytes]],
    surrounding: Surroundings,
    cache: Path,
    options: Sequence[str],
    mypy: StartedMypy,
) -> Iterator[Callable[[Sequence[str]], Reports | ToolRun]]:
    """Yield what has mypy judge modules by their names, and nobody else use its cache meanwhile."""
    version("mypy", GATE)
    with (
        locked(cache / "mypy.lock", LOCK_PATIENCE_SECONDS),
        tempfile.TemporaryDirectory(prefix="vibesafe-types-") as name,
    ):
        for module, content in [*modules, (EMPTY, b"")]:
            Path(name, f"{module}.py").write_bytes(content)
        arguments = [*_OPTIONS, f"--cache-dir={cache / _CACHE}", *options, "--"]
        extra = {"MYPYPATH": os.pathsep.join(surrounding.read_by_mypy)}

        def ask(batch: Sequence[str]) -> Reports | ToolRun:
            files = [f"{module}.py" for module in batch]
            return _reports(mypy.run([*arguments, *files], Path(name), TIMEOUT_SECONDS, extra))

        yield ask


def record(findings: Sequence[Finding]) -> GateRecord:
    """Return the gate's line in the evidence."""
    return GateRecord(GATE, "mypy", version_of_batch("mypy", GATE), not findings, (("errors", len(findings)),))


def _reports(run: ToolRun) -> Reports | ToolRun:
    """Return what mypy reported, or the run where it did not come to the end."""
    if run.code not in (0, 1):
        return run
    try:
        errors = [json.loads(line) for line in run.output.splitlines() if line.strip()]
    except ValueError:
        return run
    if not all(isinstance(error, dict) for error in errors) or (run.code == 1) != bool(errors):
        return run
    return errors


def _opinion(found: Reports | Finding | Fault, module: str, candidate: Candidate) -> Opinion:
    if isinstance(found, Fault):
        return found
    if isinstance(found, Finding):
        return (found,)
    return tuple(_findings(found, module, candidate))


def _findings(errors: Sequence[Mapping[str, object]], module: str, candidate: Candidate) -> Iterator[Finding]:
    head = _head_lines(candidate)
    for error in errors:
        line = error.get("line")
        number = line if isinstance(line, int) and line > 0 else 0
        if Path(str(error.get("file"))).stem != module or error.get("severity") != "error":
            continue
        if number in head and error.get("code") in _OF_THE_SPEC:
            continue
        hint = f"\n    {error['hint']}" if error.get("hint") else ""
        yield Finding(GATE, number, f"{error.get('message')} [{error.get('code')}]{hint}")


def _head_lines(candidate: Candidate) -> range:
    return next((range(node.lineno, node.body[0].lineno) for node in _functions(candidate)), range(0))


def _functions(candidate: Candidate) -> Iterator[FunctionNode]:
    """Yield the implementation's function of the unit's name; there is one."""
    for node in ast.parse(candidate.implementation).body:
        if isinstance(node, FunctionNode) and node.name == candidate.spec.unit.name:
            yield node
