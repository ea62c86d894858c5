"""What the README tells a new user to type, typed."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

import tests.run

REPOSITORY = Path(__file__).parents[2]
NOT_COPIED = shutil.ignore_patterns(".git", ".environments", ".*_cache", "__pycache__", "cache", "results")


def commands() -> list[str]:
    text = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```console\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    return [line.removeprefix("$ ") for block in blocks for line in block.splitlines() if line.startswith("$ ")]


def shown() -> list[str]:
    """Return what the README says that the two commands print."""
    text = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    part = text.partition("## Two commands\n")[2].partition("\n## ")[0]
    return re.findall(r"^```text\n(.*?)^```", part, re.MULTILINE | re.DOTALL)


def shape(line: str) -> str:
    """Return a line without what differs from run to run: hashes, who approves, what the model got right."""
    line = re.sub(r"[0-9a-f]{12,}", "#", line.rstrip())
    line = re.sub(r", approved by .*", "", line)
    line = re.sub(r"^(passed|refused)   ?\S.*", r"\1", line)
    return re.sub(r"^\d of 5 written by the model, \d by hand$", "# of 5 written by the model, # by hand", line)


def missing(block: str, printed: str) -> str | None:
    """Return the first line of a README's block that was not printed in its place; None where all were.

    Between two lines that follow each other nothing else was printed; `…` stands for lines, or for the rest of one.
    """
    real = [shape(line) for line in printed.splitlines()]
    places = {*range(len(real))}  # where the next line may stand
    for line in block.splitlines():
        if line == "…":
            places = {*range(min(places), len(real))} if places else set()
            continue
        wanted = shape(line.removesuffix("…"))
        here = {
            at
            for at in places
            if at < len(real) and (real[at].startswith(wanted) if "…" in line else real[at] == wanted)
        }
        if not here:
            return line
        places = {at + 1 for at in here}
    return None


def test_what_the_readme_shows_is_held_against_what_is_printed() -> None:
    printed = "a\nsaved  m/f  0123456789abcdef, approved by Ada\nb\nin 5 seconds\n"
    assert missing("a\nsaved  m/f  fedcba987654\n…\nin …\n", printed) is None
    assert missing("…\nb\nin 5 seconds\n", printed) is None
    assert missing("a\nb\n", printed) == "b"
    assert missing("…\nin 5\n", printed) == "in 5"
    assert missing("…\nb\n…\nb\n", printed) == "b"


def test_the_second_command_prints_what_the_readme_shows(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tests.run, "environment", lambda: Path("bin", "python"))
    monkeypatch.setattr(tests.run, "programs_of_the_system", lambda: None)
    ended = subprocess.CompletedProcess[str]([], 0)
    monkeypatch.setattr(tests.run, "subprocess", SimpleNamespace(run=lambda *_, **__: ended))
    assert tests.run.main([]) == 0
    printed = capsys.readouterr().out
    _, second = shown()
    assert missing(second, printed) is None
    assert [line.split()[1] for line in printed.splitlines() if not line.endswith(" s")] == [
        line.split()[1] for line in second.splitlines() if line.startswith("== ") and not line.endswith("ok in …")
    ]


def test_the_readme_begins_with_the_two_commands() -> None:
    assert commands()[:2] == ["python3 examples/quickstart/demo.py", "python3 tests/run.py"]
    assert "tests/run.py" in (REPOSITORY / ".ci" / "run").read_text(encoding="utf-8")


@pytest.mark.e2e
def test_the_demo_goes_the_whole_way(tmp_path: Path) -> None:
    """A real model, real builds, a fresh environment; the package index is all that it may reach."""
    checkout = tmp_path / "checkout"
    shutil.copytree(REPOSITORY, checkout, ignore=NOT_COPIED)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("OPENAI", "VIBESAFE", "COV"))}
    done = subprocess.run(
        [sys.executable, "examples/quickstart/demo.py"],
        cwd=checkout,
        env=kept,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,  # in one, as in a terminal
        text=True,
        check=False,
        timeout=900,
    )
    said = done.stdout
    assert done.returncode == 0, said[-6000:]
    first, _ = shown()
    assert missing(first, said) is None, said[-6000:]
    assert re.search(r"^refused  quickstart\.", said, re.MULTILINE)
    assert re.search(r"^passed   quickstart\.", said, re.MULTILINE)
    written = re.search(r"^(\d) of 5 written by the model, (\d) by hand$", said, re.MULTILINE)
    assert written is not None
    assert int(written[1]) >= 1
    assert "Hello, world! 42 832040 [2, 3, 5, 7, 11, 13, 17, 19, 23, 29]" in said
    assert "no artifact" in said
    assert "VibesafeHashMismatch" in said
    assert "== Done in" in said
