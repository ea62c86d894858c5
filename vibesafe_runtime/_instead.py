"""What Python keeps of a module in `__pycache__`, and would run in the place of its source."""

import sys
from collections.abc import Iterator
from importlib.util import MAGIC_NUMBER, cache_from_source
from pathlib import Path
from warnings import catch_warnings, simplefilter

from vibesafe_runtime._bytecode import compile_source, same_kept


def kept_instead(file: Path, source: bytes) -> Iterator[tuple[str, str]]:
    """Yield the bytecode that this Python would run instead of a source, where it is not what that compiles to."""
    for optimization in (0, 1, 2):
        cached = Path(cache_from_source(str(file), optimization=optimization or ""))
        try:
            content = cached.read_bytes()
        except OSError:
            continue
        # Python runs none that has another number.
        if content.startswith(MAGIC_NUMBER):
            try:
                with catch_warnings():
                    simplefilter("ignore")
                    expected = compile_source(source, str(file), optimize=optimization)
            except (SyntaxError, ValueError, MemoryError, RecursionError):
                yield str(cached), f"would be run in the place of {file.name}, which does not compile"
                continue
            if not same_kept(content, expected):
                yield str(cached), f"is not what {file.name} compiles to"


def other_bytecode(file: Path) -> list[str]:
    """Return the bytecode of a module in `__pycache__` that only another Python could judge."""
    caches = Path(cache_from_source(str(file))).parent.glob(f"{file.stem}.*.pyc")
    return [str(cache) for cache in sorted(caches) if cache.name.split(".")[1] != sys.implementation.cache_tag]
