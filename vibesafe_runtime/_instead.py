"""What Python would run in the place of a module's source: its bytecode in `__pycache__`, and what shadows it."""

import sys
from collections.abc import Iterator
from importlib.machinery import EXTENSION_SUFFIXES, all_suffixes
from importlib.util import MAGIC_NUMBER, cache_from_source
from pathlib import Path

from vibesafe_runtime._bytecode import compile_source, same_kept


def run_instead(file: Path, source: bytes) -> Iterator[tuple[str, str]]:
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
        if content.startswith(MAGIC_NUMBER):
            expected = compile_source(source, str(file), optimize=optimization)
            if not same_kept(content, expected):
                yield str(cached), f"is not what {file.name} compiles to"


def other_bytecode(file: Path) -> list[str]:
    """Return the bytecode of a module in `__pycache__` that only another Python could judge."""
    caches = Path(cache_from_source(str(file))).parent.glob(f"{file.stem}.*.pyc")
    return [str(cache) for cache in sorted(caches) if cache.name.split(".")[1] != sys.implementation.cache_tag]
