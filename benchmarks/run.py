"""Run benchmarks and print their tables of ratios.

usage: python3 benchmarks/run.py [NAME...]     (default: all that need no model)

Makes its own environments in `.environments/`; every figure comes from one run on one machine.
"""

import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ENVIRONMENTS = ROOT / ".environments"
RIVAL = "vibesafe==0.2.1"
RIVAL_NEEDS = (3, 12)

# Name -> what it measures. `humaneval_models` needs a local model server's package and a quarter of an hour.
BENCHMARKS = {
    "production": "import, first call, call and footprint of an installed wheel, against plain modules and the rival",
    "imports": "time and memory of importing 1 to 10,000 installed units, against plain cached modules",
    "builds": "python -m build of up to 1,000 saved units, with and without the hook",
    "commands": "scan, status, diff and check over many units, against the rival",
    "generation": "overhead a unit, units a second and waiting at once of `compile`, against the rival",
    "signature": "a signed statement checked once in a fresh process, against OpenSSL through cryptography",
    "contracts": "one call with two clauses: unchecked, checked by us, by icontract and by deal",
    "attacks": "attacks on what is deployed, ours and the rival's: which are let through",
    "gate_strength": "wrong code accepted and right code refused, gate by gate, against pytest, mypy and ruff",
    "gate_strength_full": "the same over every mutant (only when named)",
    "gate_questions": "what five answers to `tighten`, or another sample, add to the gates",
    "sandbox": "a candidate confined at each level, alone and as one of a hundred, against pytest",
    "humaneval": "40 real problems: submitted, saved, built, installed, and their hidden checks run",
    "generation_models": "our loop against one greedy answer and resampling, local model (only when named)",
    "humaneval_models": "how many of the 40 a local model solves (only when named)",
}
ONLY_WHEN_NAMED = {"generation_models", "humaneval_models", "gate_strength_full"}


def interpreter() -> Path:
    """Return a Python that both systems run on: the rival needs 3.12 or later.

    Raises:
        SystemExit: if none is found on the path or among pyenv's versions.
    """
    if sys.version_info >= RIVAL_NEEDS:
        return Path(sys.executable)
    on_path = (shutil.which(f"python3.{minor}") for minor in (13, 12))
    in_pyenv = sorted(Path.home().glob(".pyenv/versions/3.1[23]*/bin/python"), reverse=True)
    candidates: list[str | Path] = [*filter(None, on_path), *in_pyenv]
    for found in candidates:
        if subprocess.run([found, "-c", "pass"], capture_output=True, check=False).returncode == 0:
            return Path(found)
    raise SystemExit("benchmarks: no Python 3.12 or later was found\n  mend: install one, or run this with it")


def environment(name: str, *requirements: str) -> Path:
    """Return the Python of an environment with these requirements, made on the first run."""
    made = subprocess.run(
        [interpreter(), str(ROOT / ".ci" / "make_environment.py"), str(ENVIRONMENTS / name), *requirements],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return Path(made.stdout.strip())


def main(names: list[str]) -> int:
    """Run the named benchmarks, or all that need no model."""
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        print(f"no such benchmark: {', '.join(unknown)}; there are: {', '.join(BENCHMARKS)}", file=sys.stderr)
        return 2
    ours = environment(
        "benchmarks", "-e", str(ROOT / "vibesafe_runtime"), "-e", f"{ROOT}[dev,local,sign,wasi]", "build", "pip"
    )
    rival = environment("rival", RIVAL, "ruff", "ty", "hypothesis", "mypy")
    sys.path.insert(0, str(ROOT))
    for name in names or [name for name in BENCHMARKS if name not in ONLY_WHEN_NAMED]:
        import_module(f"benchmarks.{name}").main(ours, rival)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
