"""Every file of a baked package against its manifest: what `python -m vibesafe_runtime verify` does."""

import marshal
import sys
from collections.abc import Iterator
from importlib.machinery import EXTENSION_SUFFIXES, all_suffixes
from importlib.metadata import Distribution
from importlib.util import MAGIC_NUMBER, cache_from_source
from pathlib import Path
from types import CodeType

from vibesafe_runtime._bytecode import same_code
from vibesafe_runtime._exceptions import Problem
from vibesafe_runtime._installed import baked_manifests, is_editable, needs_the_runtime
from vibesafe_runtime._manifest import MANIFEST, init_source, parse_manifest, sha256

_PYTHON_CACHE = "__pycache__"
_PYC_HEADER = 16


def verify(distributions: list[Distribution]) -> tuple[list[str], list[Problem]]:
    """Return lines that say what is right with the baked packages of these distributions, and what is wrong with them.

    A module's bytecode and what would be imported in its place belong to it; bytecode of another Python than this one
    cannot be judged, which a line says.
    """
    lines: list[str] = []
    problems: list[Problem] = []
    for distribution in sorted(distributions, key=lambda each: each.name.lower()):
        manifests = baked_manifests(distribution)
        label = f"{distribution.name} {distribution.version}"
        remedy = f"pip install --force-reinstall {distribution.name}"
        if not manifests and needs_the_runtime(distribution):
            if is_editable(distribution):
                lines.append(f"--  {label}  editable install: nothing is baked")
            else:
                what = "requires vibesafe-runtime, but brings no baked package: its build hook did not run"
                problems.append(Problem(label, what, "build the wheel again with the vibesafe build hook"))
        base = Path(str(distribution.locate_file("")))
        for path in manifests:
            files, unjudged, wrong = verify_package(base, path, remedy)
            problems += wrong
            lines += [f"--  {label}  {file}  bytecode of another Python: not judged" for file in unjudged]
            if not wrong:
                lines.append(f"ok  {label}  {files} files  integrity only: no signature")
    return lines, problems


def verify_package(base: Path, path: str, remedy: str) -> tuple[int, list[str], list[Problem]]:
    """Return how many files a manifest pins, which bytecode of them another Python runs, and what is wrong with them.

    Args:
        base: The directory that holds the top package.
        path: The manifest, relative to it.
        remedy: What to say that mends a problem.
    """
    directory = path.removesuffix(f"/{MANIFEST}")
    problems: list[Problem] = []

    def read(name: str) -> bytes | None:
        try:
            return (base / name).read_bytes()
        except OSError as error:
            problems.append(Problem(name, f"cannot be read: {error.strerror}", remedy))
            return None

    manifest, init = read(path), read(f"{directory}/__init__.py")
    if manifest is None or init is None:
        return 0, [], problems
    if init != init_source(manifest):
        what = f"and {directory}/__init__.py do not belong together: one of them was changed"
        problems.append(Problem(path, what, remedy))
    try:
        digests = parse_manifest(manifest)
    except ValueError as error:
        return 0, [], [*problems, Problem(path, f"is not a manifest: it {error}", remedy)]
    unjudged: list[str] = []
    for name, expected in {f"{directory}/__init__.py": sha256(init), **digests}.items():
        content = read(name)
        if content is not None and sha256(content) != expected:
            problems.append(Problem(name, f"has the SHA-256 {sha256(content)}, but was built with {expected}", remedy))
        elif content is not None and name.endswith(".py"):
            problems += [Problem(where, what, remedy) for where, what in _instead(base / name, content)]
            caches = Path(cache_from_source(str(base / name))).parent.glob(f"{Path(name).stem}.*.pyc")
            unjudged += [
                str(file) for file in sorted(caches) if file.name.split(".")[1] != sys.implementation.cache_tag
            ]
    listed = {*digests, path, f"{directory}/__init__.py"}
    problems += [
        Problem(f"{directory}/{extra.name}", f"is not in {path}: it was added after the build", remedy)
        for extra in sorted((base / directory).iterdir())
        if extra.name != _PYTHON_CACHE and f"{directory}/{extra.name}" not in listed
    ]
    return len(digests), unjudged, problems


def _instead(file: Path, source: bytes) -> Iterator[tuple[str, str]]:
    """Yield what Python would run instead of a module's source, and why that is a problem."""
    shadows = [file.with_name(file.stem + suffix) for suffix in EXTENSION_SUFFIXES]
    if file.stem != "__init__":
        shadows += [file.with_suffix("") / f"__init__{suffix}" for suffix in all_suffixes()]
    for shadow in shadows:
        if shadow.exists():
            yield str(shadow), f"would be imported in the place of {file.name}"
    for optimization in (0, 1, 2):
        cached = Path(cache_from_source(str(file), optimization=optimization or ""))
        try:
            content = cached.read_bytes()
        except OSError:
            continue
        # Python runs none that has another number.
        if content[: len(MAGIC_NUMBER)] == MAGIC_NUMBER:
            expected = compile(source, file, "exec", dont_inherit=True, optimize=optimization)
            if not _is_code(content[_PYC_HEADER:], expected):
                yield str(cached), f"is not what {file.name} compiles to"


def _is_code(content: bytes, expected: CodeType) -> bool:
    try:
        code = marshal.loads(content)  # noqa: S302 - loaded to be compared, never run
    except (ValueError, EOFError, TypeError):
        return False
    return isinstance(code, CodeType) and same_code(code, expected)
