"""A key and an environment value that no file of a test run may hold: canaries, looked for when the run is over.

Tests give providers the key in `CANARY_KEY`, and every process of the run has both variables. What a run leaves in its
temporary directory (projects, ledgers, caches, logs, wheels, installed environments) and what it prints is searched for
them, in every spelling that is easily undone, and inside archives and transcripts.
"""

import io
import os
import sqlite3
import tarfile
import zipfile
import zlib
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from hatch_vibesafe.redact import spellings

# Put together when it runs: a test that checks this repository out must not find it in this file.
_DIGITS = "7c1f93e5d0b24a68"
CANARY = f"vibesafe-canary-{_DIGITS}"
"""What both have in common, so that one search finds either."""

CANARY_KEY = f"sk-{CANARY}-key"
CANARY_VALUE = f"{CANARY}-value"
SPELLINGS = tuple(sorted(spelling.encode() for spelling in spellings(CANARY)))
_OF_OTHERS = frozenset({".so", ".gguf"})
_ARCHIVES = frozenset({".whl", ".zip", ".gz", ".tgz"})
_MOST_SHOWN = 20
_LEAKS = "canary_leaks"
_FOUND: list[str] = []


def pytest_configure() -> None:
    """Let every process of the run have both."""
    os.environ["CANARY_KEY"] = CANARY_KEY
    os.environ["UNRELATED_SETTING"] = CANARY_VALUE


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fail a test that printed or logged one."""
    report = yield
    said = "".join(content for _, content in report.sections).encode()
    if report.when == "call" and report.outcome == "passed" and _holds(said):
        report.outcome = "failed"
        report.longrepr = "this test printed or logged a canary"
    return report


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: object) -> None:
    """Keep what a worker process of the run has found."""
    output: dict[str, list[str]] = getattr(node, "workeroutput", {})
    _FOUND.extend(output.get(_LEAKS, ()))


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Search what this process of the run has written, and fail the run where that, or a worker's, holds one."""
    factory: pytest.TempPathFactory | None = getattr(session.config, "_tmp_path_factory", None)
    if factory is not None and getattr(factory, "_basetemp", None) is not None:
        _FOUND.extend(str(path) for path in leaking(factory.getbasetemp(), passing_over="popen-gw"))
    output: dict[str, object] | None = getattr(session.config, "workeroutput", None)
    if output is not None:
        output[_LEAKS] = _FOUND
    elif _FOUND:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        reporter = session.config.pluginmanager.get_plugin("terminalreporter")
        if reporter is not None:
            what = "hold a canary, a key or an environment variable's value:"
            reporter.write_line(f"\n{len(_FOUND)} files {what}", red=True)
            reporter.write_line("\n".join(_FOUND[:_MOST_SHOWN]))


def leaking(directory: Path, passing_over: str = "") -> Iterator[Path]:
    """Yield each file below a directory that holds a canary; others search what begins with `passing_over` in it."""
    seen: set[tuple[int, int]] = set()
    for place, directories, files in os.walk(directory):
        # What installers put into an environment stands in the wheels that they took it from.
        directories[:] = [name for name in directories if name != "site-packages"]
        if passing_over and Path(place) == directory:
            directories[:] = [name for name in directories if not name.startswith(passing_over)]
        for name in files:
            path = Path(place) / name
            try:
                status = path.lstat()
            except OSError:
                continue  # another process of the run has removed it
            if (status.st_dev, status.st_ino) not in seen and path.suffix not in _OF_OTHERS and path.is_file():
                seen.add((status.st_dev, status.st_ino))
                if any(_holds(content) for content in _contents(path)):
                    yield path


def _holds(content: bytes) -> bool:
    return any(spelling in content for spelling in SPELLINGS)


def _contents(path: Path) -> Iterator[bytes]:
    """Yield what a file holds, packed and unpacked."""
    if path.is_symlink():
        return
    try:
        content = path.read_bytes()
    except OSError:
        return
    yield content
    try:
        if path.suffix in _ARCHIVES:
            yield from _unpacked(content)
        elif path.name == "runs.db":
            yield from _transcripts(path)
    except (OSError, EOFError, zipfile.BadZipFile, tarfile.TarError, sqlite3.Error, zlib.error):
        return  # a test has broken it on purpose


def _unpacked(content: bytes) -> Iterable[bytes]:
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return [archive.read(name) for name in archive.namelist()]
    return [zlib.decompress(content, zlib.MAX_WBITS | 16)]


def _transcripts(path: Path) -> Iterator[bytes]:
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as database:
        for (name,) in database.execute("select name from sqlite_master where type = 'table'").fetchall():
            for row in database.execute(f'select * from "{name}"'):  # noqa: S608 - a name of our own ledger
                for value in row:
                    if isinstance(value, bytes):
                        yield zlib.decompress(value)
