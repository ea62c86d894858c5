"""Whether an implementation keeps to the capabilities of its unit: what it imports and names, by the table. Pure."""

import ast
import itertools
import sys
from collections.abc import Iterator

from hatch_vibesafe.gates.capability_table import CLOCK_METHODS, NEEDS, PARTS, PATH_METHODS, PURE_MODULES
from hatch_vibesafe.gates.imported_names import dotted_name, imported, lies_in, root_of, written_in
from hatch_vibesafe.spec.canonical import FunctionNode
from hatch_vibesafe.spec.capabilities import IMPORT
from hatch_vibesafe.spec.model import Spec
from hatch_vibesafe.spec.walking import walk

_READING = frozenset("rtbU")


def capability_findings(tree: ast.Module, spec: Spec) -> Iterator[tuple[int, str]]:
    """Yield the line and the message of everything that needs a capability which the unit does not have.

    What the developer wrote, the signature and the code before the hole, may use anything.
    """
    granted = frozenset(spec.options.capabilities)
    imports = _Imports(tree, spec)
    told: set[str] = set()
    for line, shown, needed in (*imports.needs(), *_uses(tree, spec, imports)):
        lacking = [each for each in needed if each not in granted]
        if lacking and shown not in told:
            told.add(shown)
            yield (
                line,
                f"uses {shown}, which needs {_quoted(lacking)}: compute from the arguments, {_or_grant(lacking)}",
            )


def _or_grant(lacking: list[str]) -> str:
    listed = ", ".join(f'"{each}"' for each in lacking)
    return f"or let the developer write @vibesafe(capabilities=[{listed}])"


def _quoted(capabilities: list[str]) -> str:
    names = " and ".join(f"`{each}`" for each in capabilities)
    return f"the capability {names}" if len(capabilities) == 1 else f"the capabilities {names}"


_Need = tuple[int, str, tuple[str, ...]]


class _Imports:
    """What an implementation imports of the standard library, and by which names."""

    def __init__(self, tree: ast.Module, spec: Spec) -> None:
        self.granted = {each.removeprefix(IMPORT) for each in spec.options.capabilities if each.startswith(IMPORT)}
        self.written = written_in(spec.header)
        self.found = [*imported(tree)]
        self.names = {bound: dotted for dotted, bound, _ in self.found}
        self.modules = {dotted.partition(".")[0] for dotted, _, _ in self.found}

    def needs(self) -> Iterator[_Need]:
        """Yield what the imports need by themselves; those of the spec's own header need nothing."""
        for dotted, _, node in self.found:
            if dotted in self.written or self.is_granted(dotted):
                continue
            needed = needs(dotted, is_module=isinstance(node, ast.Import))
            if needed:
                yield node.lineno, f"`{dotted}`", needed

    def is_granted(self, dotted: str) -> bool:
        """Return whether `import:NAME` grants it."""
        return lies_in(dotted, self.granted)


def needs(dotted: str, *, is_module: bool = False) -> tuple[str, ...]:
    """Return the capabilities that a name of the standard library needs; none for what is not of it."""
    parts = dotted.split(".")
    module = parts[0]
    if module not in sys.stdlib_module_names:
        return ()
    for length in range(len(parts), 1, -1):
        if needed := NEEDS.get(".".join(parts[:length])):
            return needed
    if module not in PURE_MODULES:
        is_plain = module in PARTS and (parts[1] in PARTS[module] if len(parts) > 1 else is_module)
        return () if is_plain else NEEDS.get(module, (f"{IMPORT}{module}",))
    if len(parts) == 1 and not is_module:
        return _in_all(module)
    elsewhere = [part for before, part in itertools.pairwise(parts) if _leads_elsewhere(before, part)]
    return (f"{IMPORT}{elsewhere[0]}",) if elsewhere else ()


def _in_all(module: str) -> tuple[str, ...]:
    """Return all that a module can be asked for where it is handed around."""
    return tuple(sorted({each for name, needed in NEEDS.items() if name.startswith(f"{module}.") for each in needed}))


def _leads_elsewhere(module: str, name: str) -> bool:
    """Return whether a module's name is something that it only uses itself: another module, or a private one."""
    if name in {module, "abc"} or (module, name) == ("datetime", "time"):
        return False
    is_private = name.startswith("_") and module in sys.stdlib_module_names and not name.endswith("__")
    return name in sys.stdlib_module_names or name == "bltns" or is_private


def _uses(tree: ast.Module, spec: Spec, imports: _Imports) -> Iterator[_Need]:
    developers = {id(node) for part in _written_by_the_developer(tree, spec) for node in walk(part)}
    nodes = [node for node in walk(tree) if id(node) not in developers]
    inner = {id(node.value) for node in nodes if isinstance(node, ast.Attribute)}
    calls = {id(node.func): node for node in nodes if isinstance(node, ast.Call)}
    bound = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    for node in nodes:
        call = calls.get(id(node))
        if isinstance(node, ast.Name) and node.id in {"open", "input"} and node.id not in {*imports.names, *bound}:
            yield node.lineno, f"`{node.id}`", _opening(node.id, call)
        elif isinstance(node, ast.Name | ast.Attribute):
            dotted = imports.names.get(root_of(node), "") and dotted_name(node, imports.names)
            if dotted and id(node) not in inner and not imports.is_granted(dotted):
                yield node.lineno, f"`{dotted}`", _needed(dotted, call)
            elif not dotted and isinstance(node, ast.Attribute):
                yield node.lineno, f"the method `{node.attr}`", _method(node.attr, imports.modules, call)


def _written_by_the_developer(tree: ast.Module, spec: Spec) -> Iterator[ast.AST]:
    for function in tree.body:
        if isinstance(function, FunctionNode) and function.name == spec.unit.name:
            yield function.args
            if function.returns is not None:
                yield function.returns
            has_docstring = ast.get_docstring(function, clean=False) is not None
            yield from function.body[: has_docstring + len(ast.parse(spec.pre_hole).body)]


def _needed(dotted: str, call: ast.Call | None) -> tuple[str, ...]:
    seeded = [] if call is None else [*call.args, *(keyword.value for keyword in call.keywords)]
    if dotted == "random.Random" and call is not None and not (seeded and not _is_none(seeded[0])):
        return ("random",)
    if dotted == "asyncio.sleep":
        immediate = bool(seeded) and isinstance(seeded[0], ast.Constant) and seeded[0].value == 0
        return () if immediate else ("clock",)
    module, _, name = dotted.partition(".")
    return needs(dotted) or _method(name.rpartition(".")[2], {module} & {"pathlib", "datetime"}, call)


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _method(name: str, modules: set[str], call: ast.Call | None) -> tuple[str, ...]:
    if "pathlib" in modules and name in PATH_METHODS:
        return PATH_METHODS[name]
    if "pathlib" in modules and name == "replace" and call is not None and _is_move(call):
        return ("fs.write",)
    if "asyncio" in modules and name == "get_loop":
        return (f"{IMPORT}asyncio",)
    return CLOCK_METHODS.get(name, ()) if "datetime" in modules else ()


def _is_move(call: ast.Call) -> bool:
    """Return whether `replace` is called as a path's is: that of a text takes more by place, that of a date less."""
    by_place = 2 if isinstance(call.func, ast.Attribute) and ast.unparse(call.func.value).endswith("Path") else 1
    return len(call.args) == by_place and not call.keywords and not isinstance(call.args[0], ast.Starred)


def _opening(name: str, call: ast.Call | None) -> tuple[str, ...]:
    """Return what `open` or `input` needs; a mode that is not written out may be any."""
    if name == "input":
        return ("fs.read",)
    if call is None:
        return ("fs.read", "fs.write")
    modes = [*call.args[1:2], *(keyword.value for keyword in call.keywords if keyword.arg in {"mode", None})]
    if not modes and not any(isinstance(argument, ast.Starred) for argument in call.args):
        return ("fs.read",)
    mode = modes[0].value if len(modes) == 1 and isinstance(modes[0], ast.Constant) else None
    if not isinstance(mode, str):
        return ("fs.read", "fs.write")
    if _READING.issuperset(mode):
        return ("fs.read",)
    return ("fs.read", "fs.write") if "+" in mode else ("fs.write",)
