"""The types gate: mypy --strict, and only what the candidate itself could mend."""

import threading
from pathlib import Path

import pytest

from hatch_vibesafe.gates import started, types
from hatch_vibesafe.gates.tools import ToolRun, run_module
from hatch_vibesafe.gates.verdict import Fault
from hatch_vibesafe.problems import VibesafeConfigurationError
from tests.gates.conftest import refusals

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tests.gates.conftest import Bench, MakeBench


UNIT = "app.numbers/double"
HEAD = "def double(n: int) -> int:\n"


def messages(made: "Bench", unit: str, *sources: str, options: tuple[str, ...] = ()) -> list[str]:
    candidates = [made.candidate(unit, source) for source in sources]
    found = types.check(candidates, made.surroundings(), made.project.cache_path, options)
    return ["\n".join(f"{finding.line}: {finding.message}" for finding in findings) for findings in refusals(found)]


def test_type_errors_are_found_each_in_its_own_candidate(double: "Bench") -> None:
    honest, text, untyped, unknown = messages(
        double,
        UNIT,
        HEAD + "    return n * 2\n",
        HEAD + "    return str(n)\n",
        "def helper(x):\n    return x\n\n\n" + HEAD + "    return n\n",
        "import no_such_module\n\n\n" + HEAD + "    return n\n",
    )
    assert honest == ""
    assert text.startswith("2: Incompatible return value type")
    assert "no-untyped-def" in untyped
    assert "import-not-found" in unknown


APP = '''
    from app.text import shout
    from vibesafe_runtime import VibeCoded, vibesafe


    class Point:
        """A point."""

        def __init__(self, x: int) -> None:
            self.x = x


    @vibesafe
    def far(point: Point) -> str:
        """Uses `shout`."""
        raise VibeCoded()
'''


@pytest.mark.parametrize("base", ["", "src/"])
def test_the_projects_own_types_are_known_and_its_own_errors_do_not_count(bench: "MakeBench", base: str) -> None:
    text = "WRONG: int = ''\n\n\ndef shout(text: str) -> str:\n    return text\n"
    made = bench({f"{base}app/__init__.py": "", f"{base}app/a.py": APP, f"{base}app/text.py": text})
    head = "from app.a import Point\nfrom app.text import shout\n\n\ndef far(point: Point) -> str:\n"
    honest, wrong = messages(
        made, "app.a/far", head + "    return shout(str(point.x))\n", head + "    return shout(point.y)\n"
    )
    assert honest == ""
    assert 'has no attribute "y"' in wrong


def test_annotations_that_the_spec_leaves_out_are_not_the_candidates_fault(double: "Bench") -> None:
    for head in ("def double(n):\n", "def double(n: list) -> int:\n"):
        found, again = messages(double, UNIT, head + "    return 1\n", head + "    return 1 + ''\n")
        assert found == ""
        assert "operator" in again


def test_the_projects_options_are_added(double: "Bench") -> None:
    source = HEAD + "    if n > 0 or True:\n        return n\n    return n\n"
    assert messages(double, UNIT, source) == [""]
    assert messages(double, UNIT, source, options=("--warn-unreachable", "--enable-error-code=redundant-expr")) != [""]


def test_a_mypy_that_gives_up_fails_only_who_made_it(double: "Bench", monkeypatch: pytest.MonkeyPatch) -> None:
    honest, bad = HEAD + "    return n * 2\n", HEAD + "    return n  # crash\n"
    real = run_module

    def crash(tool: str, arguments: list[str], cwd: Path, timeout: float, extra: dict[str, str]) -> ToolRun:
        if any("# crash" in Path(cwd, name).read_text(encoding="utf-8") for name in arguments if name.endswith(".py")):
            return ToolRun(None, "", "")
        return real(tool, arguments, cwd, timeout, extra)

    monkeypatch.setattr(started, "run_module", crash)
    one, two, three = messages(double, UNIT, honest, bad, honest)
    assert (one, three) == ("", "")
    assert "could not be judged: mypy did not end in time" in two


def test_options_that_mypy_refuses_are_no_candidates_fault(double: "Bench") -> None:
    candidates = [double.candidate(UNIT, HEAD + "    return n * 2\n")] * 2
    found = types.check(candidates, double.surroundings(), double.project.cache_path, ("--no-such-option",))
    for fault in found:
        assert isinstance(fault, Fault)
        assert "could not judge: mypy" in fault.problems[0].what
        assert "gates.mypy" in fault.problems[0].remedy


def test_two_commands_at_once_both_judge(double: "Bench") -> None:
    found: list[list[str]] = []
    sources = (HEAD + "    return n * 2\n", HEAD + "    return ''\n")
    threads = [threading.Thread(target=lambda: found.append(messages(double, UNIT, *sources))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [[bool(message) for message in messages_] for messages_ in found] == [[False, True]] * 2


def test_a_missing_mypy_is_said_and_not_skipped(double: "Bench", monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.path", [])
    with pytest.raises(VibesafeConfigurationError, match="needs mypy, which is not installed"):
        messages(double, UNIT, HEAD + "    return n * 2\n")
