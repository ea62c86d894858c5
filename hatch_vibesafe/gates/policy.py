"""What generated code may not contain: what would let it run other code, look at its judge, or silence one."""

import ast
import io
import tokenize
from collections.abc import Collection, Iterator

from hatch_vibesafe.gates.named_by_text import named_by_text
from hatch_vibesafe.gates.verdict import Finding

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
    | {"gi_frame", "cr_frame", "ag_frame", "tb_frame"}
)
FORBIDDEN_TEXTS = frozenset({"__builtins__", "__code__", "__dict__", "__doc__", "__globals__", "__subclasses__"})
ALLOWED_DUNDER_ATTRIBUTES = frozenset(
    {"__init__", "__name__", "__qualname__", "__post_init__", "__new__", "__iter__", "__next__", "__enter__"}
    | {"__exit__", "__aenter__", "__aexit__", "__len__", "__eq__", "__ne__", "__lt__", "__le__", "__gt__"}
    | {"__ge__", "__hash__", "__contains__", "__getitem__", "__setitem__", "__add__", "__sub__", "__mul__"}
    | {"__neg__", "__str__", "__repr__", "__format__", "__call__", "__cause__", "__notes__", "__traceback__"}
)
FORBIDDEN_IN_SYS = frozenset({"modules", "meta_path", "path_hooks", "path_importer_cache", "displayhook", "excepthook"})
_PRAGMAS = ("type:", "noqa", "mypy:", "ruff:", "pylint:", "pyright:", "fmt:", "pragma:")


def violations(tree: ast.Module, text: str, capabilities: Collection[str] = ()) -> Iterator[Finding]:
    """Yield what a parsed implementation contains and may not, whatever but `process` its unit may ask for."""
    forbidden = FORBIDDEN_MODULES - (CONTROLLING_MODULES if "process" in capabilities else frozenset())
    nodes = list(ast.walk(tree))
    imported = [alias for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    plain = {alias.asname or alias.name: alias.name for alias in imported if alias.name in {"os", "sys"}}
    if "process" in capabilities:
        plain = {name: module for name, module in plain.items() if module != "os"}
    for node in nodes:
        match node:
            case ast.Name(id=name):
                message = _name(name)
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


def _name(name: str) -> str:
    if name in FORBIDDEN_CALLS:
        return f"uses `{name}`: generated code may not run, load or look up code by its text"
    if name == "no_type_check":
        return "uses `no_type_check`: a tool may not be told to look away"
    if _is_dunder(name) and name != "__name__":
        return f"uses the name `{name}`: generated code may not look at its surroundings"
    return ""


def _attribute(name: str, module: str = "") -> str:
    if _is_dunder(name) and name not in ALLOWED_DUNDER_ATTRIBUTES:
        return f"uses the attribute `{name}`: write it without reflection"
    if name in FORBIDDEN_ATTRIBUTES:
        return f"uses `{name}`: generated code may not look at its surroundings"
    if module == "os" and name in FORBIDDEN_IN_OS:
        return f"uses `os.{name}`: generated code may not control processes"
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
        if any(f"#{pragma}" in squeezed for pragma in _PRAGMAS):
            yield Finding(
                GATE, token.start[0], f"has the comment `{token.string}`: a tool may not be told to look away"
            )
