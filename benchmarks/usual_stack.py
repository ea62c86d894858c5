"""The peer: pytest with doctests, mypy --strict and ruff with their defaults; each candidate is a module of its own.

Nothing confines the candidates but limits on memory and on the processor's time: the corpus is bounded, so that they
hurt nothing.
"""

import json
import os
import resource
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

SECONDS = 8
SECONDS_ASLEEP = 60
MEMORY = 2 << 30
TOOLS = ("pytest", "mypy", "ruff")


def accepted_by(sources: Sequence[str], project: Path, directory: Path) -> dict[str, list[bool]]:
    """Return for each tool, and under `all` for all three, whether it accepts each module.

    Args:
        sources: The modules, docstrings with examples in them.
        project: Where what they import is.
        directory: An empty directory to work in.
    """
    names = [f"candidate_{number}" for number in range(len(sources))]
    for name, source in zip(names, sources, strict=True):
        (directory / name).mkdir()
        (directory / name / f"{name}.py").write_text(source, encoding="utf-8")
    files = [directory / name / f"{name}.py" for name in names]
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        tested = list(threads.map(lambda file: _tested(file, project), files))
    refused = {"mypy": _refused_by_mypy(files, project), "ruff": _refused_by_ruff(files, project)}
    found = {"pytest": tested}
    found |= {tool: [file.stem not in stems for file in files] for tool, stems in refused.items()}
    return found | {"all": [all(each) for each in zip(*(found[tool] for tool in TOOLS), strict=True)]}


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))


def _tested(file: Path, project: Path) -> bool:
    command = [sys.executable, "-m", "pytest", "--doctest-modules", "-q", "-p", "no:cacheprovider", file.name]
    try:
        done = subprocess.run(
            command,
            cwd=file.parent,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(project)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=SECONDS_ASLEEP,
            preexec_fn=_limit,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def _refused_by_mypy(files: Sequence[Path], project: Path) -> set[str]:
    """Return the stems of the files in which mypy finds an error. One at a time it says no more, and takes longer."""
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file=", "--output=json", "--no-error-summary"]
    done = subprocess.run(
        [*command, f"--cache-dir={project / '.mypy_cache'}", *map(str, files)],
        cwd=project,
        env={"PATH": os.environ["PATH"], "MYPYPATH": str(project)},
        capture_output=True,
        text=True,
        check=False,
    )
    return {Path(json.loads(line)["file"]).stem for line in done.stdout.splitlines() if line.startswith("{")}


def _refused_by_ruff(files: Sequence[Path], project: Path) -> set[str]:
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--no-cache", "--output-format=json"]
    done = subprocess.run([*command, *map(str, files)], cwd=project, capture_output=True, text=True, check=False)
    return {Path(item["filename"]).stem for item in json.loads(done.stdout)}
