"""Sandbox level L1: candidates run in WebAssembly, judged as elsewhere, with nothing of the machine in reach."""

import json
import textwrap
from pathlib import Path

import pytest

from hatch_vibesafe.config import SandboxConfig
from hatch_vibesafe.config_file import read_config
from hatch_vibesafe.gates import reach
from hatch_vibesafe.gates.ladder import Machine, not_installed, refusal, required_level
from hatch_vibesafe.gates.modules_probe import faults_beforehand
from hatch_vibesafe.gates.portable import component
from hatch_vibesafe.gates.run import run_gates
from hatch_vibesafe.problems import VibesafeConfigurationError
from tests.gates.conftest import AtLevel, Bench, MakeBench, MakeDouble

DATA = Path(__file__).parents[1] / "data" / "humaneval" / "dev.jsonl"
PROBLEMS = [json.loads(line) for line in DATA.read_text(encoding="utf-8").splitlines()]
# Of these the implementations need nothing of the project but their own module.
CHOSEN = [problem for problem in PROBLEMS if "is_palindrome" not in problem["stub"]][::4]
TWICE = "def double(n: int) -> int:\n    return n * 2\n"

KINDS = {
    "app/__init__.py": "",
    "app/shapes.py": '''
        """Values of several kinds."""

        import asyncio
        from collections.abc import AsyncIterator
        from dataclasses import dataclass
        from decimal import Decimal

        from vibesafe_runtime import VibeCoded, vibesafe


        @dataclass(frozen=True)
        class Price:
            """An amount of money."""

            amount: Decimal


        @vibesafe
        def price(text: str) -> Price:
            """Read a price.

            >>> price("1.50")
            Price(amount=Decimal('1.50'))
            >>> price("x")
            Traceback (most recent call last):
                ...
            ValueError: 'x' is no price
            """
            raise VibeCoded()


        @vibesafe
        async def waited(n: int) -> int:
            """Wait a moment, and return the number.

            >>> asyncio.run(waited(3))
            3
            """
            raise VibeCoded()


        @vibesafe
        async def counted(n: int) -> AsyncIterator[int]:
            """Count up to a number.

            >>> async def all_of(n: int) -> list[int]:
            ...     return [item async for item in counted(n)]
            >>> asyncio.run(all_of(2))
            [0, 1]
            """
            raise VibeCoded()
    ''',
}
PRICE = """
    from decimal import Decimal, InvalidOperation

    from app.shapes import Price


    def price(text: str) -> Price:
        try:
            return Price(Decimal(text))
        except InvalidOperation:
            raise ValueError(f"{text!r} is no price") from None
"""
WAITED = """
    import asyncio


    async def same(n: int) -> int:
        return n


    async def waited(n: int) -> int:
        first, _ = await asyncio.gather(same(n), same(0))
        return first
"""
COUNTED = """
    from collections.abc import AsyncIterator


    async def counted(n: int) -> AsyncIterator[int]:
        for item in range(n):
            yield item
"""
ATTACKS = {
    "read": "open('/etc/passwd').read()",
    "write": "open('/tmp/new', 'w').close()",
    "write beside": "open('new', 'w').close()",
    "list": "assert os.listdir('/')",
    "environment": "os.environ['PATH']",
    "processes": "open('/proc/self/status').read()",
    "fork": "os.fork()",
    "shell": "assert os.system('true') == 0",
    "signal": "os.kill(1, 0)",
    "TCP": "socket.create_connection(('127.0.0.1', 1), 1)",
    "UDP": "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', 9))",
    "native code": "import ctypes; ctypes.CDLL(None).getpid()",
    "1 GB": "bytearray(1 << 30)",
}
HEAD = "import os\nimport socket\n\n\ndef double(n: int) -> int:\n    if n == 2:\n"


@pytest.fixture
def portable(at_level: AtLevel) -> None:
    """Have every sandbox confine to level L1."""
    at_level("L1")


def test_where_there_is_no_linux_it_is_reached_by_who_asks_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reach, "machine", lambda: Machine("darwin", "arm64", 0, None))
    reach.found_once.cache_clear()
    try:
        asked, not_asked = SandboxConfig(min_sandbox="L1"), SandboxConfig()
        assert reach.reach(asked).level == "L1"
        assert reach.reach(not_asked).level == "L0"
        assert refusal(reach.reach(asked), required_level(asked, in_ci=True)) == ()
        assert refusal(reach.reach(not_asked), required_level(not_asked, in_ci=True)) != ()
        assert not reach.has_to_be_made(asked)
        monkeypatch.setattr(component, "TOOLS", (*component.TOOLS, "not_there"))
        reach.found_once.cache_clear()
        without = reach.reach(asked)
    finally:
        reach.found_once.cache_clear()
    assert without.level == "L0"
    assert "WebAssembly needs not_there, which is not installed (pip install 'hatch-vibesafe[wasi]')" in without.notice


def test_what_is_missing_is_said_with_what_brings_it() -> None:
    assert not_installed(()) == ()
    (missing,) = not_installed(("componentize_py", "wasmtime"))
    assert (missing.level, missing.why) == ("L1", "needs componentize_py and wasmtime, which are not installed")


def test_the_configuration_can_ask_for_it(tmp_path: Path) -> None:
    (tmp_path / "vibesafe.toml").write_text('[sandbox]\nmin_sandbox = "L1"\n', encoding="utf-8")
    assert read_config(tmp_path).sandbox.min_sandbox == "L1"


@pytest.mark.usefixtures("portable")
def test_real_solutions_pass_every_gate_and_wrong_ones_do_not(bench: MakeBench) -> None:
    stubs = {f"{problem['module'].replace('.', '/')}.py": problem["stub"] for problem in CHOSEN}
    problems = bench({"problems/__init__.py": "", **stubs})
    right = [problems.candidate(problem["unit"], problem["solution"]) for problem in CHOSEN]
    verdicts = run_gates(right, problems.context())
    assert [verdict.findings for verdict in verdicts if not verdict.passed] == []
    assert {verdict.sandbox for verdict in verdicts} == {"L1"}
    wrong = [
        problems.candidate(problem["unit"], variant["source"])
        for problem in CHOSEN
        for variant in problem["wrong"]
        if not variant["passes_doctests"]
    ]
    assert all(problems.judged(wrong[::3]))
    assert len(wrong) >= 30


@pytest.mark.usefixtures("portable")
def test_values_of_every_kind_and_what_is_asynchronous_are_judged_alike(bench: MakeBench) -> None:
    shapes = bench(KINDS)
    right = {"price": PRICE, "waited": WAITED, "counted": COUNTED}
    wrong = {
        "price": PRICE.replace("is no price", "is none"),
        "waited": WAITED.replace("return first", "return first + 1"),
        "counted": COUNTED.replace("range(n)", "range(1, n)"),
    }
    for sources, passes in ((right, True), (wrong, False)):
        candidates = [shapes.candidate(f"app.shapes/{name}", source) for name, source in sources.items()]
        for verdict in run_gates(candidates, shapes.context()):
            assert verdict.passed is passes, verdict.findings


@pytest.mark.usefixtures("portable")
def test_nothing_of_the_machine_is_in_reach(double: Bench) -> None:
    tried = [f"{HEAD}        {attack}\n    return n * 2\n" for attack in ATTACKS.values()]
    honest = f"{HEAD}        sum(range(100))\n    return n * 2\n"
    *found, control = double.doctests("app.numbers/double", *tried, honest)
    through = [name for name, findings in zip(ATTACKS, found, strict=True) if not findings]
    assert through == []
    assert control == ()


@pytest.mark.usefixtures("portable")
def test_what_never_ends_is_ended_and_the_next_is_judged(make_double: MakeDouble) -> None:
    double = make_double("[sandbox]\ntimeout = 2\n")
    endless = "def double(n: int) -> int:\n    while True:\n        pass\n"
    loop, right = double.doctests("app.numbers/double", endless, TWICE)
    assert "did not end within 2 seconds" in str(loop)
    assert right == ()


@pytest.mark.usefixtures("portable")
def test_a_candidate_sees_no_trace_of_the_worker(double: Bench) -> None:
    peeking = textwrap.dedent("""
        import sys


        def double(n: int) -> int:
            seen = [name for name in sys.modules if name.partition(".")[0] in ("hatch_vibesafe", "inside", "wit_world")]
            seen = [name for name in seen if name not in ("hatch_vibesafe", "hatch_vibesafe.dev")]
            return n * 2 + len(seen) + (sys.platform == "wasi")
    """)
    assert double.doctests("app.numbers/double", peeking) == ((),)


@pytest.mark.usefixtures("portable")
def test_what_needs_more_than_pure_python_is_refused_beforehand(bench: MakeBench) -> None:
    project = bench(
        {
            "app/__init__.py": "",
            "app/files.py": '''
                from vibesafe_runtime import VibeCoded, vibesafe


                @vibesafe(capabilities=["fs.read"])
                def size(path: str) -> int:
                    """The size of a file.

                    >>> size("/nowhere")
                    0
                    """
                    raise VibeCoded()


                @vibesafe
                def twice(n: int) -> int:
                    """Twice.

                    >>> twice(2)
                    4
                    """
                    raise VibeCoded()
            ''',
            "app/other.py": '''
                import click

                from vibesafe_runtime import VibeCoded, vibesafe


                @vibesafe
                def thrice(n: int) -> int:
                    """Thrice.

                    >>> thrice(2)
                    6
                    """
                    raise VibeCoded()
            ''',
        }
    )
    faults = {
        str(unit): problems for unit, problems in faults_beforehand(project.scan.specs, project.context()).items()
    }
    assert sorted(faults) == ["app.files/size", "app.other/thrice"]
    assert "cannot be judged at sandbox level L1: it asks for fs.read" in faults["app.files/size"][0].what
    assert "No module named 'click'" in faults["app.other/thrice"][0].what


def test_the_component_is_made_anew_where_anything_in_it_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    before = component.component()
    assert component.component() == before
    monkeypatch.setattr(component, "version", lambda _: "0")
    assert component.component() != before


def test_a_component_that_cannot_be_made_is_a_problem(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(component, "component", lambda: tmp_path / "none.cwasm")
    monkeypatch.setattr(component, "_COMPONENTIZE", "raise SystemExit('it broke')")
    with pytest.raises(VibesafeConfigurationError, match="could not be made: it broke"):
        component.make()
    assert [file.name for file in tmp_path.iterdir()] == ["lock"]


def test_a_place_that_cannot_be_written_is_a_problem(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setattr(component, "component", lambda: tmp_path / "file" / "portable" / "none.cwasm")
    with pytest.raises(VibesafeConfigurationError, match="XDG_CACHE_HOME") as raised:
        component.make()
    assert str(tmp_path / "file") in raised.value.problems[0].where
