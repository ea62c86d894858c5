"""Every file of a baked package against its manifest, that against the statement, and that against its signature."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from vibesafe_runtime._exceptions import Problem
from vibesafe_runtime._files import Files, Finding
from vibesafe_runtime._instead import kept_instead, other_bytecode
from vibesafe_runtime._manifest import ENVELOPE, MANIFEST, STATEMENT, init_source, parse_manifest, sha256
from vibesafe_runtime._out_of_place import added_above, beside_the_library, folded, shadows
from vibesafe_runtime._recompiled import is_unjudged, miscompiled
from vibesafe_runtime._signature import check_envelope
from vibesafe_runtime._stated import misstated, stated_dependencies, stated_packages


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
        findings += misstated(directory, digests, contents)
    if not findings and keys is not None:
        try:
            envelope, statement = (contents.get(f"{directory}/{name}", b"") for name in (ENVELOPE, STATEMENT))
            signer = check_envelope(envelope, statement, keys)
        except ValueError as error:
            findings.append((f"{directory}/{ENVELOPE}", str(error) if envelope else "is missing: nobody signed it"))
    if not findings:  # Bytecode is looked into only where what vouches for it is in order.
        findings += miscompiled(directory, contents)
    unjudged = [path for path in sorted(digests.keys() & contents) if is_unjudged(directory, path, contents)]
    findings += (*beside_the_library(files), *folded(files, contents), *added_above(files, contents))
    for path in [path for path in contents if path.endswith(".py")]:
        findings += shadows(files, path)
        if files.base:
            findings += kept_instead(files.base / path, contents[path])
            unjudged += other_bytecode(files.base / path)
    problems = tuple(Problem(where, what, remedy) for where, what in findings)
    named, needed = stated_packages(contents, directory), stated_dependencies(contents, directory)
    return Verdict(manifest, len(digests), named, needed, signer, tuple(unjudged), problems)


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
