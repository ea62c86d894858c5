"""The contract of a unit: the sections `Requires:`, `Ensures:` and `Raises:` of its docstring. Pure.

A section is a line that is one of these words with its colon, and the deeper indented lines below it; an example ends
it. Each of its lines is a clause, continued by still deeper ones; in `Raises:` it is `Exception: condition`, as in
Google's style. A clause is an *expression* or *prose*; prose is documentation and has no effect.

A clause is an expression where it parses as one, is a condition at its top (a comparison, `not`, `and`, `or`, a call),
and is clearly meant as one. That is what has a comparison in signs (`<`, `<=`, `>`, `>=`, `==`, `!=`) or, outside
`Raises:`, is a call written `name(`: there an unknown name is a mistake. All else may be English and is an expression
only where it names a parameter or the result, and each name that it does not call is a parameter, the result or a name
of the module: `n is negative` is prose where nothing is called `negative`, and so is `n not in range`.
"""

import ast
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from hatch_vibesafe.spec.contract_subset import Scope, complaints_of, is_in_scope
from hatch_vibesafe.spec.decorator import Complaint
from hatch_vibesafe.spec.model import Clause, ClauseKind
from hatch_vibesafe.spec.names import Names, free_names
from hatch_vibesafe.spec.source import parse
from hatch_vibesafe.spec.walking import walk

Sections = Mapping[str, ClauseKind]

OF_A_UNIT: Sections = {"Requires:": "requires", "Ensures:": "ensures", "Raises:": "raises"}
OF_A_CLASS: Sections = {"Invariant:": "invariant", "Invariants:": "invariant"}

_RAISES = re.compile(r"([^\W\d]\w*(?:\.[^\W\d]\w*)*):\s+(.+)", re.DOTALL)
_IN_SIGNS = (ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq)
_LIKE_AN_EXPRESSION = re.compile(r"[<>]|[=!]=|\w\(")


@dataclass(frozen=True, slots=True)
class Written:
    """A clause as it stands, not yet known to be an expression.

    Attributes:
        kind: Its section.
        text: What stands there, in one line; for `Raises:` the condition alone.
        line: Its line in the docstring's text, from 0.
        exception: For `Raises:`, the exception as it is spelled.
        tree: Its syntax, where it is a condition; else None.
    """

    kind: ClauseKind
    text: str
    line: int
    exception: str = ""
    tree: ast.expr | None = None


@dataclass(frozen=True, slots=True)
class Contract:
    """What the sections say.

    Attributes:
        clauses: The expressions, in their order.
        complaints: Why some cannot be used.
        doubts: Lines that look like an expression and are none, so that nothing checks them.
        names: The names that the clauses take from the module.
    """

    clauses: tuple[Clause, ...]
    complaints: tuple[Complaint, ...]
    doubts: tuple[Complaint, ...]
    names: Names


def read_contract(
    text: str, scope: Scope, first_line: int = 1, last_line: int = sys.maxsize, sections: Sections = OF_A_UNIT
) -> Contract:
    """Return what the sections of a normalised docstring say, where their names mean what `scope` says.

    `first_line` and `last_line` are those of the text in its file; `sections` are those of a unit's docstring, or of
    that of a method's class.
    """
    clauses: list[Clause] = []
    complaints: list[Complaint] = []
    doubts: list[Complaint] = []
    for written in written_clauses(text, sections):
        line = min(first_line + written.line, last_line)
        if written.tree is None or not _is_expression(written, written.tree, scope):
            if written.kind != "raises" and _LIKE_AN_EXPRESSION.search(written.text):
                what = f"this line of {written.kind.capitalize()} is no condition in Python, so nothing checks it"
                doubts.append(Complaint(line, what, "write it as a Python expression, or in words alone"))
            continue
        wrong = complaints_of(written.tree, written.kind, scope)
        if written.exception and not scope.is_exception(written.exception):
            wrong.append((f"the exception {written.exception} is unknown", "import it, or correct its name"))
        complaints += [Complaint(line, f"{_named(written)} {what}", remedy) for what, remedy in wrong]
        if not wrong:
            clauses.append(Clause(written.kind, ast.unparse(written.tree), line, written.exception))
    complaints += contradictions(clauses)
    return Contract(tuple(clauses), tuple(complaints), tuple(doubts), clause_names(clauses, scope))


def contract_names(text: str, sections: Sections = OF_A_UNIT) -> Names:
    """Return the names of all clauses that can be expressions, and of the exceptions of those; old and result too."""
    names = Names()
    for written in written_clauses(text, sections):
        if written.tree is not None:
            names.add(free_names([written.tree]))
            if written.exception:
                names.chains.add(tuple(written.exception.split(".")))
    return names


def written_clauses(text: str, sections: Sections = OF_A_UNIT) -> list[Written]:
    """Return every clause of a normalised docstring, prose too."""
    found: list[Written] = []
    if not any(word in text for word in sections):
        return found
    kind: ClauseKind | None = None
    around = margin = 0
    pieces: list[str] = []
    start = 0
    for number, line in enumerate([*text.split("\n"), "end"]):
        words = line.strip()
        indentation = len(line) - len(line.lstrip())
        if not words:
            continue
        if kind is not None and pieces and indentation > margin and not words.startswith(">>>"):
            pieces.append(words)
            continue
        if kind is not None and pieces:
            found.append(_written(kind, " ".join(pieces), start))
            pieces = []
        if kind is not None and (indentation <= around or words.startswith(">>>")):
            kind = None
        if words in sections:
            kind, around = sections[words], indentation
        elif kind is not None:
            pieces, start, margin = [words], number, indentation
    return found


def contradictions(clauses: list[Clause]) -> list[Complaint]:
    """Return the clauses that cannot hold together with an earlier one, as far as their text shows."""
    found: list[Complaint] = []
    raised: dict[str, Clause] = {}
    required = {_key(clause.expression) for clause in clauses if clause.kind == "requires"}
    for clause in clauses:
        if clause.kind != "raises":
            continue
        first = raised.setdefault(_key(clause.expression), clause)
        if first.exception != clause.exception:
            what = f"`{clause.expression}` is to raise {clause.exception} and {first.exception}"
            found.append(Complaint(clause.line, what, "keep one of the two"))
        if _key(f"not ({clause.expression})") in required:
            what = f"`{clause.expression}` cannot hold where Requires holds, so {clause.exception} is never raised"
            found.append(Complaint(clause.line, what, "keep the line of Requires or that of Raises"))
    before: set[str] = set()
    for clause in clauses:
        if clause.kind == "requires":
            if _key(f"not ({clause.expression})") in before:
                what = f"Requires `{clause.expression}` and its contrary"
                found.append(Complaint(clause.line, what, "take one of them out"))
            before.add(_key(clause.expression))
    return found


def clause_names(clauses: list[Clause], scope: Scope) -> Names:
    """Return the names that clauses take from the module."""
    names = Names()
    for clause in clauses:
        names.add(free_names([ast.parse(clause.expression, mode="eval")]))
        if clause.exception:
            names.chains.add(tuple(clause.exception.split(".")))
    names.chains = {chain for chain in names.chains if chain[0] not in scope.parameters and scope.is_known(chain[0])}
    return names


def _written(kind: ClauseKind, text: str, line: int) -> Written:
    exception = ""
    text = text.removeprefix("- ")
    if kind == "raises":
        match = _RAISES.fullmatch(text)
        if match is None:
            return Written(kind, text, line)
        exception, text = match[1], match[2]
    tree = _expression(text)
    is_condition = isinstance(tree, ast.Compare | ast.BoolOp | ast.Call) or (
        isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.Not)
    )
    return Written(kind, text, line, exception, tree if is_condition else None)


def _expression(text: str) -> ast.expr | None:
    try:
        match parse(text).body:
            case [ast.Expr(value=value)] if ";" not in text[value.end_col_offset or 0 :]:
                ast.unparse(value)  # what is nested too deeply is found out here
                return value
    except (SyntaxError, RecursionError, MemoryError):
        return None
    return None


def _is_expression(written: Written, tree: ast.expr, scope: Scope) -> bool:
    comparisons = [node for node in walk(tree) if isinstance(node, ast.Compare)]
    if any(isinstance(operator, _IN_SIGNS) for node in comparisons for operator in node.ops):
        return True
    is_joined_call = isinstance(tree, ast.Call) and _is_joined(written.text, tree)
    return (is_joined_call and written.kind != "raises") or is_in_scope(tree, scope)


def _is_joined(text: str, call: ast.Call) -> bool:
    """Whether the parenthesis of a call follows right after what is called, which English seldom does."""
    return text.encode()[call.func.end_col_offset or 0 :].startswith(b"(")


def _named(written: Written) -> str:
    return f"{written.kind.capitalize()} `{written.text}`"


def _key(expression: str) -> str:
    """Return an expression without double negations and with simple negated comparisons turned round."""
    tree = ast.parse(expression, mode="eval").body
    return ast.unparse(_without_not(tree))


_CONTRARY: dict[type[ast.cmpop], Callable[[], ast.cmpop]] = {
    ast.Lt: ast.GtE,
    ast.GtE: ast.Lt,
    ast.Gt: ast.LtE,
    ast.LtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}


def _without_not(tree: ast.expr) -> ast.expr:
    match tree:
        case ast.UnaryOp(op=ast.Not(), operand=ast.UnaryOp(op=ast.Not(), operand=inner)):
            return _without_not(inner)
        case ast.UnaryOp(op=ast.Not(), operand=ast.Compare(left=left, ops=[op], comparators=[right])):
            return ast.Compare(left, [_CONTRARY[type(op)]()], [right])
        case _:
            return tree
