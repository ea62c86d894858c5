"""The bytecode of a baked package against what its sources compile to."""

import json
from collections.abc import Iterator, Mapping
from importlib.util import MAGIC_NUMBER
from platform import python_version
from warnings import catch_warnings, simplefilter

from vibesafe_runtime._bytecode import bytecode_files
from vibesafe_runtime._files import Finding
from vibesafe_runtime._manifest import STATEMENT


def miscompiled(directory: str, contents: Mapping[str, bytes]) -> Iterator[Finding]:
    """Yield the bytecode for this interpreter that is not what its sources compile to.

    It is made again and compared, never loaded: marshalled bytes that nobody vouches for can crash who loads them.
    """
    shipped = [
        path for path in contents if _is_bytecode(directory, path) and not is_unjudged(directory, path, contents)
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


def is_unjudged(directory: str, path: str, contents: Mapping[str, bytes]) -> bool:
    """Return whether a file is bytecode that this interpreter does not run."""
    return _is_bytecode(directory, path) and not contents[path].startswith(MAGIC_NUMBER)


def _is_bytecode(directory: str, path: str) -> bool:
    return path.startswith(f"{directory}/bytecode.") and not path.endswith(".py")
