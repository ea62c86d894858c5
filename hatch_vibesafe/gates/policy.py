"""What generated code may not contain: what would let it run other code, look at its judge, or silence one."""

import ast
import io
import re
import tokenize
from collections.abc import Collection, Iterator

from hatch_vibesafe.gates.named_by_text import named_by_text
from hatch_vibesafe.gates.verdict import Finding
from hatch_vibesafe.spec.walking import walk

GATE = "structure"
FORBIDDEN_CALLS = frozenset({"__import__", "breakpoint", "compile", "eval", "exec", "globals", "locals", "vars"})
FORBIDDEN_MODULES = frozenset(
    {"_posixsubprocess", "_thread", "builtins", "code", "codeop", "ctypes", "doctest", "gc", "imp", "importlib"}
    | {"inspect", "multiprocessing", "pdb", "posix", "pty", "runpy", "signal", "subprocess", "unittest"}
    | {"_pickle", "copyreg", "dis", "linecache", "marshal", "pickle", "pkgutil", "shelve", "symtable", "traceback"}
    | {"tracemalloc", "zipimport"}
)
CONTROLLING_MODULES = frozenset({"multiprocessing", "signal", "subprocess"})  # granted by the capability `process`
# What ends or starts processes; of `os` alone, for a `system` or a `kill` may honestly be anything else's.
FORBIDDEN_IN_OS = frozenset(
    {"_exit", "abort", "execl", "execle", "execlp", "execlpe", "execv", "execve", "execvp", "execvpe", "fork"}
    | {"forkpty", "kill", "killpg", "popen", "posix_spawn", "posix_spawnp", "spawnl", "spawnle", "spawnlp"}
    | {"spawnlpe", "spawnv", "spawnve", "spawnvp", "spawnvpe", "system"}
)
FORBIDDEN_ATTRIBUTES = frozenset(
    {"_getframe", "_current_frames", "settrace", "setprofile", "f_back", "f_globals", "f_locals", "f_builtins"}
    | {"gi_frame", "cr_frame", "ag_frame", "tb_frame", "gi_code", "cr_code", "ag_code", "gi_yieldfrom", "cr_await"}
    | {"ag_await", "cr_origin", "tb_next", "tb_lasti", "f_code", "f_lasti", "f_lineno", "f_trace"}
    | {"co_code", "co_consts", "co_names", "co_varnames", "co_freevars", "co_filename", "co_firstlineno"}
)
# By whatever name they are reached: they run texts, make classes of them, look up attributes by them, or set what the
# whole process shares.
FORBIDDEN_NAMES = {
    **dict.fromkeys(("get_type_hints", "ForwardRef", "evaluate_forward_ref"), "runs annotations that are texts"),
    **dict.fromkeys(("no_type_check", "no_type_check_decorator"), "tells a tool to look away"),
    "make_dataclass": "makes a class of texts: write it as a class",
    **dict.fromkeys(("setcontext", "DefaultContext"), "changes a context that others use: use decimal.localcontext()"),
    **dict.fromkeys(("register_error", "register_dialect", "unregister_dialect"), "changes what the process shares"),
    **dict.fromkeys(("register_namespace", "dispatch_table", "showwarning"), "changes what the process shares"),
}
_LOOKING_AROUND = frozenset({"dir", "exit", "quit", "help", "copyright", "credits", "license"})
FORBIDDEN_TEXTS = frozenset({"__builtins__", "__code__", "__dict__", "__doc__", "__globals__", "__subclasses__"})
ALLOWED_DUNDER_ATTRIBUTES = frozenset(
    {"__init__", "__name__", "__qualname__", "__post_init__", "__new__", "__iter__", "__next__", "__enter__"}
    | {"__exit__", "__aenter__", "__aexit__", "__len__", "__eq__", "__ne__", "__lt__", "__le__", "__gt__"}
    | {"__ge__", "__hash__", "__contains__", "__getitem__", "__setitem__", "__add__", "__sub__", "__mul__"}
    | {"__neg__", "__str__", "__repr__", "__format__", "__call__", "__cause__", "__notes__", "__traceback__"}
)
FORBIDDEN_IN_SYS = frozenset({"modules", "meta_path", "path_hooks", "path_importer_cache", "displayhook", "excepthook"})
_PRAGMAS = (
    *("type:", "noqa", "mypy:", "ruff:", "pylint:", "pyright:", "fmt:", "pragma:", "isort:", "flake8:", "yapf:"),
    *("pyre-", "pytype:", "crosshair:", "autopep8:", "basedpyright:", "ty:", "pydocstyle:", "docformatter:"),
)
_PRAGMA_WORDS = re.compile(r"#\s*(?:nosec|nosemgrep|nosonar|skipcq)\b", re.IGNORECASE)


def violations(tree: ast.Module, text: str, capabilities: Collection[str] = ()) -> Iterator[Finding]:
    """Yield what a parsed implementation contains and may not, whatever but `process` its unit may ask for."""
    forbidden = FORBIDDEN_MODULES - (CONTROLLING_MODULES if "process" in capabilities else frozenset())
    nodes = list(walk(tree))
    imported = [alias for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    plain = {alias.asname or alias.name: alias.name for alias in imported if alias.name in {"os", "string", "sys"}}
    if "process" in capabilities:
        plain = {name: module for name, module in plain.items() if module != "os"}
    bound = frozenset(_bound(nodes))
    for node in nodes:
        match node:
            case ast.Name(id=name, ctx=context):
                message = _name(name, bound, is_set=isinstance(context, ast.Store))
            case ast.MatchClass(kwd_attrs=taken_attributes):
                message = next(filter(None, map(_attribute, taken_attributes)), "")
            case ast.Attribute(value=value, attr=name):
                message = _attribute(name, plain.get(value.id, "") if isinstance(value, ast.Name) else "")
            case ast.Import(names=names):
                message = next(filter(None, (_module(alias.name, forbidden) for alias in names)), "")
            case ast.ImportFrom(module=str(module), names=names):
                of = "" if module == "os" and "process" in capabilities else module
                taken = (_attribute(alias.name, of) for alias in names)
                message = next(filter(None, (_module(module, forbidden), *taken)), "")
            case ast.Constant(value=str(value)) if value in FORBIDDEN_TEXTS:
                message = f"names `{value}` in a text: write it without reflection"
            case _:
                continue
        if message:
            yield Finding(GATE, node.lineno, message)
    yield from (Finding(GATE, line, message) for line, message in named_by_text(nodes))
    yield from _pragmas(text)


def _bound(nodes: list[ast.AST]) -> Iterator[str]:
    """Yield the names that something here binds."""
    for node in nodes:
        match node:
            case ast.arg(arg=name) | ast.Name(id=name, ctx=ast.Store()):
                yield name
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name


def _name(name: str, bound: Collection[str], *, is_set: bool) -> str:
    if name in FORBIDDEN_CALLS or (name in _LOOKING_AROUND and name not in bound):
        return f"uses `{name}`: generated code may not run, load or look up code by its text"
    if name == "MYPY":
        return "uses the name `MYPY`, which tells a tool to see another program"
    if is_set and name in {"__all__", "__slots__"}:
        return ""
    if _is_dunder(name) and name != "__name__":
        return f"uses the name `{name}`: generated code may not look at its surroundings"
    return ""


def _attribute(name: str, module: str = "") -> str:
    if _is_dunder(name) and name not in ALLOWED_DUNDER_ATTRIBUTES:
        return f"uses the attribute `{name}`: write it without reflection"
    if name in FORBIDDEN_NAMES:
        return f"uses `{name}`, which {FORBIDDEN_NAMES[name]}"
    if name in FORBIDDEN_ATTRIBUTES:
        return f"uses `{name}`: generated code may not look at its surroundings"
    return _in_module(name, module)


def _in_module(name: str, module: str) -> str:
    """Return what is wrong with a name of one of the modules that are looked into."""
    if module == "os" and name in FORBIDDEN_IN_OS:
        return f"uses `os.{name}`: generated code may not control processes"
    if module == "string" and name == "Formatter":
        return "uses `string.Formatter`, which reads attributes that texts name: use f-strings"
    if module == "sys" and name in FORBIDDEN_IN_SYS:
        return f"uses `sys.{name}`: generated code may not look at its surroundings"
    return ""


def _module(module: str, forbidden: Collection[str]) -> str:
    if module.partition(".")[0] in forbidden:
        return f"imports `{module}`: generated code may not; put what needs it into a helper of the project"
    return ""


def _is_dunder(name: str) -> bool:
    return name.startswith("__") and name.endswith("__") and len(name) > len("____")


def _pragmas(text: str) -> Iterator[Finding]:
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type != tokenize.COMMENT:
            continue
        # Tools skip white space of every kind, and look behind a second `#` too.
        squeezed = "".join(token.string.lower().split())
        if any(f"#{pragma}" in squeezed for pragma in _PRAGMAS) or _PRAGMA_WORDS.search(token.string):
            yield Finding(
                GATE, token.start[0], f"has the comment `{token.string}`: a tool may not be told to look away"
            )
