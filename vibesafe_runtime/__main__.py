"""The command `python -m vibesafe_runtime verify`."""

import argparse
import json
import sys
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution, distributions
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from vibesafe_runtime._exceptions import Problem, VibesafeConfigurationError, printable, render
from vibesafe_runtime._files import installed_files, wheel_files
from vibesafe_runtime._installed import (
    baked_directories,
    is_editable,
    name_of,
    needs_the_runtime,
    recorded,
    unrecorded_directories,
    version_of,
)
from vibesafe_runtime._manifest import MANIFEST
from vibesafe_runtime._trust import keys_named, trusted_keys
from vibesafe_runtime._verify import Verdict, verify_package

# All that zipfile raises for what is no archive, or a damaged, encrypted or unknown kind of one.
_UNREADABLE = (OSError, BadZipFile, EOFError, NotImplementedError, RuntimeError, zlib.error)
Keys = frozenset[bytes] | None

DESCRIPTION = """Compare every file of the baked packages of a wheel or an installed distribution (or of all that are
installed) with what was built: bytes with manifest, manifest with statement, and, where a key is trusted, statement
with signature. Exit status: 0 all is as it was built, 1 something is not, 2 the command cannot be carried out."""


@dataclass(frozen=True, slots=True)
class Report:
    """What was found of one wheel or distribution: verdicts on its baked packages, or why it has none.

    `base` is the directory in which it is installed: the first on `sys.path` that has it.
    """

    label: str
    verdicts: tuple[Verdict, ...] = ()
    problems: tuple[Problem, ...] = ()
    note: str = ""
    base: str = ""


def main(arguments: list[str]) -> int:
    """Run the command and return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m vibesafe_runtime", description="Verify what is installed.")
    verify = parser.add_subparsers(dest="command", required=True).add_parser("verify", description=DESCRIPTION)
    verify.add_argument("name", nargs="?", metavar="DISTRIBUTION | WHEEL", help="by default all that are installed")
    verify.add_argument(
        "--key", action="append", metavar="KEY", help="trust this key (ed25519:...) or file of keys alone"
    )
    verify.add_argument("--json", action="store_true", help="print one JSON document")
    given = parser.parse_args(arguments)
    try:
        return _verify(given.name, given.key, as_json=given.json)
    except BrokenPipeError:
        sys.stdout = None  # Whoever read our output has gone, and Python must not try to tell them more.
    except OSError as error:
        print(render([Problem(str(error.filename or "the system"), str(error), "mend that and run it again")]))
    except KeyboardInterrupt:
        print("vibesafe: interrupted; nothing was changed", file=sys.stderr)
    return 2


def _verify(name: str | None, named_keys: list[str] | None, *, as_json: bool) -> int:
    try:
        keys = keys_named(named_keys) if named_keys else trusted_keys()
        reports = tuple(_reports(name, keys))
    except VibesafeConfigurationError as error:
        print(render(error.problems), file=sys.stderr)
        return 2
    problems = [problem for report in reports for problem in report.problems]
    problems += [problem for report in reports for verdict in report.verdicts for problem in verdict.problems]
    if as_json:
        print(json.dumps(_document(reports, keys), indent=2))
    else:
        print("\n".join(line for report in reports for line in _lines(report)))
        if problems:
            print(render(problems), file=sys.stderr)
    return 1 if problems else 0


def _reports(name: str | None, keys: Keys) -> Iterator[Report]:
    """Yield a report on what `name` names, or on everything that is installed.

    Raises:
        VibesafeConfigurationError: if there is no such wheel or distribution.
    """
    if name and name.endswith(".whl"):
        yield _wheel(Path(name), keys)
        return
    if name is None:
        wanted = sorted(distributions(), key=lambda each: name_of(each).lower())
    else:
        try:
            wanted = [distribution(name)]
        except (PackageNotFoundError, ValueError):
            remedy = "name an installed distribution, or the path of a wheel (.whl)"
            problem = Problem(repr(name), "is not installed in this environment", remedy)
            raise VibesafeConfigurationError(problem) from None
    reports = [report for report in (_installed(each, keys) for each in wanted) if report is not None]
    if not reports:
        what = "brings no baked package, so there is nothing to verify"
        remedy = "name a distribution with generated functions, in the environment in which it is installed"
        reports = [Report(name or "", problems=(Problem(name or "this environment", what, remedy),))]
    yield from reports


def _wheel(path: Path, keys: Keys) -> Report:
    remedy = "get the wheel again from where it was published, or build it again"
    try:
        with ZipFile(path) as wheel:
            packages = sorted(baked_directories(wheel.namelist()))
            files = wheel_files(wheel)
            verdicts = tuple(verify_package(files, f"{each}/{MANIFEST}", keys, remedy) for each in packages)
    except _UNREADABLE as error:
        raise VibesafeConfigurationError(Problem(str(path), f"cannot be read as a wheel: {error}", remedy)) from None
    if verdicts:
        return Report(path.name, verdicts, _left_out(path.name, verdicts, remedy))
    what = "brings no baked package: it has no generated functions, or its build hook did not run"
    return Report(path.name, problems=(Problem(path.name, what, "build it with the vibesafe build hook"),))


def _installed(found: Distribution, keys: Keys) -> Report | None:
    """Return the report on an installed distribution; None where it has nothing to do with generated functions."""
    name, paths = name_of(found), recorded(found)
    label = f"{name} {version_of(found)}"
    base = Path(str(found.locate_file("")))
    unrecorded = unrecorded_directories(base, paths)
    what = "is a baked package that nobody recorded: it was added after the installation, or its record was changed"
    remedy = f"pip install --force-reinstall {name}"
    problems = tuple(Problem(str(base / each), what, remedy) for each in sorted(unrecorded))
    packages = sorted(baked_directories(paths) | unrecorded)
    if packages:
        files = installed_files(base)
        verdicts = tuple(verify_package(files, f"{each}/{MANIFEST}", keys, remedy) for each in packages)
        drifted = tuple(_drifted(label, verdicts))
        return Report(label, verdicts, (*problems, *_left_out(label, verdicts, remedy), *drifted), base=str(base))
    if not needs_the_runtime(found):
        return None
    if is_editable(found) and keys is None:
        return Report(label, note="editable install: nothing is baked")
    what = "requires vibesafe-runtime, but brings no baked package: its build hook did not run"
    if is_editable(found):
        what = "is an editable install, which nobody signed"
    return Report(
        label, problems=(Problem(label, what, "install a wheel that was built with the vibesafe build hook"),)
    )


def _left_out(label: str, verdicts: tuple[Verdict, ...], remedy: str) -> tuple[Problem, ...]:
    """Return a problem for each baked package that a statement beside it names and that is not there."""
    there = {verdict.manifest.removesuffix(f"/{MANIFEST}") for verdict in verdicts}
    named = {package for verdict in verdicts for package in verdict.packages}
    what = "was built with this baked package, which is not there"
    return tuple(Problem(f"{label}  {each}", what, remedy) for each in sorted(named - there))


def _drifted(label: str, verdicts: tuple[Verdict, ...]) -> Iterator[Problem]:
    """Yield a problem for each distribution that is here in another version than units passed their gates with."""
    needed: dict[tuple[str, str], list[str]] = {}
    for verdict in verdicts:
        for unit, name, version in verdict.dependencies:
            needed.setdefault((name, version), []).append(unit)
    for (name, version), units in sorted(needed.items()):
        try:
            found = distribution(name).version
        except (PackageNotFoundError, ValueError):
            continue  # Another Python may not need it; what does need it fails without it.
        if found != version:
            what = f"passed its gates with {name} {version}, and {found} is installed"
            yield Problem(f"{label}  {', '.join(units)}", what, f"pip install {name}=={version}")


def _lines(report: Report) -> Iterator[str]:
    if report.note:
        yield f"--  {printable(report.label)}  {report.note}"
    for verdict in report.verdicts:
        for path in verdict.unjudged:
            yield f"--  {printable(report.label)}  {printable(path)}  bytecode of another Python: not judged"
        if not verdict.problems:
            trust = f"signed by {verdict.signer}" if verdict.signer else "integrity only: no key is trusted"
            place = f"  in {report.base}" if report.base else ""
            yield f"ok  {printable(report.label)}  {verdict.files} files  {trust}{place}"


def _document(reports: tuple[Report, ...], keys: Keys) -> dict[str, object]:
    def as_json(problems: tuple[Problem, ...]) -> list[dict[str, str]]:
        return [{"where": each.where, "what": each.what, "remedy": each.remedy} for each in problems]

    packages = [
        {
            "distribution": report.label,
            "where": report.base,
            "manifest": verdict.manifest,
            "files": verdict.files,
            "ok": not verdict.problems,
            "signedBy": verdict.signer,
            "notJudged": list(verdict.unjudged),
            "problems": as_json(verdict.problems),
        }
        for report in reports
        for verdict in report.verdicts
    ]
    problems = tuple(problem for report in reports for problem in report.problems)
    return {
        "checked": "integrity only" if keys is None else "signature",
        "ok": not problems and all(package["ok"] for package in packages),
        "packages": packages,
        "notes": [f"{report.label}: {report.note}" for report in reports if report.note],
        "problems": as_json(problems),
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
