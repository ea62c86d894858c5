"""Make a virtual environment and install requirements into it, leaving the user's own Python alone.

usage: python3 .ci/make_environment.py DIRECTORY REQUIREMENT...

Needs Python 3.11 or later and pip, no root; an "externally managed" Python is fine. Prints the environment's Python.
"""

import subprocess
import sys
import venv
from pathlib import Path

OLDEST = (3, 11)


def main(directory: str, *requirements: str) -> int:
    """Make the environment where it is not there yet, install, and return an exit code."""
    if sys.version_info < OLDEST:
        return fail(f"Python {sys.version.split()[0]} is too old", "run this with Python 3.11 or later")
    home = Path(directory).resolve()
    python = home / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    if not python.exists() or not made_by_this_python(home):
        # Without pip: Debian's Python comes without ensurepip, and its pip can install into another environment.
        venv.EnvBuilder(with_pip=False, clear=True, symlinks=sys.platform != "win32").create(home)
    pip = [sys.executable, "-m", "pip"]
    if subprocess.run([*pip, "--version"], capture_output=True, check=False).returncode:
        return fail(
            f"{sys.executable} has no pip", "install it: `python3 -m ensurepip --user`, or your system's python3-pip"
        )
    quiet = ["-qq", "--disable-pip-version-check", "--no-input"]  # errors only
    installed = subprocess.run([*pip, "--python", str(python), "install", *quiet, *requirements], check=False)
    if installed.returncode:
        return fail(
            "pip could not install what is needed (its own words stand above)", "look at the network and run this again"
        )
    sys.stdout.write(f"{python}\n")
    return 0


def made_by_this_python(home: Path) -> bool:
    """Return whether an environment has the version of the Python that runs this."""
    configuration = (home / "pyvenv.cfg").read_text(encoding="utf-8")
    return f"version = {'.'.join(map(str, sys.version_info[:3]))}" in configuration


def fail(what: str, remedy: str) -> int:
    """Say what is wrong and what mends it."""
    sys.stderr.write(f"make_environment: {what}\n  mend: {remedy}\n")
    return 2


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
