"""The head of a function, from `def` to its colon, as its text has it."""

import ast

from hatch_vibesafe.spec.canonical import FunctionNode
from hatch_vibesafe.spec.names import type_parameters
from hatch_vibesafe.spec.source import Source, node_end, node_start, segment


def head_source(source: Source, node: FunctionNode) -> str:
    """Return the source from `def` or `async def` to the colon, dedented."""
    return segment(source, (node.lineno, node.col_offset), _colon(source, node))


def stub_source(source: Source, node: FunctionNode, docstring: ast.Constant | None) -> str:
    """Return the source of a stub without its body: its head and its docstring."""
    if docstring is None:
        return f"{head_source(source, node)} ..."
    return segment(source, (node.lineno, node.col_offset), node_end(docstring))


def statements_source(source: Source, statements: tuple[ast.stmt, ...]) -> str:
    """Return the source of adjacent statements, dedented; empty where there are none."""
    if not statements:
        return ""
    return segment(source, node_start(statements[0]), node_end(statements[-1])).lstrip()


def _colon(source: Source, node: FunctionNode) -> tuple[int, int]:
    """Return the place after the colon, which is the first after the last part of the signature, outside comments."""
    line, column = max(_signature_ends(node), default=(node.lineno, node.col_offset))
    while line <= len(source.lines):
        content = source.lines[line - 1].encode()
        comment = content.find(b"#", column)
        found = content.find(b":", column, comment if comment >= 0 else len(content))
        if found >= 0:
            return line, found + 1
        line, column = line + 1, 0
    raise AssertionError(f"a function without a colon at line {node.lineno}")


def _signature_ends(node: FunctionNode) -> list[tuple[int, int]]:
    arguments = node.args
    every = [*arguments.posonlyargs, *arguments.args, arguments.vararg, *arguments.kwonlyargs, arguments.kwarg]
    parts: list[ast.AST | None] = [*every, *arguments.defaults, *arguments.kw_defaults, node.returns]
    parts += type_parameters(node)
    ends = [(getattr(part, "end_lineno", 0), getattr(part, "end_col_offset", 0)) for part in parts if part is not None]
    return [(int(line), int(column)) for line, column in ends]
