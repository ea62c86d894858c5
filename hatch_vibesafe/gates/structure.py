"""The structure gate: an implementation is an ordinary module that defines exactly the spec's function. Pure."""

import ast
import platform
import re
import warnings
from collections.abc import Collection, Iterator, Sequence

from hatch_vibesafe.gates import policy
from hatch_vibesafe.gates.at_import import at_import
from hatch_vibesafe.gates.blind_handlers import blind_handlers
from hatch_vibesafe.gates.capabilities import capability_findings
from hatch_vibesafe.gates.cheats import cheats
from hatch_vibesafe.gates.foreign_literals import foreign_literals
from hatch_vibesafe.gates.kept_state import kept_state
from hatch_vibesafe.gates.method_bodies import method_bodies
from hatch_vibesafe.gates.misspelled import misspelled
from hatch_vibesafe.gates.module_attributes import module_attributes
from hatch_vibesafe.gates.neglected import neglected
from hatch_vibesafe.gates.project_imports import forbidden_imports
from hatch_vibesafe.gates.project_rules import NO_RULES, ProjectRules, rule_findings
from hatch_vibesafe.gates.rebinding import rebindings
from hatch_vibesafe.gates.shared_objects import shared_objects
from hatch_vibesafe.gates.verdict import Candidate, Finding
from hatch_vibesafe.spec.canonical import FunctionNode, UnknownSyntaxError, same_signature, same_statements
from hatch_vibesafe.spec.characters import unreadable
from hatch_vibesafe.spec.dotted import last_name
from hatch_vibesafe.spec.model import Spec
from hatch_vibesafe.spec.walking import walk
from hatch_vibesafe.store.records import GateRecord
from hatch_vibesafe.unexpected import reason

GATE = "structure"
SIZE_LIMIT = 256 << 10
HOLES = ("VibeCoded", "VibesafeHandled")
_BOM = b"\xef\xbb\xbf"
_DECLARED = re.compile(r"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")  # PEP 263


def check(
    candidate: Candidate,
    project_modules: Collection[str] = (),
    rules: ProjectRules = NO_RULES,
    *,
    reads_docstring: bool = True,
) -> tuple[Finding, ...]:
    """Return what is wrong with a candidate's structure, in the order of its lines.

    Args:
        candidate: The candidate.
        project_modules: The names of the project's modules; where empty, whatever shares the unit's top-level name is
            taken for the project's.
        rules: What the project says about imports.
        reads_docstring: Whether it is also held against what the docstring says.
    """
    try:
        text = _decoded(candidate.implementation)
        tree = _parsed(text)
        spec = candidate.spec
        findings = [*_structure(tree, spec, project_modules)]
        findings += policy.violations(tree, text, spec.options.capabilities)
        own = frozenset(name.partition(".")[0] for name in (*project_modules, spec.unit.module))
        for found in (capability_findings(tree, spec), rule_findings(tree, spec, rules, own)):
            findings += [Finding(GATE, line, message) for line, message in found]
        findings += [Finding(GATE, line, message) for line, message in unreadable(text)]
        findings += [*cheats(tree, spec, GATE), *kept_state(tree, GATE)]
        for read in (neglected, blind_handlers, foreign_literals, misspelled) if reads_docstring else ():
            findings += read(tree, spec, GATE)
    except _RefusedError as refusal:
        return (Finding(GATE, refusal.line, refusal.message),)
    except RecursionError:
        return (Finding(GATE, 0, "is nested too deeply to be read"),)
    return tuple(sorted(dict.fromkeys(findings), key=lambda finding: finding.line))


def record(findings: Sequence[Finding]) -> GateRecord:
    """Return the gate's line in the evidence."""
    return GateRecord(GATE, "ast", platform.python_version(), not findings)


class _RefusedError(Exception):
    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.line = line


def _decoded(content: bytes) -> str:
    if len(content) > SIZE_LIMIT:
        raise _RefusedError(f"has {len(content)} bytes; an implementation may have {SIZE_LIMIT}")
    if content.startswith(_BOM):
        raise _RefusedError("begins with a byte order mark: write plain UTF-8", 1)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _RefusedError(f"is not UTF-8 at byte {error.start}") from error
    # Python would read the bytes in the encoding that they declare, and run other code than what was read here.
    head = "\n".join(text.split("\n", 2)[:2])
    for number, line in enumerate(re.split("\r\n|\r|\n", head), start=1):
        declared = _DECLARED.match(line)
        if declared and declared[1].lower() not in {"utf-8", "utf8"}:
            raise _RefusedError(f"declares the encoding {declared[1]}: write UTF-8, and declare nothing", number)
    return text


def _parsed(text: str) -> ast.Module:
    """Return the syntax of a text that also compiles; nothing is run."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
            compile(text, "<implementation>", "exec", dont_inherit=True)
    except SyntaxError as error:
        raise _RefusedError(f"is not Python: {error.msg}", error.lineno or 0) from error
    except (ValueError, MemoryError, RecursionError) as error:
        raise _RefusedError(f"is not Python: {reason(error)}") from error
    return tree


def _structure(tree: ast.Module, spec: Spec, project_modules: Collection[str]) -> Iterator[Finding]:
    for number, statement in enumerate(tree.body):
        yield from _module_level(statement, is_first=number == 0)
    yield from _function(tree, spec)
    yield from at_import(tree, spec, GATE)
    yield from rebindings(tree, spec, GATE)
    yield from shared_objects(tree, GATE)
    yield from module_attributes(tree, spec, GATE)
    yield from method_bodies(tree, spec, GATE)
    for node in walk(tree):
        for line, message in forbidden_imports(node, spec, project_modules):
            yield Finding(GATE, line, message)
        if isinstance(node, ast.Name | ast.Attribute) and last_name(node) in HOLES:
            yield Finding(GATE, node.lineno, f"still has the hole: `{last_name(node)}` stands where the code should be")
        if isinstance(node, ast.Global) and spec.unit.name in node.names:
            yield Finding(
                GATE, node.lineno, f"declares `{spec.unit.name}` global: the unit's name is bound by its `def` alone"
            )


def _module_level(statement: ast.stmt, *, is_first: bool) -> Iterator[Finding]:
    match statement:
        case ast.ClassDef(body=body):
            inside = (inner for inner in body if not isinstance(inner, ast.Pass))
            yield from (found for inner in inside for found in _module_level(inner, is_first=inner is body[0]))
        case ast.Import() | ast.ImportFrom() | ast.FunctionDef() | ast.AsyncFunctionDef():
            return
        case ast.Expr(value=ast.Constant(value=str())) if is_first:
            return
        case ast.If(test=test, body=body, orelse=[]) if _is_type_checking(test):
            others = (inner.lineno for inner in body if not isinstance(inner, ast.Import | ast.ImportFrom))
            yield from (Finding(GATE, line, "does more than to import under `if TYPE_CHECKING:`") for line in others)
        case ast.AnnAssign(target=ast.Name()):
            return
        case ast.Assign(targets=targets) if all(map(_is_names, targets)):
            return
        case _ if type(statement).__name__ == "TypeAlias":  # new in Python 3.12
            return
        case _:
            message = (
                "does something when it is imported: only imports, constants, classes and functions may stand there"
            )
            yield Finding(GATE, statement.lineno, message)


def _is_type_checking(test: ast.expr) -> bool:
    match test:
        case ast.Name(id="TYPE_CHECKING"):
            return True
        case ast.Attribute(value=ast.Name(id="typing"), attr="TYPE_CHECKING"):
            return True
        case _:
            return False


def _is_names(target: ast.expr) -> bool:
    return isinstance(target, ast.Name) or (isinstance(target, ast.Tuple) and all(map(_is_names, target.elts)))


def _function(tree: ast.Module, spec: Spec) -> Iterator[Finding]:
    name = spec.unit.name
    functions = [node for node in tree.body if isinstance(node, FunctionNode) and node.name == name]
    if not functions:
        yield Finding(GATE, 0, f"has no function `{name}` at module level")
    for again in functions[1:]:
        yield Finding(GATE, again.lineno, f"defines `{name}` a second time")
    for statement in tree.body:
        if not isinstance(statement, FunctionNode) and name in _bound(statement):
            yield Finding(GATE, statement.lineno, f"binds `{name}` to something else than its function")
    for function in functions[:1]:
        yield from _signature(function, spec)
        yield from _body(function, spec)


def _bound(statement: ast.stmt) -> set[str]:
    """Return the names that a statement at module level binds."""
    if isinstance(statement, ast.ClassDef):
        return {statement.name}
    if isinstance(statement, ast.If):
        return {name for inner in statement.body for name in _bound(inner)}
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return {alias.asname or alias.name.partition(".")[0] for alias in statement.names}
    return {node.id for node in walk(statement) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}


def _signature(function: FunctionNode, spec: Spec) -> Iterator[Finding]:
    if function.decorator_list:
        yield Finding(
            GATE, function.decorator_list[0].lineno, f"decorates `{function.name}`: the function stands there bare"
        )
    stub = ast.parse(f"{spec.head}\n    ...").body[0]
    if not isinstance(stub, FunctionNode):
        raise _RefusedError(f"cannot be compared: the head of the spec is no function ({spec.where})")
    try:
        same = same_signature(function, stub)
    except UnknownSyntaxError as error:
        raise _RefusedError(f"cannot be compared with the spec: {error}", function.lineno) from error
    if not same:
        message = f"changes the signature: it must be exactly (names, kinds, annotations, defaults)\n    {spec.head}"
        yield Finding(GATE, function.lineno, message)


def _body(function: FunctionNode, spec: Spec) -> Iterator[Finding]:
    body = function.body
    if (
        isinstance(body[0], ast.Expr)
        and isinstance(body[0].value, ast.Constant)
        and isinstance(body[0].value.value, str)
    ):
        body = body[1:]
    first = ast.parse(spec.pre_hole).body
    if not same_statements(body[: len(first)], first):
        message = "does not begin with the code that the spec has before its hole, verbatim:\n    "
        yield Finding(GATE, function.lineno, message + spec.pre_hole.rstrip().replace("\n", "\n    "))
        return
    rest = body[len(first) :]
    if not rest:
        yield Finding(GATE, function.lineno, f"has no code in `{function.name}` where the hole was")
    elif all(isinstance(statement, ast.Expr) and _is_ellipsis(statement.value) for statement in rest):
        yield Finding(GATE, rest[0].lineno, f"still has the hole: `...` is all that `{function.name}` has")


def _is_ellipsis(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is Ellipsis
