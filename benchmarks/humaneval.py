"""Forty real problems: stubs and solutions submitted, saved, built, installed bare, and every hidden check run."""

import json
import subprocess
import tempfile
import time
from pathlib import Path

from benchmarks.measure import Row, clean_environment, print_rows
from benchmarks.systems import OUR_PYPROJECT, ROOT, System, installed_wheel

DATA = ROOT / "tests" / "data" / "humaneval" / "dev.jsonl"
CHECK = """
import importlib, json, sys
passed = []
for line in sys.stdin:
    problem = json.loads(line)
    function = getattr(importlib.import_module(problem["module"]), problem["function"])
    namespace = {problem["function"]: function}
    exec(problem["check"], namespace)
    try:
        namespace["check"](function)
    except Exception as error:
        print(problem["unit"], repr(error), file=sys.stderr)
    else:
        passed.append(problem["unit"])
print(json.dumps(passed))
"""


def problems() -> list[dict[str, str]]:
    """Return the problems of the data file."""
    return [json.loads(line) for line in DATA.read_text(encoding="utf-8").splitlines()]


def write_project(root: Path, provider: str) -> None:
    """Write a project of all stubs, with the provider table given."""
    package = root / "problems"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("", encoding="utf-8")
    head = OUR_PYPROJECT.partition("[tool.vibesafe")[0]
    head = head.replace('name = "units"', 'name = "problems"').replace('["units", "entry.py"]', '["problems"]')
    (root / "pyproject.toml").write_text(head + provider, encoding="utf-8")
    for problem in problems():
        place = package / f"{problem['module'].rpartition('.')[2]}.py"
        place.write_text(problem["stub"], encoding="utf-8")


def keep_only(root: Path, units: set[str]) -> None:
    """Take the unsolved stubs out, for a build with an unwritten unit is refused."""
    for problem in problems():
        if problem["unit"] not in units:
            (root / "problems" / f"{problem['module'].rpartition('.')[2]}.py").unlink()


def hidden_checks(production: Path, units: set[str]) -> list[str]:
    """Return the units whose hidden check passes against the installed function."""
    lines = "\n".join(json.dumps(problem) for problem in problems() if problem["unit"] in units)
    done = subprocess.run(
        [production, "-c", CHECK],
        input=lines,
        env=clean_environment(),
        cwd=production.parent,
        capture_output=True,
        text=True,
        check=True,
    )
    print(done.stderr, end="")
    passed: list[str] = json.loads(done.stdout)
    return passed


def main(our_python: Path, _rival_python: Path) -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory(prefix="vibesafe-benchmark-") as scratch:
        root = Path(scratch) / "project"
        write_project(root, "")
        system = System(our_python, root)
        started = time.perf_counter()
        accepted = [problem["unit"] for problem in problems() if _submitted(system, problem, Path(scratch))]
        took = time.perf_counter() - started
        keep_only(root, set(accepted))
        subprocess.run([our_python.parent / "vibesafe", "save"], cwd=root, env=clean_environment(), check=False)
        production = installed_wheel(system, Path(scratch) / "environment", "problems")
        passed = hidden_checks(production, set(accepted))
        total = len(problems())
        print_rows(
            "HumanEval, 40 problems",
            [
                Row("solutions accepted by all gates", str(len(accepted)), f"of {total}", len(accepted) / total),
                Row(
                    "hidden checks passed against the installed wheel",
                    str(len(passed)),
                    f"of {total}",
                    len(passed) / total,
                ),
                Row("seconds a `vibesafe submit`", f"{took / total:.2f} s", "", None),
            ],
        )


def _submitted(system: System, problem: dict[str, str], scratch: Path) -> bool:
    file = scratch / "solution.py"
    file.write_text(problem["solution"], encoding="utf-8")
    variant = system.command("submit", problem["unit"], str(file), "--author", "HumanEval's canonical solution")
    done = subprocess.run(
        [str(part) for part in variant.command],
        cwd=variant.directory,
        env=dict(variant.environment),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        print(problem["unit"], done.stderr)
    return done.returncode == 0
