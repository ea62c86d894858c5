"""How many of the forty problems a local model solves: compiled, saved, built, installed, and the hidden checks run.

The model is SmolLM2-135M-Instruct, unless `VIBESAFE_BENCHMARK_MODEL` names another GGUF file.
"""

import os
import subprocess
import tempfile
import time
from pathlib import Path

from benchmarks.humaneval import hidden_checks, keep_only, problems, write_project
from benchmarks.measure import Row, clean_environment, print_rows
from benchmarks.systems import System, installed_wheel

PROVIDER = """\
[tool.vibesafe.provider.default]
kind = "local"
model = "{model}"
temperature = 0.7
seed = 1
max_tokens = 400
attempts = {attempts}
"""
ATTEMPTS = 3


def main(our_python: Path, _rival_python: Path) -> None:
    """Print the table."""
    model = os.environ.get("VIBESAFE_BENCHMARK_MODEL", "SmolLM2-135M-Instruct")
    if not model.endswith(".gguf"):
        subprocess.run([our_python.parent / "vibesafe", "model", "install"], check=True)
    with tempfile.TemporaryDirectory(prefix="vibesafe-benchmark-") as scratch:
        root = Path(scratch) / "project"
        write_project(root, PROVIDER.format(model=model, attempts=ATTEMPTS))
        system = System(our_python, root)
        started = time.perf_counter()
        subprocess.run([our_python.parent / "vibesafe", "compile"], cwd=root, env=clean_environment(), check=False)
        took = time.perf_counter() - started
        accepted = _accepted(root)
        keep_only(root, accepted)
        subprocess.run([our_python.parent / "vibesafe", "save"], cwd=root, env=clean_environment(), check=False)
        passed = (
            hidden_checks(installed_wheel(system, Path(scratch) / "environment", "problems"), accepted)
            if accepted
            else []
        )
        total = len(problems())
        print_rows(
            f"HumanEval with {Path(model).name}, at most {ATTEMPTS} answers a unit",
            [
                Row("units that passed every gate", str(len(accepted)), f"of {total}", len(accepted) / total),
                Row("of these, right by the hidden check", str(len(passed)), f"of {total}", len(passed) / total),
                Row("seconds for all", f"{took:.0f} s", "", None),
            ],
        )


def _accepted(root: Path) -> set[str]:
    checkpoints = root / ".vibesafe" / "checkpoints"
    return {p["unit"] for p in problems() if any((checkpoints / p["unit"]).glob("*/evidence.toml"))}
