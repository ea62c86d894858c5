"""Candidates that attack their judge. Each batch holds an honest one, which passes in the same run."""

import os
import time
from pathlib import Path

import pytest

from hatch_vibesafe.config import SandboxConfig
from hatch_vibesafe.gates import doctests
from hatch_vibesafe.gates.confined import environment
from hatch_vibesafe.gates.sandbox import Batch, Sandbox
from hatch_vibesafe.gates.view import bare_view
from hatch_vibesafe.problems import VibesafeConfigurationError
from tests.gates.conftest import refusals

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tests.gates.conftest import AtLevel, Bench, MakeDouble


UNIT = "app.numbers/double"
HONEST = "def double(n: int) -> int:\n    return n * 2\n"
ATTACKS = {
    "exit at once": """
        import os
        os._exit(0)
    """,
    "exit when called": """
        import os
        def double(n):
            os._exit(0)
    """,
    "system exit at import": """
        import sys
        sys.exit(0)
    """,
    "system exit when called": """
        import sys
        def double(n):
            sys.exit(0)
    """,
    "print pass": """
        import os
        def double(n):
            print('PASS')
            os.write(1, b'PASS')
            os._exit(0)
    """,
    "print the number": """
        def double(n):
            print(n * 2)
    """,
    "close descriptors": """
        import os
        def double(n):
            os.closerange(0, 256)
            return n * 2
    """,
    "recurse": """
        def double(n):
            return double(n + 1)
    """,
    "recurse in C": """
        def double(n):
            x = []
            for _ in range(100_000):
                x = [x]
            return repr(x)
    """,
    "memory bomb": """
        def double(n):
            return len(bytearray(2 << 30))
    """,
    "growing list": """
        def double(n):
            x = [0]
            while True:
                x += x
    """,
    "flood": """
        def double(n):
            for _ in range(64):
                print('x' * (1 << 20))
            return n * 2
    """,
    "kill itself": """
        import os
        def double(n):
            os.kill(os.getpid(), 9)
    """,
    "kill the group": """
        import os
        def double(n):
            os.kill(0, 9)
    """,
    "kill what started it": """
        import os
        STARTED_IT = os.getppid()
        def double(n):
            os.kill(STARTED_IT, 9)
            return n * 2
    """,
    "replace the display": """
        import sys
        def double(n):
            sys.displayhook = lambda value: print(4)
            return 5
    """,
    "replace the encoder": """
        import json
        json.dumps = lambda *a, **k: '["done"]'
        def double(n):
            return 5
    """,
    "forge an end": """
        import os
        def double(n):
            m = b'["done"]'
            for d in range(3, 20):
                try:
                    os.write(d, len(m).to_bytes(4, 'big') + m)
                except OSError:
                    pass
            os._exit(0)
    """,
    "send nonsense": """
        import os
        def double(n):
            for d in range(3, 20):
                try:
                    os.write(d, b'\\xff' * 64)
                except OSError:
                    pass
            os._exit(0)
    """,
    "equal to everything": """
        class Any(int):
            def __eq__(self, other):
                return True
            def __repr__(self):
                return '4'
        def double(n):
            return Any()
    """,
    "replace its own module": """
        import sys
        import types


        class Any(int):
            __module__ = "builtins"

            def __eq__(self, other):
                return True

            def __repr__(self):
                return "4"


        def double(n):
            return Any()


        sys.modules[__name__] = types.ModuleType(__name__)
        sys.modules[__name__].double = double
    """,
    "write a large file": """
        def double(n):
            with open('x', 'wb') as file:
                file.write(bytes(64 << 20))
            return n * 2
    """,
}
# The one that holds the channel outlives its judge at level L0 (it kills its supervisor), so it is bounded.
SLOW_ATTACKS = {
    "stop what started it": """
        import os
        STARTED_IT = os.getppid()
        def double(n):
            os.kill(STARTED_IT, 19)
            os._exit(0)
    """,
    "endless loop": """
        def double(n):
            while True:
                pass
    """,
    "endless sleep": """
        import time
        def double(n):
            time.sleep(600)
    """,
    "endless import": """
        import time
        time.sleep(600)
        def double(n: int) -> int:
            return n * 2
    """,
    "ignore the end": """
        import signal, time
        for number in (1, 2, 3, 15):
            signal.signal(number, signal.SIG_IGN)
        def double(n):
            while True:
                try:
                    time.sleep(600)
                except BaseException:
                    pass
    """,
    "hold the channel": """
        import os, time
        STARTED_IT = os.getppid()
        if os.fork() == 0:
            os.setsid()
            time.sleep(6)
            os._exit(0)
        os.kill(STARTED_IT, 9)
        def double(n: int) -> int:
            return n * 2
    """,
}
NOTICED_AT_ONCE = {
    "L0": {"hold the channel"},
    "L2": {"stop what started it", "hold the channel"},
    "L3": {"stop what started it", "hold the channel"},
}


@pytest.mark.parametrize("level", ["L0", "L2", "L3"])
def test_no_attack_passes_and_the_honest_one_does(double: "Bench", at_level: "AtLevel", level: str) -> None:
    at_level(level)
    verdicts = dict(zip(("honest", *ATTACKS), double.doctests(UNIT, HONEST, *ATTACKS.values()), strict=True))
    assert verdicts.pop("honest") == ()
    assert [name for name, findings in verdicts.items() if not findings] == []


@pytest.mark.parametrize("level", ["L0", "L2", "L3"])
def test_no_attack_on_time_hangs(double: "Bench", at_level: "AtLevel", level: str) -> None:
    at_level(level)
    sandbox = Sandbox(SandboxConfig(timeout=1.5))
    candidates = [double.candidate(UNIT, source) for source in (HONEST, *SLOW_ATTACKS.values())]
    honest, *attacks = refusals(doctests.check(candidates, double.context(), double.surroundings(), sandbox))
    assert honest == ()
    for name, findings in zip(SLOW_ATTACKS, attacks, strict=True):
        assert findings, name
        assert "1.5 seconds" in findings[0].message or name in NOTICED_AT_ONCE[level], name


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="finds processes in /proc")
@pytest.mark.parametrize("then", ["return n * 2", "time.sleep(600)"])
def test_what_leaves_its_process_group_is_ended_too(
    make_double: "MakeDouble", at_level: "AtLevel", tmp_path: Path, then: str
) -> None:
    at_level("L0")
    tmp_path.chmod(0o777)
    double = make_double("[sandbox]\ntimeout = 2\n")
    told = tmp_path / "told"
    source = f"""
        import os
        import time

        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                with open({str(told)!r}, "w") as file:
                    file.write(str(os.getpid()))
                time.sleep(600)
            os._exit(0)


        def double(n: int) -> int:
            while not os.path.exists({str(told)!r}):
                time.sleep(0.01)
            {then}
    """
    double.doctests(UNIT, source)
    deadline = time.monotonic() + 10
    left = Path("/proc", told.read_text(encoding="utf-8") or "0")
    while left.exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not left.exists()


def test_nothing_of_the_user_is_inherited(double: "Bench", monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    descriptor = os.open(double.project.root / "vibesafe.toml", os.O_RDONLY)
    os.set_inheritable(descriptor, True)  # noqa: FBT003 - positional only
    source = f"""
        import os

        LEAKED = sorted(os.environ) + os.listdir(".")
        try:
            os.fstat({descriptor})
            LEAKED.append("descriptor")
        except OSError:
            pass


        def double(n: int) -> int:
            raise ValueError(LEAKED)
    """
    try:
        ((finding, *_),) = double.doctests(UNIT, source)
    finally:
        os.close(descriptor)
    assert "ValueError: ['LANG', 'PYTHONHASHSEED']" in finding.message
    assert "OPENAI_API_KEY" not in environment()


@pytest.mark.parametrize("level", ["L0", "L2", "L3"])
def test_limits_are_in_force_and_the_level_says_so(double: "Bench", at_level: "AtLevel", level: str) -> None:
    at_level(level)
    source = """
        import ctypes
        import resource


        def double(n: int) -> int:
            raise ValueError(
                resource.getrlimit(resource.RLIMIT_AS)[1] >> 20,
                resource.getrlimit(resource.RLIMIT_CORE),
                ctypes.CDLL(None).prctl(39, 0, 0, 0, 0),
            )
    """
    ((finding, *_),) = double.doctests(UNIT, source)
    assert "(512, (0, 0), 1)" in finding.message
    assert Sandbox(SandboxConfig()).level == level


def test_without_the_sandbox_examples_still_run_apart(
    make_double: "MakeDouble", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CI", raising=False)
    honest, gone = make_double("[sandbox]\nenabled = false\n").gates(UNIT, HONEST, HONEST.replace("n * 2", "n * 3"))
    assert honest.passed
    assert honest.sandbox == "none"
    assert not gone.passed


def test_a_job_that_is_no_job_ends_with_words() -> None:
    (result,) = Sandbox(SandboxConfig(timeout=5)).run(Batch(b"{", bare_view()), [{}])
    assert result.answers == ()
    assert result.ending == "ended with exit code 1"


def test_a_platform_without_processes_is_named_and_not_run_on(monkeypatch: pytest.MonkeyPatch) -> None:
    Sandbox(SandboxConfig())
    monkeypatch.delattr("os.fork")
    with pytest.raises(VibesafeConfigurationError, match="run the gates on Linux, macOS or WSL"):
        Sandbox(SandboxConfig())
