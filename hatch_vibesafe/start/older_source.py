"""A module written for `vibesafe` 0.1 or 0.2, to the same module for us. Pure: text in, text out.

Only what these releases brought is rewritten: imports, old names of the decorator, holes, imports of `__generated__`.
Everything else stays, byte for byte. What has no counterpart is left as it is and named.
"""

import ast
import re
from dataclasses import dataclass, field

OLD = "vibesafe"
NEW = "vibesafe_runtime"
SHIMS = "__generated__"
_DECORATORS = {"vibesafe": "", "func": "", "http": ".http"}
_HOLES = frozenset({"VibeCoded", "VibesafeHandled", "VibeHandled"})
_SAME = frozenset(
    {
        "VibesafeCheckpointMissing",
        "VibesafeError",
        "VibesafeHashMismatch",
        "VibesafeMissingDoctest",
        "VibesafeProviderError",
        "VibesafeValidationError",
    }
)
_MODULES = frozenset({OLD, f"{OLD}.core", f"{OLD}.exceptions"})
_ADVICE = {
    "load_active": "import the function itself from its module",
    "load_checkpoint": "import the function itself from its module",
    "mount": "write it as docs/http.md shows: vibesafe_runtime.fastapi.mount(app, PACKAGE)",
    "VibesafeTypeError": "catch VibesafeValidationError in its place",
}
_NOTHING = "nothing takes its place: take it out"


@dataclass(frozen=True, slots=True)
class Left:
    """What is left to the user: the line, what stands there, and what to write."""

    line: int
    what: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Rewritten:
    """The new text, and what is left to do by hand."""

    text: str
    left: tuple[Left, ...]


def rewritten(text: str) -> Rewritten:
    """Return a module rewritten for us; as it is where it has nothing of older releases.

    Raises:
        SyntaxError: if it is no Python.
    """
    if OLD not in text and SHIMS not in text:
        return Rewritten(text, ())
    tree = ast.parse(text)
    edits = _Edits(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level == 0:
            edits.take_from(node)
        elif isinstance(node, ast.Import):
            edits.take_import(node)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and edits.is_unit(node):
            edits.take_unit(node)
    for node in ast.walk(tree):
        edits.take_use(node)
    return Rewritten(edits.applied(), tuple(sorted(edits.left, key=lambda each: each.line)))


@dataclass(slots=True)
class _Edits:
    text: str
    modules: dict[str, str] = field(default_factory=dict)  # name here -> name afterwards
    decorators: dict[str, str] = field(default_factory=dict)  # name here -> what is written afterwards
    holes: dict[str, str] = field(default_factory=dict)
    statements: list[ast.ImportFrom] = field(default_factory=list)
    changes: list[tuple[int, int, str]] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)
    needs_hole: bool = False

    def take_from(self, node: ast.ImportFrom) -> None:
        module = node.module or ""
        if module.startswith(f"{SHIMS}."):
            self._module(node, module, module.removeprefix(f"{SHIMS}."))
        elif module == SHIMS:
            self._leave(node, "imports modules of __generated__", "import the functions from their own modules")
        elif module in _MODULES:
            self.statements.append(node)
            for alias in node.names:
                name, here = alias.name, alias.asname or alias.name
                if name in _DECORATORS:
                    self.decorators[here] = (alias.asname if name == OLD and alias.asname else OLD) + _DECORATORS[name]
                elif name in _HOLES:
                    self.holes[here] = alias.asname or "VibeCoded"
        elif module == OLD or module.startswith(f"{OLD}."):
            for alias in node.names:
                self._leave(node, f"imports {alias.name} of {module}", _ADVICE.get(alias.name, _NOTHING))

    def take_import(self, node: ast.Import) -> None:
        for alias in node.names:
            if alias.name == OLD:
                self.modules[alias.asname or OLD] = alias.asname or NEW
                self._replace(alias, NEW + (f" as {alias.asname}" if alias.asname else ""))
            elif alias.name.startswith(f"{SHIMS}.") and alias.asname:
                self._replace(alias, f"{alias.name.removeprefix(f'{SHIMS}.')} as {alias.asname}")
            elif alias.name.split(".")[0] in {OLD, SHIMS}:
                self._leave(node, f"imports {alias.name}", "import what is used of it by name")

    def is_unit(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
        return any(self._decorator(item) is not None for item in node.decorator_list)

    def take_unit(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        for item in node.decorator_list:
            named = self._decorator(item)
            if named is not None:
                self._replace(item.func if isinstance(item, ast.Call) else item, named)
        last = node.body[-1]
        for statement in node.body:
            if self._is_old_hole(statement, is_last=statement is last):
                self._replace(statement, f"raise {self._hole()}()")

    def take_use(self, node: ast.AST) -> None:
        match node:
            case ast.Name(id=name, ctx=ast.Load()) if name in self.holes and self.holes[name] != name:
                self._replace(node, self.holes[name])
            case ast.Attribute(value=ast.Name(id=name), attr=attribute) if name in self.modules:
                self._attribute(node, self.modules[name], attribute)
            case ast.Name(id=name, ctx=ast.Load()) if name in self.modules and self.modules[name] != name:
                self._replace(node, self.modules[name])

    def applied(self) -> str:
        for node in self.statements:
            self._import(node)
        content = self.text.encode()
        pieces: list[bytes] = []
        done = 0
        for start, stop, new in sorted(self.changes, key=lambda change: (change[0], -change[1])):
            if start >= done:  # else it stands inside of what is replaced as a whole
                pieces += [content[done:start], new.encode()]
                done = stop
        return b"".join((*pieces, content[done:])).decode()

    def _decorator(self, item: ast.expr) -> str | None:
        """Return how a decorator of ours is written afterwards; None for any other."""
        match item.func if isinstance(item, ast.Call) else item:
            case ast.Name(id=name) if name in self.decorators:
                return self.decorators[name]
            case ast.Attribute(value=ast.Name(id=name), attr=attribute) if name in self.decorators:
                return f"{self.decorators[name]}.{attribute}"
            case ast.Attribute(value=ast.Name(id=name), attr=attribute) if name in self.modules:
                return f"{self.modules[name]}.{OLD}{_DECORATORS[attribute]}" if attribute in _DECORATORS else None
            case _:
                return None

    def _attribute(self, node: ast.Attribute, module: str, attribute: str) -> None:
        if attribute in _HOLES:
            self._replace(node, f"{module}.VibeCoded")
        elif attribute in _DECORATORS:
            self._replace(node, f"{module}.{OLD}{_DECORATORS[attribute]}")
        elif attribute in _SAME:
            self._replace(node, f"{module}.{attribute}")
        else:
            self._leave(node, f"uses {attribute} of {OLD}", _ADVICE.get(attribute, _NOTHING))

    def _is_old_hole(self, statement: ast.stmt, *, is_last: bool) -> bool:
        match statement:
            case ast.Expr(value=ast.Yield(value=ast.Call() as call)) | ast.Return(value=ast.Call() as call):
                return self._is_marker(call.func)
            case ast.Expr(value=ast.Constant(value=value)) | ast.Return(value=ast.Constant(value=value)):
                return is_last and value is ...
            case _:
                return False

    def _is_marker(self, called: ast.expr) -> bool:
        match called:
            case ast.Name(id=name):
                return name in self.holes
            case ast.Attribute(value=ast.Name(id=name), attr=attribute):
                return name in self.modules and attribute in _HOLES
            case _:
                return False

    def _hole(self) -> str:
        if self.holes:
            return next(iter(self.holes.values()))
        if self.modules:
            return f"{next(iter(self.modules.values()))}.VibeCoded"
        self.needs_hole = True
        return "VibeCoded"

    def _import(self, node: ast.ImportFrom) -> None:
        kept: list[str] = []
        others: list[str] = []
        for alias in node.names:
            renamed = f" as {alias.asname}" if alias.asname else ""
            if alias.name in _DECORATORS:
                kept.append(OLD + (renamed if alias.name == OLD else ""))
            elif alias.name in _HOLES:
                kept.append(f"VibeCoded{renamed}")
            elif alias.name in _SAME or alias.name == "*":
                kept.append(alias.name + renamed)
            else:
                others.append(alias.name + renamed)
                self._leave(node, f"imports {alias.name} of {OLD}", _ADVICE.get(alias.name, _NOTHING))
        if self.needs_hole:
            kept.append("VibeCoded")
            self.needs_hole = False
        names = [alias.name for alias in node.names]
        if not others and kept == [a.name + (f" as {a.asname}" if a.asname else "") for a in node.names]:
            self._module(node, node.module or "", NEW)
            return
        if names and kept:
            wanted = sorted(dict.fromkeys(kept), key=lambda each: (each.islower(), each.lower()))
            line = f"from {NEW} import {', '.join(wanted)}"
            indent = " " * node.col_offset
            rest = f"\n{indent}from {node.module} import {', '.join(others)}" if others else ""
            self._replace(node, line + rest + self._comments(node))

    def _comments(self, node: ast.stmt) -> str:
        start, stop = self._span(node)
        found = re.findall(r"#[ \t]*(.*)", self.text.encode()[start:stop].decode())
        return f"  # {'; '.join(found)}" if found else ""

    def _module(self, node: ast.ImportFrom, old: str, new: str) -> None:
        """Replace the module of an import, and leave the rest of the statement as it is written."""
        start, stop = self._span(node)
        written = self.text.encode()[start:stop].decode()
        found = re.match(rf"from\s+{re.escape(old)}(?=\s)", written)
        if found is not None:
            self.changes.append((start, start + found.end(), f"from {new}"))

    def _replace(self, node: ast.alias | ast.expr | ast.stmt, new: str) -> None:
        self.changes.append((*self._span(node), new))

    def _span(self, node: ast.alias | ast.expr | ast.stmt) -> tuple[int, int]:
        lines = [0, *(match.end() for match in re.finditer(rb"\n", self.text.encode()))]
        end_line, end_column = node.end_lineno or node.lineno, node.end_col_offset or 0
        return lines[node.lineno - 1] + node.col_offset, lines[end_line - 1] + end_column

    def _leave(self, node: ast.stmt | ast.expr, what: str, remedy: str) -> None:
        self.left.append(Left(node.lineno, what, remedy))
