"""Every file of a baked package against its manifest: what `python -m vibesafe_runtime verify` does."""

from importlib.metadata import Distribution
from pathlib import Path

from vibesafe_runtime._installed import baked_manifests, is_editable, needs_the_runtime
from vibesafe_runtime._manifest import MANIFEST, init_source, parse_manifest, sha256
from vibesafe_runtime._problems import Problem

_PYTHON_CACHE = "__pycache__"


def verify(distributions: list[Distribution]) -> tuple[list[str], list[Problem]]:
    """Return lines that say what is right with the baked packages of these distributions, and what is wrong with them.

    Bytecode in `__pycache__` is not looked at: the runtime never runs it.
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
            files, wrong = verify_package(base, path, remedy)
            problems += wrong
            if not wrong:
                lines.append(f"ok  {label}  {files} files  integrity only: no signature")
    return lines, problems


def verify_package(base: Path, path: str, remedy: str) -> tuple[int, list[Problem]]:
    """Return how many files a manifest pins, and what is wrong with them.

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
        return 0, problems
    if init != init_source(manifest):
        what = f"and {directory}/__init__.py do not belong together: one of them was changed"
        problems.append(Problem(path, what, remedy))
    try:
        digests = parse_manifest(manifest)
    except ValueError as error:
        return 0, [*problems, Problem(path, f"is not a manifest: it {error}", remedy)]
    for name, expected in digests.items():
        content = read(name)
        if content is not None and sha256(content) != expected:
            problems.append(Problem(name, f"has the SHA-256 {sha256(content)}, but was built with {expected}", remedy))
    listed = {*digests, path, f"{directory}/__init__.py"}
    problems += [
        Problem(f"{directory}/{extra.name}", f"is not in {path}: it was added after the build", remedy)
        for extra in sorted((base / directory).iterdir())
        if extra.name != _PYTHON_CACHE and f"{directory}/{extra.name}" not in listed
    ]
    return len(digests), problems
