"""Every file of a baked package against its manifest, that against the statement, and that against its signature."""

import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from importlib.util import MAGIC_NUMBER
from pathlib import Path
from platform import python_version
from posixpath import normpath
from unicodedata import normalize
from warnings import catch_warnings, simplefilter
from zipfile import BadZipFile, ZipFile

from vibesafe_runtime._bytecode import bytecode_files
from vibesafe_runtime._exceptions import Problem
from vibesafe_runtime._instead import kept_instead, other_bytecode
from vibesafe_runtime._manifest import (
    ENVELOPE,
    MANIFEST,
    STATEMENT,
    init_source,
    parse_manifest,
    sha256,
    without_statement,
)
from vibesafe_runtime._signature import check_envelope

# Where a wheel's own data directories go (the binary distribution format, "The .data directory").
_LIBRARY = re.compile(r"\A[^/]+\.data/(?:purelib|platlib)/")

_OTHER_DATA = re.compile(r"[^/]+\.data/(?!purelib/|platlib/).*/(?:site|dist)-packages/")

Finding = tuple[str, str]  # where, and what


@dataclass(frozen=True, slots=True)
class Files:
    """The files among which a baked package stands.

    Attributes:
        read: Returns the bytes of a file by its path; raises `OSError` where it cannot.
        names: Returns the names of what stands directly in a directory.
        base: The directory, where they are installed: there Python may run something else in the place of a file.
    """

    read: Callable[[str], bytes]
    names: Callable[[str], set[str]]
    base: Path | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found of one baked package.

    Attributes:
        manifest: The path of its manifest.
        files: How many files that pins.
        packages: The baked packages that the statement says the distribution has.
        dependencies: Of each unit that says so, and of each distribution that it passed its gates with, the version.
        signer: The id of the trusted key that signed it; "" where none was asked for or none did.
        unjudged: The bytecode that only another Python could judge.
        problems: What is wrong.
    """

    manifest: str
    files: int
    packages: tuple[str, ...]
    dependencies: tuple[tuple[str, str, str], ...]
    signer: str
    unjudged: tuple[str, ...]
    problems: tuple[Problem, ...]


def installed_files(base: Path) -> Files:
    """Return the files that are installed in a directory."""
    return Files(
        lambda path: (base / path).read_bytes(), lambda path: {file.name for file in (base / path).iterdir()}, base
    )


def wheel_files(wheel: ZipFile) -> Files:
    """Return the files of a wheel by the places where installers put them.

    One that is there twice, or under another name than its place, cannot be read: nobody knows which is meant.
    """
    members: dict[str, list[str]] = {}
    for member in wheel.namelist():
        members.setdefault(normpath(_LIBRARY.sub("", member, count=1)), []).append(member)

    def read(path: str) -> bytes:
        if (found := members.get(path, [])) != [path]:
            raise FileNotFoundError(0, f"{len(found)} files go there: {found}" if found else "there is no such file")
        try:
            return wheel.read(path)
        except BadZipFile as error:
            raise OSError(0, str(error)) from None

    def names(path: str) -> set[str]:
        above = f"{path}/" if path else ""
        return {place[len(above) :] for place in members if place.startswith(above)}

    return Files(read, names)


def verify_package(files: Files, manifest: str, keys: Collection[bytes] | None, remedy: str) -> Verdict:
    """Return what is found of the baked package with this manifest.

    Args:
        files: Where it stands.
        manifest: The path of its manifest.
        keys: The public keys of which one must have signed it; None where only integrity is asked for.
        remedy: What to say that mends a problem.
    """
    directory = manifest.removesuffix(f"/{MANIFEST}")
    digests: dict[str, str] = {}
    contents: dict[str, bytes] = {}
    findings = [*_read_all(files, directory, digests, contents), *_added(files, directory, digests)]
    signer = ""
    if not findings:
        findings += _misstated(directory, digests, contents)
    if not findings and keys is not None:
        try:
            envelope, statement = (contents.get(f"{directory}/{name}", b"") for name in (ENVELOPE, STATEMENT))
            signer = check_envelope(envelope, statement, keys)
        except ValueError as error:
            findings.append((f"{directory}/{ENVELOPE}", str(error) if envelope else "is missing: nobody signed it"))
    if not findings:  # Bytecode is looked into only where what vouches for it is in order.
        findings += _miscompiled(directory, contents)
    unjudged = [path for path in sorted(digests.keys() & contents) if _is_unjudged(directory, path, contents)]
    findings += (*_beside_the_library(files), *_folded(files, contents), *_added_above(files, contents))
    for path in [path for path in contents if path.endswith(".py")]:
        findings += _shadows(files, path)
        if files.base:
            findings += kept_instead(files.base / path, contents[path])
            unjudged += other_bytecode(files.base / path)
    problems = tuple(Problem(where, what, remedy) for where, what in findings)
    named, needed = _packages(contents, directory), _dependencies(contents, directory)
    return Verdict(manifest, len(digests), named, needed, signer, tuple(unjudged), problems)


def _packages(contents: Mapping[str, bytes], directory: str) -> tuple[str, ...]:
    """Return the baked packages that the statement names beside its own; none where it says nothing readable."""
    try:
        return tuple(map(str, json.loads(contents[f"{directory}/{STATEMENT}"])["predicate"]["packages"]))
    except (KeyError, TypeError, ValueError, RecursionError):
        return ()


def _dependencies(contents: Mapping[str, bytes], directory: str) -> tuple[tuple[str, str, str], ...]:
    """Return unit, distribution and version of all that the statement says units passed their gates with."""
    try:
        units = json.loads(contents[f"{directory}/{STATEMENT}"])["predicate"]["units"]
        return tuple(
            (str(unit["unit"]), str(name), str(version))
            for unit in units
            for name, version in unit.get("dependencies", {}).items()
        )
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError):
        return ()


def _read_all(files: Files, directory: str, digests: dict[str, str], contents: dict[str, bytes]) -> Iterator[Finding]:
    """Put every file that the manifest lists, and its digest, into the two mappings; yield what is not as it was built.

    The manifest and the module that pins it are not listed: their contents are put beside the others'.
    """
    top, init = f"{directory}/{MANIFEST}", f"{directory}/__init__.py"
    pair = [finding for path in (top, init) for finding in _read(files, path, "", contents)]
    if pair:
        yield from pair
        return
    if contents[init] != init_source(contents[top]):
        yield top, f"and {init} do not belong together: one of them was changed"
    manifests = [top]
    for path in manifests:
        try:
            listed = parse_manifest(contents[path])
        except ValueError as error:
            yield path, f"is not a manifest: it {error}"
            continue
        for name, expected in listed.items():
            yield from _read(files, name, expected, contents)
            if name.startswith(f"{top}.") and name in contents:
                manifests.append(name)
        digests |= listed


def _read(files: Files, path: str, expected: str, contents: dict[str, bytes]) -> Iterator[Finding]:
    """Put the bytes of a file into `contents`; yield why that cannot be, or that it has not the expected digest."""
    try:
        contents[path] = files.read(path)
    except (OSError, ValueError) as error:
        yield path, f"cannot be read: {getattr(error, 'strerror', None) or error}"
        return
    if expected and (found := sha256(contents[path])) != expected:
        yield path, f"has the SHA-256 {found}, but was built with {expected}"


def _added(files: Files, directory: str, digests: Mapping[str, str]) -> Iterator[Finding]:
    """Yield what stands in the baked package and is not listed."""
    listed = {path[len(directory) + 1 :] for path in digests if path.startswith(f"{directory}/")}
    try:
        names = files.names(directory)
    except OSError:
        return  # Then its files could not be read either, which has been said.
    for name in sorted(names - listed - {MANIFEST, "__init__.py"} - ({"__pycache__"} if files.base else set())):
        yield f"{directory}/{name}", f"is not in {directory}/{MANIFEST}: it was added after the build"


def _shadows(files: Files, path: str) -> Iterator[Finding]:
    """Yield what stands beside a module and would be imported in its place, by whatever Python."""
    directory, _, name = path.rpartition("/")
    stem = name.removesuffix(".py")
    suffixes = (".so", ".pyd") if files.base else (".so", ".pyd", ".pyc")  # zipimport prefers the last to a source
    names = files.names(directory)
    beside = [each for each in names if each.startswith(f"{stem}.") and each.endswith(suffixes)]
    if not files.base:  # What a wheel brings so is installed, and runs unseen.
        beside += [each for each in names if each.startswith(f"__pycache__/{stem}.")]
    if stem != "__init__":
        try:
            below = files.names(f"{directory}/{stem}".lstrip("/"))
        except OSError:
            below = set()
        beside += [f"{stem}/{each}" for each in below if each.startswith("__init__.")]
    for each in sorted(beside):
        yield f"{directory}/{each}".lstrip("/"), f"would be imported in the place of {name}"


def _added_above(files: Files, contents: Mapping[str, bytes]) -> Iterator[Finding]:
    """Yield each `__init__` that was put into a namespace package above what is listed: it would run first."""
    above = {path.rsplit("/", count)[0] for path in contents for count in range(1, path.count("/") + 1)}
    for directory in sorted(above):
        if f"{directory}/__init__.py" not in contents:
            for name in sorted(files.names(directory)):
                if name.startswith("__init__."):
                    yield f"{directory}/{name}", "is not listed, and would run before everything below it"


def _beside_the_library(files: Files) -> Iterator[Finding]:
    """Yield what a wheel installs among modules by another way than as its own library."""
    if files.base is None:
        for place in sorted(files.names("")):
            if _OTHER_DATA.match(place):
                yield place, "is put among the installed modules behind the wheel's own"


def _folded(files: Files, contents: Mapping[str, bytes]) -> Iterator[Finding]:
    """Yield the members of a wheel that some system puts among what is listed, under another name than its own.

    Windows and macOS fold case, Windows reads a backslash as a slash and drops stops and spaces at the end of a name,
    macOS normalises Unicode, and a careless installer takes a leading slash away.
    """
    if files.base is not None:
        return
    directories = {path.rpartition("/")[0] for path in contents}
    folded = {_fold(directory): directory for directory in directories}
    listed = {_fold(path): path for path in contents}
    for place in sorted(files.names("") - contents.keys()):
        found = _fold(place)
        parents = [found.rsplit("/", count)[0] for count in range(1, found.count("/") + 1)]
        inside = next((folded[above] for above in parents if above in folded), None)
        if found in listed:
            yield place, f"is put in the place of {listed[found]} where names are folded"
        elif inside and not any(place.startswith(f"{directory}/") for directory in directories):
            yield place, f"is put into {inside} where names are folded"


def _fold(place: str) -> str:
    parts = normalize("NFC", place.replace("\\", "/").casefold()).split("/")
    return "/".join(part.rstrip(". ") for part in parts if part.rstrip(". "))


def _misstated(directory: str, digests: Mapping[str, str], contents: Mapping[str, bytes]) -> Iterator[Finding]:
    """Yield what the statement (in-toto Statement v1) says otherwise than the manifest."""
    path = f"{directory}/{STATEMENT}"
    try:
        statement = json.loads(contents[path])
        listed = [(subject["name"], subject["digest"]["sha256"]) for subject in statement["subject"]]
        subjects = dict(listed)
        stated = statement["predicate"]["manifestWithoutStatement"]
        canonical = json.dumps(
            statement, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
        ).encode()
        not_generated = (f"{directory}/{MANIFEST}.", path, f"{directory}/{ENVELOPE}")
        generated = {
            name: digest
            for name, digest in digests.items()
            if name.startswith(f"{directory}/") and not name.startswith(not_generated)
        }
        otherwise = sorted({str(name) for name, _ in subjects.items() ^ generated.items()})
    except (KeyError, TypeError, ValueError, RecursionError):
        yield path, "is missing, or is not a statement about generated files"
        return
    if canonical != contents[path] or len(listed) != len(subjects):
        yield path, "is not canonical JSON, or names a file twice, so that it could be read in two ways"
    if stated != sha256(without_statement(directory, contents[f"{directory}/{MANIFEST}"])):
        yield path, f"is about another {MANIFEST}"
    for name in otherwise:
        yield name, f"is otherwise in {MANIFEST} than in {STATEMENT}"


def _miscompiled(directory: str, contents: Mapping[str, bytes]) -> Iterator[Finding]:
    """Yield the bytecode for this interpreter that is not what its sources compile to.

    It is made again and compared, never loaded: marshalled bytes that nobody vouches for can crash who loads them.
    """
    shipped = [
        path for path in contents if _is_bytecode(directory, path) and not _is_unjudged(directory, path, contents)
    ]
    if not shipped:
        return
    try:
        with catch_warnings():
            simplefilter("ignore")
            expected = bytecode_files(directory, _compiled_together(directory, contents))
    except (AttributeError, KeyError, TypeError):
        yield f"{directory}/{STATEMENT}", "does not say which implementation belongs to which unit"
        return
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        expected = dict.fromkeys(shipped, b"")
        yield (
            directory,
            f"has a source that Python {python_version()} does not compile, beside bytecode for it: {error}",
        )
    for file in sorted(shipped):
        if contents[file] != expected.get(file):
            yield file, f"is not what its sources compile to with Python {python_version()}"


def _compiled_together(directory: str, contents: Mapping[str, bytes]) -> dict[str, dict[str, bytes]]:
    """Return by the path of each spec module its source and all that was generated for it, by the statement."""
    specs = {path: {path: contents[path]} for path in contents if path.endswith(".py") and not _is_in(directory, path)}
    for unit in json.loads(contents[f"{directory}/{STATEMENT}"])["predicate"].get("units", ()):
        stem = unit["unit"].partition("/")[0].replace(".", "/")
        paths = (unit["implementation"], *([unit["checkedBy"]] if "checkedBy" in unit else []))
        for spec in (f"{stem}.py", f"{stem}/__init__.py"):
            if spec in specs:
                specs[spec] |= {path: contents[path] for path in paths}
                break
    return specs


def _is_in(directory: str, path: str) -> bool:
    return path.startswith(f"{directory}/")


def _is_unjudged(directory: str, path: str, contents: Mapping[str, bytes]) -> bool:
    """Return whether a file is bytecode that this interpreter does not run."""
    return _is_bytecode(directory, path) and not contents[path].startswith(MAGIC_NUMBER)


def _is_bytecode(directory: str, path: str) -> bool:
    return path.startswith(f"{directory}/bytecode.") and not path.endswith(".py")
