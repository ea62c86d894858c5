"""What the README tells a new user to type, typed."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
NOT_COPIED = shutil.ignore_patterns(".git", ".environments", ".*_cache", "__pycache__", "cache", "results")


def commands() -> list[str]:
    text = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```console\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    return [line.removeprefix("$ ") for block in blocks for line in block.splitlines() if line.startswith("$ ")]


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
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )
    said = done.stdout
    assert done.returncode == 0, said[-3000:] + done.stderr[-3000:]
    assert re.search(r"^refused  quickstart\.", said, re.MULTILINE)
    assert re.search(r"^passed   quickstart\.", said, re.MULTILINE)
    written = re.search(r"^(\d) of 5 written by the model, (\d) by hand$", said, re.MULTILINE)
    assert written is not None
    assert int(written[1]) >= 1
    assert "Hello, world! 42 832040 [2, 3, 5, 7, 11, 13, 17, 19, 23, 29]" in said
    assert "no artifact" in said
    assert "VibesafeHashMismatch" in done.stderr
    assert "== Done in" in said
