"""What a statement does to names besides binding them: what it sets, calls, decorates with and hands on."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum, auto

from hatch_vibesafe.spec.aliases import Alias, aliases, reach, reaches, walrus
from hatch_vibesafe.spec.names import Chain, assigned_names, children, free_names, root_chain
from hatch_vibesafe.spec.statements import Guard, Statement

_READING_METHODS = frozenset(
    {
        *("get", "keys", "values", "items", "copy", "index", "count", "__contains__", "__getitem__", "__len__", "mro"),
        *("join", "split", "strip", "lower", "upper", "format", "startswith", "endswith", "encode", "decode"),
        *("match", "fullmatch", "search", "findall", "finditer"),
        *("debug", "info", "warning", "error", "exception", "critical", "log", "isEnabledFor", "getChild"),
    }
)
"""Methods that, by what they are called everywhere, only read: `SETTINGS.get("x")` changes no `SETTINGS`."""

_READING_BUILTINS = frozenset(
    {
        *("all", "any", "ascii", "callable", "chr", "enumerate", "format", "hasattr", "hash", "id", "isinstance"),
        *("issubclass", "len", "max", "min", "ord", "print", "range", "repr", "reversed", "round", "sorted", "sum"),
        *("bool", "dict", "float", "frozenset", "int", "list", "set", "str", "super", "tuple", "zip"),
    }
)


class Way(Enum):
    """How a statement touches a name."""

    SET = auto()
    """`T["a"] = 1`, `del T.a`."""
    CALLED = auto()
    """`T.append(1)` as a statement of its own: it is there for what it does."""
    GIVEN = auto()
    """`fill(T)` as a statement of its own."""
    DECORATES = auto()
    """`@T.add` and `@T.add("x")`."""
    RECEIVER = auto()
    """`T.pop()` within a larger expression."""
    ARGUMENT = auto()
    """`make(T)` within a larger expression."""


@dataclass(frozen=True, slots=True)
class Touch:
    """A name that a statement touches.

    Attributes:
        chain: The name, with the attributes that are taken of it.
        way: How it is touched.
        by: For an argument, what is called, where that is a name.
    """

    chain: Chain
    way: Way
    by: Chain | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """A call, or a decorator, of something that has a name.

    Attributes:
        chain: What is called.
        again: How often its result is called in turn: once in `register("x")(f)` and in `@register("x")`.
        counts: Whether it stands there for what it does: as a statement of its own, or as a decorator.
    """

    chain: Chain
    again: int
    counts: bool


@dataclass(frozen=True, slots=True)
class Act:
    """What a statement at module level does besides binding names.

    Attributes:
        order: Its place among the module's statements.
        node: The statement.
        content: The syntax that matters.
        guards: Under what it runs.
        touches: The names that it touches.
        calls: What it calls.
        bases: For a class, its bases, and its metaclass.
        aliases: The second names that it gives.
    """

    order: int
    node: ast.stmt
    content: tuple[ast.AST, ...]
    guards: tuple[Guard, ...]
    touches: frozenset[Touch]
    calls: frozenset[Call]
    bases: frozenset[Chain]
    aliases: frozenset[Alias]


def read_act(order: int, statement: Statement) -> Act | None:
    """Return what a statement does; None where it does nothing of the kind."""
    node, content, guards = statement
    reading = Reading()
    reading.take(content)
    bases: set[Chain] = set()
    if isinstance(node, ast.ClassDef):
        metaclass = [item.value for item in node.keywords if item.arg == "metaclass"]
        bases = {chain for item in (*node.bases, *metaclass) if (chain := reach(item)) is not None}
    others = frozenset({*aliases(node), *reading.aliases})
    if not (reading.touches or reading.calls or bases or others):
        return None
    touches, calls = frozenset(reading.touches), frozenset(reading.calls)
    return Act(order, node, content, guards, touches, calls, frozenset(bases), others)


class Reading:
    """Gathers what pieces of syntax do when they run; the bodies of functions in them do not run."""

    def __init__(self) -> None:
        self.touches: set[Touch] = set()
        self.calls: set[Call] = set()
        self.aliases: set[Alias] = set()

    def take(self, nodes: Iterable[ast.AST], bound: frozenset[str] = frozenset()) -> None:
        """Take in some nodes, in which the `bound` names are not those of the module."""
        waiting = list(nodes)
        while waiting:
            node = waiting.pop()
            match node:
                case ast.FunctionDef() | ast.AsyncFunctionDef():
                    self._decorators(node.decorator_list, bound)
                    waiting += [*node.decorator_list, *node.args.defaults, *filter(None, node.args.kw_defaults)]
                case ast.ClassDef():
                    self._decorators(node.decorator_list, bound)
                    waiting += [*node.decorator_list, *node.bases, *node.keywords]
                    self.take(node.body, bound | assigned_names(node.body))
                case ast.Lambda():
                    waiting += [*node.args.defaults, *filter(None, node.args.kw_defaults)]
                case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                    self.take(children(node), bound | assigned_names(item.target for item in node.generators))
                case ast.Expr(value=ast.Call() as call):
                    self._effect(call, bound)
                    waiting += children(call)
                case ast.Call():
                    self._called(node, bound, counts=False)
                    self._within(node, bound)
                    waiting += children(node)
                case _:
                    self._plain(node, bound)
                    waiting += children(node)

    def _plain(self, node: ast.AST, bound: frozenset[str]) -> None:
        match node:
            case ast.NamedExpr():
                self.aliases |= set(walrus(node))
            case ast.AugAssign(target=ast.Name() as target):
                self._touch(target, Way.SET, bound)
            case ast.Attribute(ctx=ast.Store() | ast.Del()) | ast.Subscript(ctx=ast.Store() | ast.Del()):
                self._touch(node, Way.SET, bound)
            case _:
                pass

    def _touch(self, node: ast.expr, way: Way, bound: frozenset[str]) -> None:
        self.touches |= {Touch(chain, way) for chain in reaches(node) if chain[0] not in bound}

    def _decorators(self, decorators: list[ast.expr], bound: frozenset[str]) -> None:
        for item in decorators:
            called, again = _unwound(item)
            chain = root_chain(called)
            if chain is not None and chain[0] not in bound:
                self.calls.add(Call(chain, again, counts=True))
                if len(chain) > 1:
                    self.touches.add(Touch(chain, Way.DECORATES))

    def _called(self, call: ast.Call, bound: frozenset[str], *, counts: bool) -> None:
        called, again = _unwound(call.func)
        chain = root_chain(called)
        if chain is not None and chain[0] not in bound:
            self.calls.add(Call(chain, again, counts))

    def _effect(self, call: ast.Call, bound: frozenset[str]) -> None:
        """Take in a call that is a statement of its own."""
        self._called(call, bound, counts=True)
        if _only_reads(call.func) and not _takes_functions(call):
            return
        if not isinstance(_unwound(call.func)[0], ast.Name):
            self._touch(call.func, Way.CALLED, bound)
        for item in _arguments(call):
            self.touches |= {Touch(given, Way.GIVEN) for given in _given(item) if given[0] not in bound}

    def _within(self, call: ast.Call, bound: frozenset[str]) -> None:
        """Take in a call whose value is used."""
        if _only_reads(call.func):
            return
        called, _ = _unwound(call.func)
        if not isinstance(called, ast.Name):
            self._touch(call.func, Way.RECEIVER, bound)
        for item in _arguments(call):
            given = {chain for chain in _given(item) if chain[0] not in bound}
            self.touches |= {Touch(chain, Way.ARGUMENT, root_chain(called)) for chain in given}


def _arguments(call: ast.Call) -> list[ast.expr]:
    return [*call.args, *(keyword.value for keyword in call.keywords)]


def _unwound(node: ast.expr) -> tuple[ast.expr, int]:
    """Return what is called first, and how often its result is called in turn."""
    count = 0
    while isinstance(node, ast.Call):
        node, count = node.func, count + 1
    return node, count


def _only_reads(called: ast.expr) -> bool:
    match called:
        case ast.Name(id=name):
            return name in _READING_BUILTINS
        case ast.Attribute(attr=name):
            return name in _READING_METHODS
        case _:
            return False


def _takes_functions(call: ast.Call) -> bool:
    """Return whether a call may run what is handed to it: `list(map(T.append, rows))`."""
    given = (*call.args, *call.keywords)
    return isinstance(call.func, ast.Name) and any(isinstance(item, ast.Call | ast.keyword) for item in given)


def _given(node: ast.AST) -> Iterator[Chain]:
    """Yield the names that an argument hands on; what it calls to make its value is not among them."""
    waiting = [node]
    while waiting:
        item = waiting.pop()
        match item:
            case ast.Name() | ast.Attribute():
                chain = reach(item)
                if chain is not None:
                    yield chain
            case ast.Call():
                waiting += [*item.args, *item.keywords]
            case ast.Lambda() | ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                yield from free_names([item]).chains
            case _:
                waiting += children(item)
