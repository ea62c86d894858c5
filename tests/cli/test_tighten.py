"""`vibesafe tighten` as a developer and a program use it: real implementations, real mutants, a real file."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pexpect
import pytest

from hatch_vibesafe.cli.main import EXIT_INTERRUPTED

REPOSITORY = Path(__file__).parents[2]
MODULE = '''\
from vibesafe_runtime import VibeCoded, vibesafe


@vibesafe
def grade(points: int) -> str:
    """Return "A" from 90 points, else "B".

    >>> grade(95)
    'A'
    >>> grade(60)
    'B'
    >>> grade(10)
    'B'
    """
    raise VibeCoded()  # as it was
'''
GRADE = 'def grade(points: int) -> str:\n    return "A" if points >= 90 else "B"\n'
UNIT = "m/grade"


def vibesafe(root: Path, *arguments: str, said: str = "") -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-c", "from hatch_vibesafe.cli import main; main()", *arguments]
    environment = os.environ | {"PYTHONPATH": str(REPOSITORY)}
    return subprocess.run(
        command, cwd=root, input=said, env=environment, capture_output=True, text=True, check=False, timeout=120
    )


@pytest.fixture(scope="module")
def submitted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("submitted")
    (root / "vibesafe.toml").write_text("")
    (root / "m.py").write_text(MODULE)
    (root / "grade.py").write_text(GRADE)
    done = vibesafe(root, "submit", UNIT, "grade.py")
    assert done.returncode == 0, done.stderr
    return root


@pytest.fixture
def project(submitted: Path, tmp_path: Path) -> Path:
    return shutil.copytree(submitted, tmp_path / "project")


def test_a_developer_decides_and_the_spec_says_it(project: Path) -> None:
    done = vibesafe(project, "tighten", UNIT, "--questions", "1", said="1\n")
    assert done.returncode == 0, done.stderr
    assert "1 of at most 1:  grade(9" in done.stdout
    text = (project / "m.py").read_text()
    call = done.stdout.partition("of at most 1:  ")[2].partition("\n")[0]
    added = text[text.index(f"    >>> {call}\n") : text.index('    """\n    raise')]
    assert text.replace(added, "") == MODULE
    # What was decided refuses the rival from now on, and lets the implementation pass.
    assert vibesafe(project, "submit", UNIT, "grade.py").returncode == 0
    off = GRADE.replace(">= 90", "> 90") if call == "grade(90)" else GRADE.replace(">= 90", ">= 89")
    (project / "off.py").write_text(off)
    assert vibesafe(project, "submit", UNIT, "off.py").returncode == 1
    listed = json.loads(vibesafe(project, "tighten", UNIT, "--json").stdout)
    assert call not in [question["call"] for question in listed["questions"]]


def test_a_program_lists_the_questions_and_gives_the_answers(project: Path) -> None:
    listed = json.loads(vibesafe(project, "tighten", UNIT, "--json").stdout)
    assert (listed["unit"], listed["implementation"]) == (UNIT, True)
    first, *_ = listed["questions"]
    assert sum(answer["implementation"] for answer in first["answers"]) == 1
    assert (project / "m.py").read_text() == MODULE
    other = next(answer["answer"] for answer in first["answers"] if not answer["implementation"])
    done = vibesafe(project, "tighten", UNIT, "--answer", first["call"], other)
    assert done.returncode == 0, done.stderr
    assert "so is the implementation" in done.stdout
    assert f">>> {first['call']}\n    {other}\n" in (project / "m.py").read_text()
    assert vibesafe(project, "submit", UNIT, "grade.py").returncode == 1


def test_a_call_that_nobody_makes_becomes_a_requirement(project: Path) -> None:
    listed = json.loads(vibesafe(project, "tighten", UNIT, "--json").stdout)
    call = listed["questions"][0]["call"]
    assert vibesafe(project, "tighten", UNIT, "--do-not-care", call).returncode == 0
    assert f"Requires:\n        points != {call[6:-1]}\n" in (project / "m.py").read_text()
    again = json.loads(
        (vibesafe(project, "submit", UNIT, "grade.py"), vibesafe(project, "tighten", UNIT, "--json"))[1].stdout
    )
    assert call not in [question["call"] for question in again["questions"]]


@pytest.mark.parametrize(
    ("arguments", "said", "code", "words"),
    [
        ((UNIT, "--answer", "grade(12345)", "'A'"), "", 2, "is no question about m/grade"),
        ((UNIT, "--answer", "grade(90)", "A B"), "", 2, "is no value"),
        (("m/other",), "", 2, "names no unit"),
        ((UNIT,), "", 130, "interrupted"),
        ((UNIT,), "n\nA B\n'A'\nq\n", 0, ""),
        ((UNIT, "--answer", "grade(90)", "5"), "", 1, "expects 5, and the spec is to return str"),
        ((UNIT, "--questions", "1"), "n\n5\nq\n", 0, "expects 5, and the spec is to return str"),
    ],
)
def test_bad_answers_and_no_answers(
    project: Path, arguments: tuple[str, ...], said: str, code: int, words: str
) -> None:
    done = vibesafe(project, "tighten", *arguments, said=said)
    assert (done.returncode, words in done.stderr, "Traceback" in done.stderr) == (code, True, False), done.stderr
    assert "'A'\nq" in said or (project / "m.py").read_text() == MODULE


def test_ctrl_c_at_a_question_writes_nothing(project: Path) -> None:
    command = ["-c", "from hatch_vibesafe.cli import main; main()", "tighten", UNIT]
    variables = os.environ | {"PYTHONPATH": str(REPOSITORY), "NO_COLOR": "1", "TERM": "xterm"}
    child = pexpect.spawn(
        sys.executable, command, cwd=str(project), env=variables, encoding="utf-8", timeout=120, dimensions=(40, 100)
    )
    child.expect_exact("which is right")
    child.sendline("n")
    child.expect_exact("what is right")
    child.send("\x03")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == EXIT_INTERRUPTED
    assert "\nvibesafe: interrupted" in str(child.before)
    assert (project / "m.py").read_text() == MODULE


def test_without_an_implementation_there_is_nothing_to_ask(tmp_path: Path) -> None:
    (tmp_path / "vibesafe.toml").write_text("")
    (tmp_path / "m.py").write_text(MODULE)
    done = vibesafe(tmp_path, "tighten", UNIT)
    assert (done.returncode, "vibesafe compile --target m/grade" in done.stderr) == (1, True)
