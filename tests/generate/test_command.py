"""Programs as providers: real ones, well and badly behaved, and nothing of them is left behind."""

import os
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from hatch_vibesafe.config import Config
from hatch_vibesafe.generate.asking import Asking
from hatch_vibesafe.generate.gateway.tries import Try
from hatch_vibesafe.generate.inquiry import Inquiry
from hatch_vibesafe.generate.providers.command import Command
from hatch_vibesafe.generate.providers.failures import ProviderUnusableError, RequestFailedError
from hatch_vibesafe.generate.providers.open import open_provider
from hatch_vibesafe.generate.providers.protocol import Message, Request
from hatch_vibesafe.identity import Digest, UnitId
from hatch_vibesafe.problems import VibesafeConfigurationError, VibesafeProviderError
from hatch_vibesafe.project import Project
from hatch_vibesafe.provider_config import ProviderConfig
from hatch_vibesafe.store.records import Answer

QUESTION = Request((Message("user", "Write f, größer.\n"),), (("model", "mine"), ("seed", 4)))
HIDDEN = "sk-canary-0123456789"
Program = Callable[..., ProviderConfig]


@pytest.fixture
def program(tmp_path: Path) -> Program:
    def make(source: str, *arguments: str, environment: tuple[str, ...] = (), timeout: float = 30) -> ProviderConfig:
        (tmp_path / "answer.py").write_text(source, encoding="utf-8")
        command = (sys.executable, "answer.py", *arguments)
        return ProviderConfig("mine", "command", "mine", timeout=timeout, command=command, environment=environment)

    return make


def failure(config: ProviderConfig, root: Path) -> RequestFailedError:
    with pytest.raises(RequestFailedError) as raised:
        Command(config, root).ask(QUESTION)
    return raised.value


def test_the_prompt_goes_in_and_what_is_written_comes_out(program: Program, tmp_path: Path) -> None:
    source = "import sys, os\nsys.stdout.write(sys.stdin.read().upper() + str(sys.argv[1:]) + os.getcwd())"
    config = program(source, "-m={model}", "{seed}", "{}", "{model}{seed}")
    assert Command(config, tmp_path).ask(QUESTION) == Answer(
        f"WRITE F, GRÖSSER.\n['-m=mine', '4', '{{}}', 'mine4']{tmp_path}", "mine"
    )


def test_several_messages_have_their_roles(program: Program, tmp_path: Path) -> None:
    config = program("import sys; print(sys.stdin.read(), end='')")
    request = Request((Message("system", "Be short."), Message("user", "Write f.\n")), ())
    assert Command(config, tmp_path).ask(request).text == "[system]\nBe short.\n\n[user]\nWrite f.\n"


def test_a_program_that_reads_nothing_and_one_that_reads_late_both_answer(program: Program, tmp_path: Path) -> None:
    request = Request((Message("user", "x" * 1_000_000),), ())
    assert Command(program("print('done')"), tmp_path).ask(request).text == "done\n"
    late = "import sys; sys.stdout.write('y' * 1_000_000); sys.stdout.flush(); print(len(sys.stdin.read()))"
    assert Command(program(late), tmp_path).ask(request).text == "y" * 1_000_000 + "1000000\n"


def test_it_gets_no_variable_that_is_not_named(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", HIDDEN)
    monkeypatch.setenv("MY_TOKEN", HIDDEN)
    monkeypatch.setenv("LC_TIME", "C")
    source = "import os; print(sorted(set(os.environ) & {'PATH', 'LC_TIME', 'OPENAI_API_KEY', 'MY_TOKEN'}))"
    assert Command(program(source), tmp_path).ask(QUESTION).text == "['LC_TIME', 'PATH']\n"
    named = program(source, environment=("MY_TOKEN",))
    assert Command(named, tmp_path).ask(QUESTION).text == "['LC_TIME', 'MY_TOKEN', 'PATH']\n"


def test_a_named_variable_that_is_not_set_is_a_problem_before_anything_runs(program: Program, tmp_path: Path) -> None:
    config = program("open('ran', 'w')", environment=("NO_SUCH_TOKEN", "NOR_THIS"))
    with pytest.raises(ProviderUnusableError) as raised:
        Command(config, tmp_path).ask(QUESTION)
    assert [problem.remedy for problem in raised.value.problems] == ["set NO_SUCH_TOKEN", "set NOR_THIS"]
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("ending", ["", "sys.exit(3)", "raise ValueError(os.environ['MY_TOKEN'])"])
def test_a_secret_that_it_was_given_comes_back_in_nothing(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    monkeypatch.setenv("MY_TOKEN", HIDDEN)
    source = "import os, sys\nfor stream in (sys.stdout, sys.stderr): print(os.environ['MY_TOKEN'], file=stream)\n"
    provider = Command(program(source + ending, environment=("MY_TOKEN",)), tmp_path)
    try:
        said = repr(provider.ask(QUESTION))
    except RequestFailedError as error:
        said = f"{error} {error.failure!r} {error.__context__!r}"
    assert "[key]" in said
    assert HIDDEN not in said


@pytest.mark.parametrize(
    ("source", "what", "again"),
    [
        ("import sys; print('no model\\nhere', file=sys.stderr); sys.exit(3)", "exit code 3: no model here", False),
        ("import sys; sys.exit(75)", "exit code 75", True),
        ("import os; os.kill(os.getpid(), 9)", "SIGKILL", False),
        ("import sys; sys.stdout.buffer.write(b'ab\\xff')", "not UTF-8: byte 2", False),
        ("import sys\nwhile True: sys.stdout.write('x' * 65536)", "more than 16 MiB", False),
    ],
)
def test_what_goes_wrong_is_said(program: Program, tmp_path: Path, source: str, what: str, again: bool) -> None:
    error = failure(program(source), tmp_path)
    [problem] = error.problems
    assert what in problem.what
    assert "[provider.mine]" in problem.where
    assert error.failure.again is again


def test_one_that_writes_without_end_to_standard_error_still_answers(program: Program, tmp_path: Path) -> None:
    source = "import sys; sys.stderr.write('x' * 10_000_000); print('done')"
    assert Command(program(source), tmp_path).ask(QUESTION).text == "done\n"


@pytest.mark.parametrize("command", [("/no/such/program",), ("./answer.txt",), ("with\0zero",)])
def test_one_that_cannot_be_started_is_named(tmp_path: Path, command: tuple[str, ...]) -> None:
    (tmp_path / "answer.txt").write_text("no program")
    with pytest.raises(ProviderUnusableError, match="cannot be started"):
        Command(ProviderConfig("mine", "command", "m", command=command), tmp_path).ask(QUESTION)


CHILD = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
open("child", "w").write(str(child.pid))
{then}
"""


def is_gone(pid: int) -> bool:
    for _ in range(200):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        if (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()[0] == "Z":
            return True
        time.sleep(0.05)
    return False


def waited_for(path: Path) -> str:
    for _ in range(600):
        if path.exists() and path.read_text():
            return path.read_text()
        time.sleep(0.05)
    raise AssertionError(path)


def test_one_that_takes_too_long_is_killed_with_all_that_it_started(program: Program, tmp_path: Path) -> None:
    error = failure(program(CHILD.format(then="time.sleep(600)"), timeout=2), tmp_path)
    assert "did not answer within 2 s" in error.problems[0].what
    assert error.failure.again
    assert is_gone(int(waited_for(tmp_path / "child")))


def test_what_it_leaves_in_the_background_ends_with_it(program: Program, tmp_path: Path) -> None:
    config = program(CHILD.format(then="print('done')"))
    assert Command(config, tmp_path).ask(QUESTION).text == "done\n"
    assert is_gone(int(waited_for(tmp_path / "child")))


def test_closing_kills_what_runs_and_starts_nothing_more(program: Program, tmp_path: Path) -> None:
    config = program(CHILD.format(then="time.sleep(600)"), timeout=300)
    provider = Command(config, tmp_path)
    raised: list[RequestFailedError] = []

    def ask() -> None:
        try:
            provider.ask(QUESTION)
        except RequestFailedError as error:
            raised.append(error)

    asking = threading.Thread(target=ask)
    asking.start()
    child = int(waited_for(tmp_path / "child"))
    provider.close()
    asking.join(30)
    assert "nothing more is asked" in raised[0].problems[0].what
    assert is_gone(child)
    with pytest.raises(RequestFailedError, match="not asked any more"):
        provider.ask(QUESTION)


def test_a_run_that_ends_asking_kills_its_programs(program: Program, tmp_path: Path) -> None:
    config = program(CHILD.format(then="time.sleep(600)"), timeout=300)
    asking = Asking(Project(tmp_path, Config(providers=(config,))), jobs=1)
    tries: list[Try] = []
    question = Inquiry(UnitId("app", "f"), QUESTION, Digest("0" * 64), tries.append)
    answer = asking.ask(asking.provider(config), question)
    child = int(waited_for(tmp_path / "child"))
    asking.close(wait=True)
    with pytest.raises(VibesafeProviderError, match="nothing more is asked"):
        answer.result(30)
    assert is_gone(child)
    assert [(each.provider, each.outcome) for each in tries] == [("mine", "failed")]


def test_a_setting_that_the_arguments_do_not_name_is_refused(program: Program, tmp_path: Path) -> None:
    config = replace(program("print(1)", "{model}"), temperature=0.5)
    with pytest.raises(VibesafeConfigurationError, match="do not name it"):
        open_provider(config, tmp_path)
    named = replace(config, command=(*config.command, "{temperature}"))
    assert open_provider(named, tmp_path).kind == "command"
