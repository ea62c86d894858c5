"""What a provider drafted, to the stubs of several functions or to every reason why it is none. Pure."""

import ast
from dataclasses import dataclass

from hatch_vibesafe.start.drafted_stub import LONGEST, DraftedStub, read_draft
from hatch_vibesafe.unexpected import reason

FEWEST, MOST = 2, 4


@dataclass(frozen=True, slots=True)
class Parts:
    """Stubs that may be written, in their order."""

    stubs: tuple[DraftedStub, ...]


def read_parts(text: str, known: frozenset[str]) -> Parts | tuple[str, ...]:
    """Return the stubs that a text holds, or every reason why they are refused; each is read as a draft of its own.

    Args:
        text: The Python text of the draft.
        known: The names that the module binds already: annotations may use them, and no helper may have one.
    """
    if len(text) > LONGEST:
        return (f"it is longer than {LONGEST:,} characters",)
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return (f"it is no Python: {reason(error)}",)
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    others = [node for node in tree.body if node not in functions]
    if not FEWEST <= len(functions) <= MOST:
        return (f"it defines {len(functions)} functions at its top, where {FEWEST} to {MOST} are asked for",)
    beside = "\n".join(_source(text, node) for node in others)
    faults: list[str] = []
    stubs: list[DraftedStub] = []
    taken = set(known)
    for function in functions:
        if function.name in taken:
            faults.append(f"{function.name}: the module has that name already")
        taken.add(function.name)
        found = read_draft(f"{beside}\n{_source(text, function)}\n", "", known)
        if isinstance(found, tuple):
            faults += [f"{function.name}: {fault}" for fault in found]
        else:
            stubs.append(found)
    return tuple(dict.fromkeys(faults)) if faults else Parts(tuple(stubs))


def _source(text: str, node: ast.stmt) -> str:
    """Return the lines of a statement as they are written, with its decorators."""
    decorators = getattr(node, "decorator_list", [])
    first = min([node.lineno, *(each.lineno for each in decorators)])
    # As Python counts lines: at a line feed alone, once line endings are the same everywhere.
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(lines[first - 1 : node.end_lineno])
