"""Lets several threads parse Python at the same time.

Python 3.11 counts for all threads together how deep it is in a syntax tree that it makes. Where a garbage collection
runs a finalizer meanwhile, another thread may parse, and `ast.parse` fails with "AST constructor recursion depth
mismatch"; Python 3.12 counts for each by itself. So on 3.11 no cycles are collected while threads parse.
"""

import gc
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_COUNTS_TOGETHER = sys.version_info < (3, 12)
_lock = threading.Lock()
_within: list[bool] = []
"""For each who is within, whether cycles were collected when he came."""


@contextmanager
def threads_may_parse() -> Iterator[None]:
    """Have no garbage collection disturb the threads that parse inside."""
    if not _COUNTS_TOGETHER:
        yield
        return
    with _lock:
        _within.append(gc.isenabled() or any(_within))
        gc.disable()
    try:
        yield
    finally:
        with _lock:
            was_enabled = _within.pop()
            if was_enabled and not _within:
                gc.enable()
