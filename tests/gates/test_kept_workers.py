"""Workers that stay warm: lent again for the same key, never for another, and ended with all that they had."""

import subprocess
import sys
from pathlib import Path

import pytest

from hatch_vibesafe.config import SandboxConfig
from hatch_vibesafe.gates.kept_workers import KeptWorkers
from hatch_vibesafe.gates.sandbox import Batch, Sandbox
from hatch_vibesafe.gates.view import WORKER, bare_view
from hatch_vibesafe.gates.warm import Warm

# A worker that does nothing until it is told that nobody will ask.
WAITING = [sys.executable, "-I", "-S", "-c", "import sys; sys.stdin.buffer.read()"]


def started(directory: Path) -> Warm:
    return Warm(WAITING, directory, {}, b"")


def lent(kept: KeptWorkers, key: str) -> Warm:
    with kept.worker(key, started) as worker:
        return worker


def test_a_worker_is_lent_again_for_its_key_and_for_no_other() -> None:
    kept = KeptWorkers(2)
    first = lent(kept, "candidates")
    assert lent(kept, "candidates") is first
    assert lent(kept, "stubs") is not first
    with kept.worker("candidates", started), kept.worker("candidates", started) as second:
        assert second is not first
    kept.close()


def test_closing_ends_the_workers_and_removes_their_directories() -> None:
    kept = KeptWorkers(1)
    directories: list[Path] = []

    def remembered(directory: Path) -> Warm:
        directories.append(directory)
        return started(directory)

    with kept.worker("key", remembered) as worker:
        states = [(worker.is_alive, directories[0].is_dir())]
    states.append((worker.is_alive, directories[0].is_dir()))
    kept.close()
    states.append((worker.is_alive, directories[0].exists()))
    assert states == [(True, True), (True, True), (False, False)]


def test_a_worker_that_ended_is_not_lent_again() -> None:
    kept = KeptWorkers(1)
    with kept.worker("key", started) as ended:
        ended.close()
    other = lent(kept, "key")
    assert other is not ended
    kept.close()


def test_no_more_than_a_few_idle_workers_are_kept() -> None:
    kept = KeptWorkers(1)
    workers = [lent(kept, f"key {number}") for number in range(6)]
    assert [worker.is_alive for worker in workers] == [False, False, True, True, True, True]
    kept.close()


@pytest.mark.parametrize("of_candidates", [True, False])
def test_a_sandbox_that_is_entered_starts_one_worker_for_two_runs(
    monkeypatch: pytest.MonkeyPatch, *, of_candidates: bool
) -> None:
    starts: list[object] = []
    start = Sandbox._start

    def counted(self: Sandbox, kind: object, directory: Path) -> Warm:
        starts.append(kind)
        return start(self, kind, directory)  # type: ignore[arg-type]  # whatever it was given

    monkeypatch.setattr(Sandbox, "_start", counted)
    job = {"imports": ["json"], "room": 0}
    batch = Batch(b'{"modules": {}, "sources": {}, "names": {}, "implementations": {}, "path": []}', bare_view())
    with Sandbox(SandboxConfig()) as sandbox:
        first = sandbox.run(batch, [job], of_candidates=of_candidates)
        second = sandbox.run(batch, [job], of_candidates=of_candidates)
        assert len(starts) == 1
        with sandbox.within(1e-6) as quick:
            (late,) = quick.run(batch, [job], of_candidates=of_candidates)
        assert "1e-06 seconds" in late.ending
        assert sandbox.run(batch, [job], of_candidates=of_candidates) == second
        assert len(starts) == 1
        sandbox.run(batch, [job], of_candidates=not of_candidates)
        assert len(starts) == 2
    assert first == second
    assert first[0].answers != ()
    alone = Sandbox(SandboxConfig())
    alone.run(batch, [job])
    alone.run(batch, [job])
    assert len(starts) == 4


def test_a_worker_loads_nothing_that_each_of_its_children_would_have_to_copy() -> None:
    # `serve` is what it imports before it reads its first message.
    loaded = (
        "import runpy, sys, types\n"
        "space = runpy.run_path(sys.argv[1], run_name='worker')\n"
        "names = {'hatch_vibesafe': space['GATES'] + '/..', 'hatch_vibesafe.gates': space['GATES']}\n"
        "for name, directory in names.items():\n"
        "    sys.modules[name] = types.ModuleType(name)\n"
        "    sys.modules[name].__path__ = [directory]\n"
        "import hatch_vibesafe.gates.worker.serve\n"
        "print(*sorted(sys.modules))\n"
    )
    command = [sys.executable, "-I", "-S", "-B", "-c", loaded, str(WORKER / "__main__.py")]
    modules = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout.split()
    assert "hatch_vibesafe.gates.worker.serve" in modules
    assert not {"asyncio", "subprocess", "ssl", "logging", "dataclasses", "unittest", "doctest"} & {*modules}
