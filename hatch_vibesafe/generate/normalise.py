"""The one format in which implementations are hashed, gated and stored."""

import importlib
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from hatch_vibesafe.problems import Problem, VibesafeConfigurationError, VibesafeError

# A fixed version, so that the bytes do not depend on the Python that runs us.
_OPTIONS = ("--isolated", "--no-cache", "--quiet", "--target-version", "py311")
_UNUSED_AND_UNSORTED_IMPORTS = "F401,I"
_SYSTEM_ERROR = b"(os error "  # how Rust shows what the system refused


def normalise(implementations: Sequence[bytes]) -> tuple[bytes, ...]:
    """Return the implementations without unused imports, with sorted ones, formatted; what is no Python stays as it is.

    One formatter run serves all of them. Only fixes that ruff calls safe are made.

    Raises:
        VibesafeConfigurationError: if ruff is not installed or does not start.
        VibesafeError: if the system keeps it from writing.
    """
    if not implementations:
        return ()
    with tempfile.TemporaryDirectory(prefix="vibesafe-") as name:
        directory = Path(name)
        files = [directory / f"candidate_{number}.py" for number in range(len(implementations))]
        for file, implementation in zip(files, implementations, strict=True):
            file.write_bytes(implementation)
        _ruff("check", "--fix-only", "--select", _UNUSED_AND_UNSORTED_IMPORTS, directory=directory)
        _ruff("format", directory=directory)
        return tuple(file.read_bytes() for file in files)


def _ruff(command: str, *options: str, directory: Path) -> None:
    try:
        # Exit code 2 only says that a file is no Python; the others are done nevertheless.
        done = subprocess.run(  # noqa: S603 - our own arguments, and files that we wrote
            [_ruff_program(), command, *_OPTIONS, *options, "."],
            cwd=directory,
            capture_output=True,
            check=False,
            start_new_session=True,  # Ctrl-C is for us: what is being judged is finished first
            env={},
        )
    except OSError as error:
        raise VibesafeConfigurationError(_missing(f"cannot be started: {error.strerror}")) from None
    if _SYSTEM_ERROR in done.stderr:
        said = " | ".join(done.stderr.decode("utf-8", "replace").split("\n")).strip(" |")
        mend = "mend that (a full disk, a missing right) and run the command again"
        raise VibesafeError(Problem("ruff, which formats implementations", f"could not write: {said}", mend))


def _ruff_program() -> str:
    beside = Path(sys.executable).parent
    for candidate in (beside / "ruff", beside / "ruff.exe"):
        if candidate.is_file():
            return str(candidate)
    try:
        return str(importlib.import_module("ruff").find_ruff_bin())
    except (ImportError, AttributeError, FileNotFoundError):
        raise VibesafeConfigurationError(_missing("is not installed")) from None


def _missing(what: str) -> Problem:
    return Problem("ruff, which formats implementations", what, "pip install 'hatch-vibesafe[dev]'")
