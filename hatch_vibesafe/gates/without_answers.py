"""Source text without the examples in its docstrings: what a candidate may see of the project that it is judged in.

An example answers itself, also where it stands as `>>> total(2) == 4`. So examples go whole, with their prompts; prose
and every line number stay.
"""

import ast
import doctest
from functools import lru_cache

from hatch_vibesafe.spec.walking import walk

_PROMPT = ">>>"


@lru_cache(maxsize=4096)
def without_answers(source: str) -> str:
    """Return source whose bare strings hold no examples. What is no Python is returned as it is: nothing can run it."""
    if _PROMPT not in source:
        return source
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return source
    lines = source.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "surrogatepass").split(b"\n")
    bare = [node.value for node in walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)]
    for node in sorted(bare, key=lambda node: (node.lineno, node.col_offset), reverse=True):
        if isinstance(node.value, str) and _PROMPT in node.value:
            _replace(lines, node, repr(prose(node.value)).encode())
    return b"\n".join(lines).decode("utf-8", "surrogatepass")


def prose(docstring: str) -> str:
    """Return a docstring without its examples."""
    try:
        pieces = doctest.DocTestParser().parse(docstring)
    except ValueError:
        return docstring.partition(_PROMPT)[0]
    return "".join(piece for piece in pieces if isinstance(piece, str)).replace(_PROMPT, "")


def _replace(lines: list[bytes], node: ast.Constant, text: bytes) -> None:
    """Put a text of one line where a string stands, and empty lines where its others were."""
    assert node.end_lineno is not None  # noqa: S101 - `ast.parse` gives it
    first, last = node.lineno - 1, node.end_lineno - 1
    lines[first] = lines[first][: node.col_offset] + text + lines[last][node.end_col_offset :]
    lines[first + 1 : last + 1] = [b""] * (last - first)
