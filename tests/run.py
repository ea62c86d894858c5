"""Run everything that guards the project: format, lint, types, import contracts, unit, property and end-to-end tests.

usage: python3 tests/run.py [PYTEST_OPTION...]

Makes its own environment in `.environments/test` on the first run.
"""

import os
import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ENVIRONMENT = ROOT / ".environments" / "test"


def environment() -> Path:
    """Make or refresh the test environment and return its Python."""
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    needed = pyproject["tool"]["hatch"]["envs"]["hatch-test"]
    requirements = [
        "-e",
        str(ROOT / "vibesafe_runtime"),
        "-e",
        f"{ROOT}[{','.join(needed['features'])}]",
        *(each for group in needed["dependency-groups"] for each in pyproject["dependency-groups"][group]),
    ]
    made = subprocess.run(
        [sys.executable, str(ROOT / ".ci" / "make_environment.py"), str(ENVIRONMENT), *requirements],
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if made.returncode:
        sys.exit(made.returncode)
    return Path(made.stdout.strip())


def programs_of_the_system() -> None:
    """Install what some tests need, where that can be done; without it they are skipped, with their reason.

    bubblewrap is for level L3 of the sandbox, Chromium for the page that `report` writes, the shells for completion.
    """
    needed = {"bwrap": "bubblewrap", "chromium": "chromium", "zsh": "zsh", "fish": "fish"}
    missing = [package for program, package in needed.items() if shutil.which(program) is None]
    if missing and shutil.which("apt-get") is not None and os.geteuid() == 0:
        quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        for words in (["update", "-qq"], ["install", "-qq", "--no-install-recommends", *missing]):
            subprocess.run(["apt-get", *words], env=quiet, stdout=subprocess.DEVNULL, check=False)


@dataclass(frozen=True)
class Ended:
    """How a check ended, and what it said where that was kept."""

    name: str
    passed: bool
    seconds: float
    said: str

    def tell(self) -> None:
        """Print it."""
        print(f"{self.said}== {self.name}: {'ok' if self.passed else 'FAILED'} in {self.seconds:.0f} s", flush=True)


def run(name: str, command: Sequence[str | Path], variables: Mapping[str, str], *, keep: bool = False) -> Ended:
    """Run one check, which is heard at once, or else kept until it is told."""
    started = time.monotonic()
    done = subprocess.run(command, cwd=ROOT, env=variables, capture_output=keep, text=True, check=False)
    said = (done.stdout or "") + (done.stderr or "")
    return Ended(name, done.returncode == 0, time.monotonic() - started, said)


def main(options: list[str]) -> int:
    """Run every check, all of them even where one fails; return 0 where all passed."""
    python = environment()
    programs_of_the_system()
    programs = python.parent
    variables = os.environ | {"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}
    # One more than there are processors: a third of the time the tests wait for processes of theirs.
    workers = str((os.cpu_count() or 1) + 1)
    checks: dict[str, list[str | Path]] = {
        "format": [programs / "ruff", "format", "--check", "."],
        "lint": [programs / "ruff", "check", "."],
        "types": [programs / "mypy"],
        "imports": [programs / "lint-imports", "--no-cache"],
        "tests": [python, "-m", "pytest", "-n", workers, "--dist", "worksteal", *options],
    }
    ended: list[Ended] = []
    with ThreadPoolExecutor() as beside:
        for name, command in checks.items():
            words = (Path(part).name if part == command[0] else str(part) for part in command)
            print(f"== {name}: {' '.join(words)}", flush=True)
            if name == "types":  # half a minute of one processor: beside the tests, and told with them
                types = beside.submit(run, name, command, variables, keep=True)
                continue
            done = [run(name, command, variables)]
            if name == "tests":
                done.insert(0, types.result())
            for each in done:
                each.tell()
            ended += done
    failed = [each.name for each in ended if not each.passed]
    print(f"== failed: {', '.join(failed)}" if failed else "== all passed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
