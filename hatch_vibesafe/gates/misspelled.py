"""Part of the structure gate: words that a docstring writes out stand in the code as they are written there. Pure.

Threat: a slip of the pen in a text (`'Yess'`, `['txt', '', 'dll']`) that no example shows.
"""

import ast
import re
from collections.abc import Iterator

from hatch_vibesafe.gates.verdict import Finding
from hatch_vibesafe.gates.without_answers import prose
from hatch_vibesafe.spec.model import Spec
from hatch_vibesafe.spec.walking import walk

_QUOTED = re.compile(r"(?<!\w)(['\"])(\w[^'\"\n]{0,38}\w)\1")
_DISPLAY = re.compile(r"[\[({][^\[\](){}]*[\])}]")
_WORD = re.compile(r"\w+")
_FEWEST = 3


def misspelled(tree: ast.Module, spec: Spec, gate: str) -> Iterator[Finding]:
    """Yield a finding for each text that is not quite what the docstring writes."""
    text = prose(spec.docstring)
    bare = {id(node.value) for node in walk(tree) if isinstance(node, ast.Expr)}
    nodes = [node for node in walk(tree) if isinstance(node, ast.Constant) and id(node) not in bare]
    lines = {node.value: node.lineno for node in nodes if isinstance(node.value, str)}
    quoted = {found for _, found in _QUOTED.findall(text)}
    spoken = set(_WORD.findall(text))
    for wanted in sorted(quoted - set(lines)):
        for held, line in lines.items():
            if held.isalnum() and held not in text and _is_slip(held, wanted):
                yield Finding(gate, line, f"holds {held!r} where the docstring writes {wanted!r}")
    for display in _displays(text):
        missing = [each for each in display if each not in lines]
        if missing and 2 * len(missing) <= len(display):
            where = min(lines[each] for each in display if each in lines)
            yield Finding(gate, where, f"holds most of {display!r}, which the docstring writes, but not {missing[0]!r}")
    for node in walk(tree):
        if isinstance(node, ast.List | ast.Tuple | ast.Set) and len(node.elts) > _FEWEST:
            yield from _of_enumeration(node, spoken, gate)


def _of_enumeration(node: ast.List | ast.Tuple | ast.Set, spoken: set[str], gate: str) -> Iterator[Finding]:
    """Yield a finding where all words of a display but one are the docstring's, and that one nearly is."""
    held = [item.value for item in node.elts if isinstance(item, ast.Constant) and isinstance(item.value, str)]
    if len(held) != len(node.elts):
        return
    foreign = [each for each in held if each not in spoken]
    if len(foreign) != 1 or any(len(each) < _FEWEST for each in held if each not in foreign):
        return
    near = sorted(each for each in spoken - set(held) if each.istitle() and _is_slip(foreign[0], each))
    if near or not foreign[0]:
        meant = repr(near[0]) if near else "a word"
        yield Finding(gate, node.lineno, f"holds {foreign[0]!r} where the docstring enumerates {meant}")


def _displays(text: str) -> Iterator[tuple[str, ...]]:
    for found in _DISPLAY.findall(text):
        try:
            value = ast.literal_eval(found)
        except (ValueError, SyntaxError):
            continue
        if isinstance(value, list | tuple | set) and len(value) > 1:
            words = tuple(each for each in value if isinstance(each, str) and len(each) > 1)
            if len(words) == len(value):
                yield words


def _is_slip(held: str, wanted: str) -> bool:
    """Whether one text is another with one character more, fewer or other."""
    if held.casefold() == wanted.casefold() or abs(len(held) - len(wanted)) > 1 or len(held) <= 1:
        return False
    start = next(
        (it for it, (a, b) in enumerate(zip(held, wanted, strict=False)) if a != b), min(len(held), len(wanted))
    )
    rest = (held[start:], wanted[start:])
    return rest[0][1:] == rest[1] or rest[0] == rest[1][1:] or rest[0][1:] == rest[1][1:]
