"""Which names a piece of syntax takes from the module around it."""

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from hatch_vibesafe.spec.canonical import FunctionNode
from hatch_vibesafe.spec.loading import loaded
from hatch_vibesafe.spec.quoted import is_type_alias, quoted, types_of_call, types_of_subscript
from hatch_vibesafe.spec.walking import walk

Chain = tuple[str, ...]
"""A name with the attributes taken of it: `app.text.slugify` is `("app", "text", "slugify")`."""

_CHAINED = (ast.Name, ast.Attribute)
_QUOTING = (ast.Constant, ast.Subscript)
_MARKS = (ast.expr_context, ast.operator, ast.unaryop, ast.boolop)
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@dataclass(slots=True)
class Names:
    """What was found.

    Attributes:
        chains: The names that are not bound in the piece itself.
        imports: The imports inside its functions.
    """

    chains: set[Chain] = field(default_factory=set)
    imports: list[ast.Import | ast.ImportFrom] = field(default_factory=list)

    def add(self, other: "Names") -> None:
        """Take in what another piece names."""
        self.chains |= other.chains
        self.imports += other.imports


def free_names(nodes: Iterable[ast.AST]) -> Names:
    """Return the names that `nodes`, standing in a module, take from it; annotations in quotes are read too."""
    names = Names()
    _walk(nodes, frozenset(), names, annotation=False)
    return names


def function_names(node: FunctionNode, body: Sequence[ast.stmt]) -> Names:
    """Return the names that the signature of a function and the beginning of its body take from the module."""
    names = Names()
    _walk(_defaults(node.args), frozenset(), names, annotation=False)
    _function(node, body, frozenset(), names)
    return names


def children(node: ast.AST) -> list[ast.AST]:
    """Return the nodes right inside a node, in no particular order; faster than `ast.iter_child_nodes`."""
    found: list[ast.AST] = []
    for name in node._fields:
        value: object = getattr(node, name, None)
        if isinstance(value, list):
            found += [item for item in value if isinstance(item, ast.AST)]
        elif isinstance(value, ast.AST) and not isinstance(value, _MARKS):
            found.append(value)
    return found


def assigned_names(nodes: Iterable[ast.AST]) -> set[str]:
    """Return the names that the statements bind in the scope in which they stand."""
    assigned: set[str] = set()
    waiting = list(nodes)
    while waiting:
        node = waiting.pop()
        match node:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                assigned.add(name)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                assigned.add(node.name)
                waiting += node.decorator_list
                continue
            case ast.Lambda():
                continue
            case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                # Only `:=` reaches out of a comprehension.
                assigned |= {
                    item.target.id
                    for item in walk(node)
                    if isinstance(item, ast.NamedExpr) and isinstance(item.target, ast.Name)
                }
                continue
            case ast.alias():
                assigned.add(node.asname or node.name.partition(".")[0])
            case ast.ExceptHandler(name=str() as name) | ast.MatchAs(name=str() as name):
                assigned.add(name)
            case ast.MatchStar(name=str() as name) | ast.MatchMapping(rest=str() as name):
                assigned.add(name)
            case _:
                pass
        waiting.extend(children(node))
    return assigned


def parameter_names(arguments: ast.arguments) -> set[str]:
    """Return the names of the parameters."""
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
    return {item.arg for item in every if item is not None}


def root_chain(node: ast.expr) -> Chain | None:
    """Return the chain that an expression spells, or None where it is not a name with attributes."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return (node.id, *reversed(parts)) if isinstance(node, ast.Name) else None


def own_statements(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield the statements of a block, nested ones too, but not those of the functions and classes in it."""
    for node in body:
        yield node
        if not isinstance(node, _SCOPES):
            for block in blocks(node):
                yield from own_statements(block)


def blocks(node: ast.stmt) -> list[list[ast.stmt]]:
    """Return the blocks of a compound statement, a function or a class."""
    parts: list[ast.AST] = [node, *getattr(node, "handlers", ()), *getattr(node, "cases", ())]
    found = [getattr(part, field, None) for part in parts for field in ("body", "orelse", "finalbody")]
    return [block for block in found if block]


def type_parameters(node: ast.AST) -> Sequence[ast.AST]:
    """Return the PEP 695 type parameters; Python 3.11 has none."""
    parameters: Sequence[ast.AST] = getattr(node, "type_params", ())
    return parameters


def _walk(nodes: Iterable[ast.AST], bound: frozenset[str], names: Names, *, annotation: bool) -> None:
    waiting = list(nodes)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            continue
        if isinstance(node, _CHAINED):
            chain = root_chain(node)
            if chain is None:
                waiting.extend(children(node))
            elif chain[0] not in bound:
                names.chains.add(chain)
        elif annotation and isinstance(node, _QUOTING):
            waiting += quoted(node)
        else:
            waiting += _inner(node, bound, names)


def _inner(node: ast.AST, bound: frozenset[str], names: Names) -> list[ast.AST]:
    """Walk the scopes and annotations inside a node; return what of it is left to walk in the same scope."""
    rest: list[ast.AST] = []
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            _function(node, node.body, bound, names)
            rest = [*node.decorator_list, *_defaults(node.args)]
        case ast.Lambda():
            _walk([node.body], bound | parameter_names(node.args), names, annotation=False)
            rest = [*_defaults(node.args)]
        case ast.ClassDef():
            _class(node, bound, names)
        case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
            _comprehension(node, bound, names)
        case ast.Import() | ast.ImportFrom():
            names.imports.append(node)
        case _ if type(node).__name__ == "TypeAlias":
            _walk(children(node), bound | _type_parameter_names(node), names, annotation=True)
        case ast.AnnAssign() | ast.Call() | ast.Subscript():
            types, rest = _types_and_rest(node)
            _walk(types, bound, names, annotation=True)
            if isinstance(node, ast.Call) and (module := loaded(node)) is not None:
                names.imports.append(module)
        case _:
            rest = children(node)
    return rest


def _types_and_rest(node: ast.AnnAssign | ast.Call | ast.Subscript) -> tuple[list[ast.AST], list[ast.AST]]:
    """Return the nodes right inside a node in which texts are expressions, and the others."""
    parts: tuple[list[ast.AST], list[ast.AST]] | None
    match node:
        case ast.AnnAssign(target=target, annotation=annotation, value=value):
            given: list[ast.AST] = [] if value is None else [value]
            parts = ([annotation, *given], [target]) if is_type_alias(node) else ([annotation], [target, *given])
        case ast.Call():
            parts = types_of_call(node)
        case ast.Subscript():
            parts = types_of_subscript(node)
    return parts or ([], children(node))


def _defaults(arguments: ast.arguments) -> list[ast.expr]:
    return [item for item in (*arguments.defaults, *arguments.kw_defaults) if item is not None]


def _type_parameter_names(node: ast.AST) -> set[str]:
    return {str(getattr(item, "name", "")) for item in type_parameters(node)}


def _function(node: FunctionNode, body: Sequence[ast.stmt], bound: frozenset[str], names: Names) -> None:
    outer = bound | _type_parameter_names(node)
    every = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs, node.args.vararg, node.args.kwarg]
    annotations = [item.annotation for item in every if item is not None and item.annotation is not None]
    signature = [*annotations, *type_parameters(node), *([node.returns] if node.returns else [])]
    _walk(signature, outer, names, annotation=True)
    declared = {name for item in own_statements(body) if isinstance(item, ast.Global) for name in item.names}
    names.chains |= {(name,) for name in declared}  # bound in the function, but in the module's scope
    local = outer | parameter_names(node.args) | assigned_names(body)
    _walk(body, local, names, annotation=False)


def _class(node: ast.ClassDef, bound: frozenset[str], names: Names) -> None:
    outer = bound | _type_parameter_names(node)
    _walk(node.decorator_list, bound, names, annotation=False)
    _walk([*node.bases, *node.keywords], outer, names, annotation=False)
    _walk(type_parameters(node), outer, names, annotation=True)
    # Names bound in a class body are not seen by its methods, and may be read before they are bound: none is left out.
    _walk(node.body, outer, names, annotation=False)


def _comprehension(node: ast.AST, bound: frozenset[str], names: Names) -> None:
    generators: list[ast.comprehension] = getattr(node, "generators", [])
    targets = assigned_names(item.target for item in generators)
    _walk([generators[0].iter], bound, names, annotation=False)
    rest: list[ast.AST] = [item for item in children(node) if not isinstance(item, ast.comprehension)]
    for index, item in enumerate(generators):
        rest += [item.target, *item.ifs, *([item.iter] if index else [])]
    _walk(rest, bound | targets, names, annotation=False)
