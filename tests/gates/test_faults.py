"""What no candidate could do right is said as a problem of the project, never as a refusal; each with its control."""

import errno
import os
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from hatch_vibesafe.gates.modules_probe import faults_beforehand
from hatch_vibesafe.gates.retest import retest
from hatch_vibesafe.gates.run import judge_each, run_gates
from hatch_vibesafe.gates.sandbox import Sandbox
from hatch_vibesafe.gates.spec_faults import spec_faults
from hatch_vibesafe.gates.tools import EMPTY, Reports, ToolRun, judged
from hatch_vibesafe.gates.verdict import Fault, Finding, Verdict
from hatch_vibesafe.identity import digest
from hatch_vibesafe.problems import Problem, VibesafeValidationError
from hatch_vibesafe.project import scan_project
from hatch_vibesafe.store.checkpoints import make_checkpoint, write_checkpoint
from hatch_vibesafe.store.records import Provenance
from tests.gates.conftest import DOUBLE, Bench, MakeBench, MakeDouble

UNIT = "app.numbers/double"
HONEST = "def double(n: int) -> int:\n    return n * 2\n"
WRONG = "def double(n: int) -> int:\n    return n\n"
FAST = '[gates]\nrequired = ["structure", "doctests"]\n'


def judge(made: Bench, source: str = HONEST) -> Verdict:
    (verdict,) = judge_each([made.candidate(UNIT, source)], made.context())
    return verdict


def beforehand(made: Bench) -> tuple[Problem, ...]:
    (problems,) = faults_beforehand([made.spec(UNIT)], made.context()).values() or ((),)
    return problems


def edited(made: Bench, old: str, new: str) -> Bench:
    path = made.project.root / "app" / "numbers.py"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return Bench(made.project, scan_project(made.project))


def test_a_module_that_does_not_import_names_its_line_before_and_after(make_double: MakeDouble) -> None:
    made = make_double(FAST)
    assert beforehand(made) == ()
    assert judge(made).passed
    broken = edited(made, "\n\n@vibesafe\n", "\nimport not_installed_pkg\n\n@vibesafe\n")
    verdict = judge(broken)
    assert (verdict.passed, verdict.findings) == (False, ())
    assert verdict.faults == beforehand(broken)
    (problem,) = verdict.faults
    assert problem.where == "app/numbers.py:3"
    assert "No module named 'not_installed_pkg'" in problem.what
    assert "install what provides not_installed_pkg" in problem.remedy
    with pytest.raises(VibesafeValidationError, match="not_installed_pkg"):
        run_gates([broken.candidate(UNIT, HONEST)], broken.context())


def test_an_invalid_unit_in_the_module_is_named_as_the_scan_names_it(make_double: MakeDouble) -> None:
    made = make_double(FAST)
    other = DOUBLE.replace("double", "other").replace("@vibesafe", '@vibesafe(kind="nope")\n@staticmethod')
    path = made.project.root / "app" / "numbers.py"
    body = "\n".join(line.removeprefix("    ") for line in other.split("\n")).partition("vibesafe\n")[2]
    path.write_text(path.read_text(encoding="utf-8") + body, encoding="utf-8")
    broken = Bench(made.project, scan_project(made.project))
    (invalid,) = broken.scan.invalid
    (problem,) = beforehand(broken)
    assert problem.where == invalid.problems[0].where
    assert problem.remedy == invalid.problems[0].remedy
    assert "the module app.numbers cannot be imported" in problem.what
    assert judge(broken).faults == (problem,)


def test_a_candidate_that_breaks_the_import_itself_is_refused(make_double: MakeDouble) -> None:
    made = make_double("[sandbox]\ntimeout = 1.5\n" + FAST)
    for source in (
        "import not_there\n\n\n" + HONEST,
        HONEST.replace("return", "while True:\n        pass\n    return"),
    ):
        verdict = judge(made, source)
        assert verdict.findings
        assert not verdict.faults


def test_a_module_that_calls_its_own_unit_when_it_is_imported_can_be_judged(make_double: MakeDouble) -> None:
    made = make_double(FAST)
    calling = edited(made, "    raise VibeCoded()\n", "    raise VibeCoded()\n\n\nTABLE = {2: double(2)}[2] + 1\n")
    assert beforehand(calling) == ()
    assert judge(calling).passed


def test_a_unit_without_implementation_keeps_its_signature_while_others_are_judged(make_double: MakeDouble) -> None:
    made = make_double(FAST)
    check = "\n\nimport inspect\nassert list(inspect.signature(double).parameters) == ['n']\n"
    assert beforehand(edited(made, "    raise VibeCoded()\n", "    raise VibeCoded()\n" + check)) == ()


LARGE = HONEST.replace("return", "assert len(bytearray(2 << 20))\n    return")


@pytest.mark.parametrize("source", ["import fractions\n\n\n" + LARGE, LARGE])
def test_a_memory_limit_that_is_too_small_for_anything_is_named(make_double: MakeDouble, source: str) -> None:
    assert judge(make_double(FAST), source).passed
    made = make_double(f"[sandbox]\nmemory_mb = 1\n{FAST}")
    (problem,) = judge(made, source).faults
    assert problem.where == "vibesafe.toml sandbox.memory_mb"
    assert problem.remedy == "raise sandbox.memory_mb (it is 1; the default is 512)"


def test_a_candidate_that_eats_all_memory_is_refused(make_double: MakeDouble) -> None:
    verdict = judge(make_double(FAST), LARGE.replace("2 <<", "2 << 20 <<"))
    assert not verdict.faults
    assert "MemoryError" in verdict.findings[0].message


def test_a_time_limit_that_is_too_small_for_anything_is_named(make_double: MakeDouble) -> None:
    made = make_double(f"[sandbox]\ntimeout = 0.000001\n{FAST}")
    for (problem,) in (beforehand(made), judge(made).faults):
        assert problem.where == "vibesafe.toml sandbox.timeout"
        assert problem.remedy == "raise sandbox.timeout (it is 1e-06; the default is 10)"


def test_a_module_that_takes_longer_than_the_limit_names_the_limit(make_double: MakeDouble) -> None:
    made = edited(
        make_double("[sandbox]\ntimeout = 1\n" + FAST), "\n\n@vibesafe", "\nimport time\ntime.sleep(9)\n@vibesafe"
    )
    (problem,) = beforehand(made)
    assert "importing app.numbers alone" in problem.what
    assert problem.where == "vibesafe.toml sandbox.timeout"


def test_a_module_that_ends_the_process_is_named(make_double: MakeDouble) -> None:
    made = edited(make_double(FAST), "\n\n@vibesafe", "\nimport os\nos._exit(3)\n@vibesafe")
    (problem,) = beforehand(made)
    assert "exit code 3" in problem.what
    assert problem.where == "app/numbers.py"


def test_one_module_that_fails_takes_no_other_with_it(bench: MakeBench) -> None:
    stub = "import os\nfrom vibesafe_runtime import VibeCoded, vibesafe\n\n{before}\n@vibesafe\n"
    stub += "def double(n: int) -> int:\n"
    stub += '    """Twice.\n\n    >>> double(1)\n    2\n    """\n    raise VibeCoded()\n'
    before = {"a": "", "b": "os._exit(1)", "c": "", "d": "import not_there", "e": ""}
    files = {f"app/{name}.py": stub.format(before=text) for name, text in before.items()}
    made = bench({"app/__init__.py": ""} | files, FAST)
    found = faults_beforehand(made.scan.specs, made.context())
    assert [unit.module for unit in found] == ["app.b", "app.d"]


@pytest.mark.parametrize(
    ("old", "new", "line", "what"),
    [
        (">>> double(2)\n", ">>> double(2)  # doctest: +SKIP\n", 8, "+SKIP"),
        (">>> double(-3)", ">>> await double(-3)", 10, "await"),
    ],
)
def test_an_example_that_proves_nothing_is_the_specs_fault(
    make_double: MakeDouble, old: str, new: str, line: int, what: str
) -> None:
    made = make_double(FAST)
    assert spec_faults(made.spec(UNIT)) == ()
    wrong = edited(made, old, new)
    (problem,) = spec_faults(wrong.spec(UNIT))
    assert problem.where == f"app/numbers.py:{line}  {UNIT}"
    assert what.lstrip("+") in problem.what
    assert problem.remedy.startswith("edit the example")
    assert judge(wrong).faults == beforehand(wrong) == (problem,)


def test_an_async_unit_whose_examples_wait_for_nothing_is_the_specs_fault(make_double: MakeDouble) -> None:
    """Whatever a model wrote, each example would get a coroutine: nobody may be asked, or paid, for that."""
    wrong = edited(make_double(FAST), "def double", "async def double")
    problems = spec_faults(wrong.spec(UNIT))
    assert len(problems) == 1
    assert "does not await double(2)" in problems[0].what
    assert "asyncio.run(double(2))" in problems[0].remedy
    assert beforehand(wrong) == problems
    waits = edited(
        edited(wrong, ">>> double(2)", ">>> import asyncio\n    >>> asyncio.run(double(2))"),
        ">>> double(-3)",
        ">>> asyncio.run(double(-3))",
    )
    assert spec_faults(waits.spec(UNIT)) == ()
    verdict = judge(waits, "async def double(n: int) -> int:\n    return n * 2\n")
    assert not verdict.faults
    assert not verdict.findings
    shown = edited(
        waits, ">>> asyncio.run(double(2))\n    4", ">>> double(2)  # doctest: +ELLIPSIS\n    <coroutine ...>"
    )
    assert spec_faults(shown.spec(UNIT)) == ()


def test_a_tool_that_gives_up_on_one_candidate_refuses_it_alone_and_on_everything_nobody() -> None:
    failed = ToolRun(2, "", "INTERNAL ERROR")

    def unless(bad: str) -> dict[str, Reports | Finding | Fault]:
        asked: list[Sequence[str]] = []

        def ask(modules: Sequence[str]) -> Reports | ToolRun:
            asked.append(modules)
            return failed if bad in modules or bad == EMPTY else []

        found = judged("types", "mypy", ["a", "b", "c"], ask)
        assert len(asked) == (2 if bad == EMPTY else 1 if bad == "" else 6)
        return found

    assert unless("") == {"a": [], "b": [], "c": []}
    one = unless("b")
    assert (one["a"], one["c"]) == ([], [])
    assert isinstance(one["b"], Finding)
    assert all(isinstance(each, Fault) for each in unless(EMPTY).values())


def test_a_system_that_refuses_refuses_no_candidate(
    make_double: MakeDouble, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    made = make_double("")
    assert judge(made).passed
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    verdict = judge(made)
    assert verdict.findings == ()
    assert "gate lint" in verdict.faults[0].where
    assert os.strerror(errno.ENOENT) in verdict.faults[0].what


@pytest.fixture
def full_disk(tmp_path: Path) -> Path:
    disk = tmp_path / "full"
    disk.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "none", disk], capture_output=True, check=False)
    if made.returncode:
        pytest.skip("nothing can be mounted here")
    return disk


def test_a_full_disk_refuses_no_candidate(
    make_double: MakeDouble, full_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    try:
        made = make_double(f'[gates]\nmypy = ["--cache-dir={full_disk}"]\n')
        monkeypatch.setenv("TMPDIR", str(full_disk))
        verdict = judge(made)
        assert verdict.findings == ()
    finally:
        subprocess.run(["umount", "-l", full_disk], check=True)


def test_a_retest_writes_the_evidence_of_the_others_and_raises_the_faults(bench: MakeBench) -> None:
    sound = DOUBLE.replace("double", "twice")
    made = bench({"app/__init__.py": "", "app/numbers.py": DOUBLE, "app/sound.py": sound}, FAST)
    broken = edited(made, "\n\n@vibesafe\n", "\nimport not_installed_pkg\n\n@vibesafe\n")
    provenance = Provenance(*("submitted", "", "", "", "", "", (), 0, (), None, "2025-01-01T00:00:00.000000Z", "t"))
    pairs = [
        (spec, make_checkpoint(spec, digest(b""), HONEST.replace("double", spec.unit.name).encode(), provenance))
        for spec in broken.scan.specs
    ]
    assert [spec.unit.name for spec, _ in pairs] == ["double", "twice"]
    for _, checkpoint in pairs:
        write_checkpoint(broken.project.checkpoints_path, checkpoint, None)
    with pytest.raises(VibesafeValidationError, match="not_installed_pkg"):
        retest(broken.project, broken.scan, pairs)
    written = [path.parts[-3] for path in broken.project.checkpoints_path.rglob("evidence.toml")]
    assert written == ["twice"]


def test_nothing_is_probed_where_nothing_is_asked(double: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Sandbox, "run", lambda *_: pytest.fail("ran"))
    assert faults_beforehand([], double.context()) == {}
