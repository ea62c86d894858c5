"""The baked packages of a wheel or of an installed distribution, read and compared with their manifests.

Threat: provenance that belongs to other bytes than those that lie beside it. So nothing of a statement is believed
before every file that the manifest pins has been compared with it. Without a key, that is integrity only.
"""

import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from hatch_vibesafe.identity import digest
from hatch_vibesafe.problems import Problem, VibesafeConfigurationError, VibesafeError, VibesafeHashMismatch
from hatch_vibesafe.ship.account import Account
from hatch_vibesafe.ship.statement_reader import REMEDY, read_statement
from vibesafe_runtime._installed import is_editable
from vibesafe_runtime._manifest import ENVELOPE, MANIFEST, STATEMENT, init_source, parse_manifest, without_statement

_ABOUT_OTHERS = frozenset({"__init__.py", STATEMENT, ENVELOPE})
_MANIFEST = re.compile(rf"(?:.*/)?_vibesafe(?:_[^/]+)?/{MANIFEST}")
_NO_PACKAGE = "brings no baked package: it was built without the vibesafe build hook"
_BAD_ARCHIVE = (OSError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)


@dataclass(frozen=True, slots=True)
class BakedPackage:
    """A baked package whose files are all as its manifest pins them.

    Attributes:
        directory: Its path in the wheel, e.g. `shop/_vibesafe`.
        accounts: What its statement says of each implementation.
        signed: Whether it carries an envelope; its signature is not checked here.
    """

    directory: str
    accounts: tuple[Account, ...]
    signed: bool


def read_wheel(path: Path) -> tuple[BakedPackage, ...]:
    """Return the baked packages of a wheel, sorted by path.

    Raises:
        VibesafeConfigurationError: if it is no wheel, or brings no baked package.
        VibesafeHashMismatch: with everything that does not agree.
    """
    try:
        with zipfile.ZipFile(path) as wheel:
            return _packages(path.name, Counter(wheel.namelist()), wheel.read)
    except FileNotFoundError:
        raise VibesafeConfigurationError(Problem(str(path), "does not exist", "name a wheel that does")) from None
    except _BAD_ARCHIVE as error:
        what = f"cannot be read as a wheel: {error}"
        raise VibesafeConfigurationError(Problem(str(path), what, "name a whole wheel (.whl)")) from None


def read_installed(name: str) -> tuple[BakedPackage, ...]:
    """Return the baked packages of a distribution that is installed in this environment, sorted by path.

    Raises:
        VibesafeConfigurationError: if it is not installed, or brings no baked package.
        VibesafeHashMismatch: with everything that does not agree.
    """
    try:
        found = distribution(name)
    except (PackageNotFoundError, ValueError):
        what = "is not installed in this environment"
        raise VibesafeConfigurationError(Problem(name, what, f"pip install {name}")) from None
    if is_editable(found):
        what = "is an editable install: nothing of it is baked"
        raise VibesafeConfigurationError(Problem(name, what, "vibesafe explain UNIT, in its checkout"))
    base = Path(str(found.locate_file("")))
    recorded = {line.rsplit(",", 2)[0] for line in (found.read_text("RECORD") or "").splitlines()}
    directories = {name.rpartition("/")[0] for name in recorded if _MANIFEST.fullmatch(name)}
    names = {path for path in recorded if (base / path).is_file()}
    for directory in directories:
        names |= {f"{directory}/{entry.name}" for entry in _entries(base / directory) if entry.name != "__pycache__"}
    try:
        return _packages(f"{found.name} {found.version}", Counter(names), lambda path: (base / path).read_bytes())
    except OSError as error:
        problem = Problem(
            str(error.filename), f"cannot be read: {error.strerror}", f"make it readable, or reinstall {name}"
        )
        raise VibesafeError(problem) from None


def _entries(directory: Path) -> Iterator[Path]:
    return directory.iterdir() if directory.is_dir() else iter(())


def _packages(label: str, names: Counter[str], read: Callable[[str], bytes]) -> tuple[BakedPackage, ...]:
    manifests = sorted(name for name in names if _MANIFEST.fullmatch(name))
    if not manifests:
        raise VibesafeConfigurationError(Problem(label, _NO_PACKAGE, "name a wheel that brings generated functions"))
    problems: list[Problem] = []
    packages: list[BakedPackage] = []
    for manifest in manifests:
        try:
            packages.append(_package(manifest.rpartition("/")[0], names, read))
        except VibesafeHashMismatch as error:
            problems += error.problems
    if problems:
        raise VibesafeHashMismatch(*problems)
    return tuple(packages)


def _package(directory: str, names: Counter[str], read: Callable[[str], bytes]) -> BakedPackage:
    """Return a package whose every file is as its manifest pins it.

    Raises:
        VibesafeHashMismatch: with everything that is not.
    """
    manifest = _manifest(directory, names, read)
    pinned = _pinned(directory, manifest, names, read)
    problems = [*_differences(directory, pinned, names, read)]
    statement = f"{directory}/{STATEMENT}"
    if statement not in pinned:
        problems.append(Problem(statement, "is not pinned by the manifest", REMEDY))
    if problems:
        raise VibesafeHashMismatch(*problems)
    generated = {path: found for path, found in pinned.items() if _is_generated(directory, path)}
    accounts = read_statement(read(statement), statement, generated, digest(without_statement(directory, manifest)))
    return BakedPackage(directory, accounts, f"{directory}/{ENVELOPE}" in pinned)


def _is_generated(directory: str, path: str) -> bool:
    """Return whether a file that a manifest pins is one that its statement has to name."""
    name = path.rpartition("/")[2]
    return path == f"{directory}/{name}" and name not in _ABOUT_OTHERS and name.partition(".")[0] != MANIFEST


def _manifest(directory: str, names: Counter[str], read: Callable[[str], bytes]) -> bytes:
    """Return a package's manifest.

    Raises:
        VibesafeHashMismatch: if it and the package's `__init__.py` do not belong together.
    """
    manifest, init = f"{directory}/{MANIFEST}", f"{directory}/__init__.py"
    for name in (manifest, init):
        if names[name] != 1:
            raise VibesafeHashMismatch(_wrong_count(name, names))
    content = read(manifest)
    if read(init) != init_source(content):
        what = f"and {init} do not belong together: one of them was changed"
        raise VibesafeHashMismatch(Problem(manifest, what, REMEDY))
    return content


def _pinned(directory: str, manifest: bytes, names: Counter[str], read: Callable[[str], bytes]) -> dict[str, str]:
    """Return what a package's manifest and its shards pin, themselves and its `__init__.py` included.

    Raises:
        VibesafeHashMismatch: if one of them is no manifest, or a shard is another than the manifest pins.
    """
    path = f"{directory}/{MANIFEST}"
    top = _lines(path, manifest)
    pinned = {**top, path: digest(manifest), f"{directory}/__init__.py": digest(init_source(manifest))}
    for name, expected in top.items():
        if name.startswith(f"{path}."):
            if names[name] != 1 or digest(shard := read(name)) != expected:
                raise VibesafeHashMismatch(Problem(name, f"is not the shard that {path} pins", REMEDY))
            pinned |= _lines(name, shard)
    return pinned


def _lines(path: str, manifest: bytes) -> dict[str, str]:
    try:
        return parse_manifest(manifest)
    except ValueError as error:
        raise VibesafeHashMismatch(Problem(path, f"is not a manifest: it {error}", REMEDY)) from None


def _differences(
    directory: str, pinned: Mapping[str, str], names: Counter[str], read: Callable[[str], bytes]
) -> Iterator[Problem]:
    for name, expected in sorted(pinned.items()):
        if names[name] != 1:
            yield _wrong_count(name, names)
        elif (found := digest(read(name))) != expected:
            yield Problem(name, f"has the SHA-256 {found}, but was built with {expected}", REMEDY)
    for name in sorted(names):
        if name.startswith(f"{directory}/") and name not in pinned:
            yield Problem(repr(name), "is not in the manifest: it was added after the build", REMEDY)


def _wrong_count(name: str, names: Counter[str]) -> Problem:
    return Problem(name, "stands there more than once" if names[name] else "is missing", REMEDY)
