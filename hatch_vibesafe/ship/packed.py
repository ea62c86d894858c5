"""The baked packages of a wheel or of an installed distribution, verified, and then told from their statements.

Threat: provenance that belongs to other bytes than those that lie beside it. So nothing of a statement is believed
before the runtime's verifier has found nothing wrong; without a trusted key, that is integrity only.
"""

import zlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from hatch_vibesafe.problems import Problem, VibesafeConfigurationError, VibesafeHashMismatch
from hatch_vibesafe.ship.account import Account
from hatch_vibesafe.ship.printable import printable
from hatch_vibesafe.ship.statement_reader import read_statement
from vibesafe_runtime._files import Files, installed_files, wheel_files
from vibesafe_runtime._installed import baked_directories, is_editable, recorded, unrecorded_directories
from vibesafe_runtime._manifest import MANIFEST, STATEMENT
from vibesafe_runtime._verify import verify_package

Keys = Collection[bytes] | None
"""The public keys of which one must have signed a package; None where only integrity is asked for."""

_AGAIN = "take the wheel again from where it was published, or build it again"
# All that zipfile raises for what is no archive, or a damaged, encrypted or unknown kind of one.
_UNREADABLE = (OSError, BadZipFile, EOFError, NotImplementedError, RuntimeError, zlib.error)


@dataclass(frozen=True, slots=True)
class BakedPackage:
    """A baked package in which nothing is wrong.

    Attributes:
        directory: Its path in the wheel, e.g. `shop/_vibesafe`.
        accounts: What its statement says of each implementation.
        signer: The id of the trusted key that signed it; empty where no key was asked for.
    """

    directory: str
    accounts: tuple[Account, ...]
    signer: str


def read_wheel(path: Path, keys: Keys = None) -> tuple[BakedPackage, ...]:
    """Return the baked packages of a wheel, sorted by path.

    Raises:
        VibesafeConfigurationError: if it is no wheel, or brings no baked package.
        VibesafeHashMismatch: with everything that does not agree.
    """
    try:
        with ZipFile(path) as wheel:
            return _packages(path.name, wheel_files(wheel), baked_directories(wheel.namelist()), keys, _AGAIN)
    except _UNREADABLE as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else error
        what = f"cannot be read as a wheel: {reason}"
        raise VibesafeConfigurationError(Problem(str(path), what, "name a whole wheel (.whl)")) from None


def read_installed(name: str, keys: Keys = None) -> tuple[BakedPackage, ...]:
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
    paths = recorded(found)
    directories = baked_directories(paths) | unrecorded_directories(base, paths)
    return _packages(
        f"{found.name} {found.version}",
        installed_files(base),
        directories,
        keys,
        f"pip install --force-reinstall {name}",
    )


def _packages(
    label: str, files: Files, directories: Iterable[str], keys: Keys, remedy: str
) -> tuple[BakedPackage, ...]:
    # What was verified is what is told, whoever writes to the files meanwhile.
    kept = replace(files, read=cache(files.read))
    problems: list[Problem] = []
    packages: list[BakedPackage] = []
    for directory in sorted(directories):
        try:
            packages.append(_package(kept, directory, keys, remedy))
        except VibesafeHashMismatch as error:
            problems += error.problems
    if problems:
        shown = (Problem(printable(each.where), printable(each.what), each.remedy) for each in problems)
        raise VibesafeHashMismatch(*shown)
    if not packages:
        what = "brings no baked package: it has no generated functions, or its build hook did not run"
        raise VibesafeConfigurationError(
            Problem(label, what, "name a wheel that was built with the vibesafe build hook")
        )
    return tuple(packages)


def _package(files: Files, directory: str, keys: Keys, remedy: str) -> BakedPackage:
    verdict = verify_package(files, f"{directory}/{MANIFEST}", keys, remedy)
    if verdict.problems:
        raise VibesafeHashMismatch(*verdict.problems)
    statement = f"{directory}/{STATEMENT}"
    return BakedPackage(directory, read_statement(files.read(statement), statement, remedy), verdict.signer)
