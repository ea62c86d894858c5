"""What is put right around the function: imports that the spec needs, and what a model copied or ran on with."""

import ast
from collections.abc import Collection, Iterator

from hatch_vibesafe.generate.python_text import Edit, Places, Repaired, edited, parse
from hatch_vibesafe.generate.standard_imports import missing_standard_imports, star_imports
from hatch_vibesafe.spec.model import Spec
from hatch_vibesafe.spec.walking import walk

_OURS = frozenset({"vibesafe_runtime", "vibesafe"})


def repaired_module(spec: Spec, source: str, tree: ast.Module, *, generated: bool) -> Repaired:
    """Return a module with the imports that it needs, without ours and, if generated, without example calls."""
    places = Places(source)
    words: list[str] = []
    edits: list[Edit] = []
    for statement in (*_of_ours(tree), *star_imports(tree)):
        words.append(f"dropped `{ast.unparse(statement)}`")
        edits.append(_removed(places, statement))
    if generated:
        for statement in _examples(tree, spec.unit.name):
            words.append(f"dropped the example on line {statement.lineno}")
            edits.append(_removed(places, statement))
    unbound = _unbound(spec, tree)
    offered = _offered(spec, unbound)
    missing = [
        *_missing_header(spec, tree),
        *(f"from {module} import {name}" for name, module in offered.items()),
        *missing_standard_imports(tree, unbound - offered.keys()),
    ]
    words += [f"added `{line}`" for line in missing]
    future = [line for line in missing if line.startswith("from __future__ ")]
    guarded = [line for line in missing if not line.startswith(("from ", "import "))]
    ordinary = [line for line in missing if line not in future and line not in guarded]
    wanted: dict[int, list[str]] = {}
    for lines, position in (
        (future, _future_position(places, tree)),
        (ordinary, _import_position(places, tree)),
        (guarded, _block_position(places, tree)),
    ):
        wanted.setdefault(position, []).extend(lines)
    edits += [Edit(position, position, _lines(lines)) for position, lines in wanted.items() if lines]
    return Repaired(edited(source, edits), tuple(words))


def _lines(imports: list[str]) -> str:
    return "".join(f"{line}\n" for line in imports)


def _removed(places: Places, statement: ast.stmt) -> Edit:
    return Edit(places.start(statement), places.end(statement), "")


def _of_ours(tree: ast.Module) -> Iterator[ast.stmt]:
    for statement in tree.body:
        match statement:
            case ast.ImportFrom(module=str() as module, level=0) if module.partition(".")[0] in _OURS:
                yield statement
            case ast.Import(names=names) if all(alias.name.partition(".")[0] in _OURS for alias in names):
                yield statement


def _examples(tree: ast.Module, name: str) -> Iterator[ast.stmt]:
    behind = False
    for statement in tree.body:
        match statement:
            case ast.FunctionDef() | ast.AsyncFunctionDef() if statement.name == name:
                behind = True
            case ast.Expr(value=ast.Call()) | ast.Assert() if behind:
                yield statement
            case ast.If(test=ast.Compare(left=ast.Name(id="__name__"))) if behind:
                yield statement


def _missing_header(spec: Spec, tree: ast.Module) -> Iterator[str]:
    present = {imported for statement in tree.body for imported in _imported(statement)}
    for line in spec.header:
        needed = parse(line)
        match needed.body if needed is not None else []:
            case [ast.If(test=test, body=body)]:
                missing = [ast.unparse(item) for item in body if not present.issuperset(_imported(item))]
                if missing:
                    yield "\n    ".join([f"if {ast.unparse(test)}:", *missing])
            case statements:
                if needed is None or not all(present.issuperset(_imported(item)) for item in statements):
                    yield line


def _unbound(spec: Spec, tree: ast.Module) -> set[str]:
    """Return the names that a module uses without binding them anywhere, and that the spec's header does not bring."""
    used: set[str] = set()
    bound = {alias for line in spec.header for alias in _names_of(line)}
    for node in walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Load()):
                used.add(name)
            case ast.Name(id=name) | ast.arg(arg=name) | ast.alias(asname=str() as name) | ast.alias(name=name):
                bound.add(name.partition(".")[0])
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                bound.add(name)
    return used - bound


def _offered(spec: Spec, unbound: Collection[str]) -> dict[str, str]:
    """Return those of the names that the prompt offered, each with its module."""
    offered: dict[str, str] = {}
    for reference in spec.references:
        if reference.direct and reference.name in unbound:
            offered.setdefault(reference.name, reference.module)
    return offered


def _names_of(line: str) -> Iterator[str]:
    tree = parse(line)
    for statement in [] if tree is None else tree.body:
        for _, name, alias in _imported(statement):
            yield alias or name.partition(".")[0]


def _imported(statement: ast.stmt) -> Iterator[tuple[str, str, str | None]]:
    match statement:
        case ast.ImportFrom(module=module, names=names, level=level):
            for alias in names:
                yield ("." * level + (module or ""), alias.name, alias.asname)
        case ast.Import(names=names):
            for alias in names:
                yield ("", alias.name, alias.asname)
        case ast.If(body=body):  # under `if TYPE_CHECKING:`
            for inner in body:
                yield from _imported(inner)
        case ast.Assign():  # what declares a type parameter
            yield ("=", ast.unparse(statement), None)


def _is_docstring(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _future_position(places: Places, tree: ast.Module) -> int:
    return _position_behind(places, [statement for statement in tree.body[:1] if _is_docstring(statement)])


def _import_position(places: Places, tree: ast.Module) -> int:
    leading = [statement for statement in tree.body[:1] if _is_docstring(statement)]
    for statement in tree.body[len(leading) :]:
        if not (isinstance(statement, ast.ImportFrom) and statement.module == "__future__"):
            break
        leading.append(statement)
    return _position_behind(places, leading)


def _block_position(places: Places, tree: ast.Module) -> int:
    """Return the place behind the imports that the module begins with."""
    leading = [statement for statement in tree.body[:1] if _is_docstring(statement)]
    for statement in tree.body[len(leading) :]:
        if not isinstance(statement, ast.Import | ast.ImportFrom):
            break
        leading.append(statement)
    return _position_behind(places, leading)


def _position_behind(places: Places, statements: list[ast.stmt]) -> int:
    return places.line_start((statements[-1].end_lineno or 0) + 1) if statements else 0
