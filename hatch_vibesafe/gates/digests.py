"""Numbers and texts that stand for what goes into an example: its size, its sums, its checksums. Pure.

Threat: a look-up whose keys show nothing of the examples, because they are made of them.
"""

import ast
import hashlib
import zlib
from collections.abc import Iterator

from hatch_vibesafe.gates.cases import Case, Literal

_MADE = (zlib.crc32, zlib.adler32)
_HASHES = ("md5", "sha1", "sha256")


def digests(case: Case) -> frozenset[Literal]:
    """Return what one may tell an example by without writing down what goes into it."""
    found: set[object] = set()
    for shown in (*case.whole, *case.inputs):
        value = ast.literal_eval(shown)
        found |= set(_of_value(value))
        found |= set(_of_text(value if isinstance(value, str) else shown))
    return frozenset(map(repr, found))


def _of_text(text: str) -> Iterator[object]:
    content = text.encode("utf-8", "surrogatepass")
    yield from (len(text), sum(content), sum(map(ord, text)))
    yield from (made(content) for made in _MADE)
    yield from (int.from_bytes(content, "big"), int.from_bytes(content, "little"))
    for name in _HASHES:
        made = hashlib.new(name, content, usedforsecurity=False)
        yield from (made.hexdigest(), made.hexdigest()[:8], int(made.hexdigest(), 16))


def _of_value(value: object) -> Iterator[object]:
    if not isinstance(value, list | tuple | set | dict):
        return
    yield len(value)
    numbers = [each for each in value if isinstance(each, int | float)]
    if numbers and len(numbers) == len(value):
        yield from (sum(numbers), max(numbers), min(numbers))
    if all(isinstance(each, str) for each in value):
        yield sum(map(len, value))
