"""Bytecode that ships: the code of a package's spec modules and implementations, for the interpreter that built it.

It is as trusted as the source, since the manifest lists it. It is used by the interpreter that it was compiled for;
every other compiles the verified source afresh. What Python keeps in `__pycache__` is never looked at.

One file holds it all, or 16 or 256 files by the first digits of the SHA-256 of the spec module's path, so that an
import of one unit reads little. A file is the interpreter's magic number and a marshalled mapping from the path of
each module to its own marshalled code.
"""

import marshal
import sys
from _frozen_importlib_external import MAGIC_NUMBER
from _imp import _fix_co_filename  # type: ignore[attr-defined]  # what importlib itself uses; no stub has it

from vibesafe_runtime._manifest import sha256

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import CodeType

DIGITS = (0, 1, 2)

_LARGEST = 65536
_KEPT_HEADER = 16
_LEFT_OUT_OF_EQUALITY = ("co_stacksize", "co_qualname", "co_varnames", "co_cellvars", "co_freevars")
_TAG = sys.implementation.cache_tag or sys.implementation.name

# From version 3 on, what marshal writes depends on how often the building process happens to refer to a string.
_MARSHAL_VERSION = 2


def bytecode_files(directory: str, modules: "Mapping[str, Mapping[str, bytes]]") -> dict[str, bytes]:
    """Return the files for a baked package, by path: the same on every machine with this interpreter.

    Args:
        directory: The path of the baked package.
        modules: For the path of each spec module the sources, by path, of it and of its implementations.
    """
    codes = {
        spec: {
            path: marshal.dumps(compile_source(source, path, optimize=0), _MARSHAL_VERSION)
            for path, source in sorted(sources.items())
        }
        for spec, sources in sorted(modules.items())
    }
    size = sum(len(code) for each in codes.values() for code in each.values())
    digits = next((digits for digits in DIGITS if size / 16**digits <= _LARGEST), DIGITS[-1])
    files: dict[str, dict[str, bytes]] = {}
    for spec, each in codes.items():
        files.setdefault(bytecode_path(directory, spec, digits), {}).update(each)
    return {path: MAGIC_NUMBER + marshal.dumps(each, _MARSHAL_VERSION) for path, each in files.items()}


def bytecode_path(directory: str, spec: str, digits: int) -> str:
    """Return the path of the file that has a spec module's code, where this many digits tell the files apart."""
    name = f"{directory}/bytecode.{_TAG}"
    return f"{name}.{sha256(spec.encode())[:digits]}" if digits else name


def load_bytecode(content: bytes) -> dict[str, bytes]:
    """Return marshalled code by path; nothing where this interpreter runs other bytecode.

    Args:
        content: What `bytecode_files` made; never anything that has not been compared with its digest.
    """
    if not content.startswith(MAGIC_NUMBER):
        return {}
    codes: dict[str, bytes] = marshal.loads(memoryview(content)[len(MAGIC_NUMBER) :])  # noqa: S302 - compared
    return codes


def load_code(code: bytes, place: str) -> "CodeType":
    """Return a module's code, which says that it lies at `place`: for tracebacks and debuggers."""
    loaded: CodeType = marshal.loads(code)  # noqa: S302 - compared with its digest
    _fix_co_filename(loaded, place)
    return loaded


def compile_source(source: bytes, place: str, *, optimize: int = -1) -> "CodeType":
    """Return the code of a module's source; `optimize` as for `compile`, by default as this interpreter runs."""
    return compile(source, place, "exec", dont_inherit=True, optimize=optimize)


def same_code(one: "CodeType", other: "CodeType", *, fresh: bool) -> bool:
    """Return whether two code objects do the same, wherever they were compiled.

    Args:
        one: A code object.
        other: Another.
        fresh: Whether neither has run yet. Python replaces instructions while it runs them, and its own equality sees
            through that: bytecode on disk that holds such instructions from the start is honest to it, and does
            something else. So what has not run is compared instruction by instruction.
    """
    left_out = (*_LEFT_OUT_OF_EQUALITY, "_co_code_adaptive") if fresh else _LEFT_OUT_OF_EQUALITY
    if one != other or any(getattr(one, name, None) != getattr(other, name, None) for name in left_out):
        return False
    pairs = zip(one.co_consts, other.co_consts, strict=True)
    return all(same_code(a, b, fresh=fresh) for a, b in pairs if isinstance(a, type(one)) and isinstance(b, type(one)))


def same_kept(content: bytes, code: "CodeType") -> bool:
    """Return whether what Python keeps in `__pycache__` (PEP 552) is this code, which has not run yet."""
    try:
        kept = marshal.loads(memoryview(content)[_KEPT_HEADER:])  # noqa: S302 - loaded to be compared, never run
    except (ValueError, EOFError, TypeError):
        return False
    return isinstance(kept, type(code)) and same_code(kept, code, fresh=True)
