"""A spec written out as source: what a model reads, and what an implementation begins with."""

import ast
import re

from hatch_vibesafe.generate.python_text import parse
from hatch_vibesafe.spec.model import Spec
from hatch_vibesafe.spec.walking import walk

INDENT = "    "


def stub_source(spec: Spec) -> str:
    """Return the module up to the hole: the imports, the head, the docstring and the code before the hole."""
    parts = ["\n".join(spec.header) + "\n\n\n" if spec.header else "", spec.head.rstrip("\n") + "\n"]
    docstring = _with_decorators(spec)
    if docstring:
        parts.append(docstring_statement(docstring, INDENT))
    if spec.pre_hole.strip():
        parts.append(indented(spec.pre_hole, INDENT))
    return "".join(parts)


def _with_decorators(spec: Spec) -> str:
    """Return the docstring with what decorators promise, in sections: no decorator stands on an implementation."""
    sections: dict[str, list[str]] = {}
    for clause in spec.contract:
        if clause.library:
            section, _, condition = clause.text.partition(" ")
            sections.setdefault(f"{section}:", []).append(INDENT + condition)
    lines = [line for title, clauses in sections.items() for line in (title, *clauses)]
    return "\n\n".join(text for text in (spec.docstring, "\n".join(lines)) if text)


def docstring_statement(docstring: str, indent: str) -> str:
    """Return the statement that gives a function this docstring, indented, with a newline at its end."""
    lines = _escaped(docstring).split("\n")
    if len(lines) == 1:
        gap = " " if lines[0].endswith('"') else ""
        return f'{indent}"""{lines[0]}{gap}"""\n'
    if lines[0].startswith(" ") or all(line.startswith(" ") for line in lines[1:] if line):
        # Beside the quotes the first line would lose its indentation, and so would all others their common one.
        lines.insert(0, "")
    body = "\n".join([lines[0], *(indent + line if line else "" for line in lines[1:])])
    return f'{indent}"""{body}\n{indent}"""\n'


def _escaped(text: str) -> str:
    text = text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    return "".join(
        character if character.isprintable() or character == "\n" else ascii(character)[1:-1] for character in text
    )


def indented(source: str, indent: str) -> str:
    """Return statements moved to the right, with a newline at their end; the lines inside strings stay as they are."""
    inside = _lines_inside_strings(source)
    lines = source.rstrip("\n").split("\n")
    return "".join(
        (line if number in inside or not line.strip() else indent + line) + "\n"
        for number, line in enumerate(lines, start=1)
    )


def _lines_inside_strings(source: str) -> set[int]:
    """Return the lines that begin within a string; implicit concatenations count, which moving leaves as valid."""
    tree = parse(source)
    if tree is None:
        return set()
    strings = (node for node in walk(tree) if isinstance(node, ast.Constant | ast.JoinedStr))
    return {
        line
        for node in strings
        if not isinstance(node, ast.Constant) or isinstance(node.value, str | bytes)
        for line in range(node.lineno + 1, (node.end_lineno or node.lineno) + 1)
    }


def fence_for(*texts: str) -> str:
    """Return a run of backticks that none of the texts holds, so that none of them can close the fence.

    Source: CommonMark 0.31, section 4.5: a closing fence is at least as long as the opening one.
    """
    longest = max((len(run) for text in texts for run in re.findall(r"`+", text)), default=0)
    return "`" * max(3, longest + 1)
