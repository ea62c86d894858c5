"""What generated code may not contain, by its syntax: what would let it run other code, look at its judge, or silence one."""

import ast
import io
import tokenize
from collections.abc import Iterator

from hatch_vibesafe.gates.verdict import Finding

GATE = "structure"
FORBIDDEN_CALLS = frozenset({"__import__", "breakpoint", "compile", "eval", "exec", "globals", "locals", "vars"})
FORBIDDEN_MODULES = frozenset(
    "_posixsubprocess _thread builtins code codeop ctypes doctest gc imp importlib inspect multiprocessing pdb posix pty "
    "runpy signal subprocess unittest".split()
)
FORBIDDEN_ATTRIBUTES = frozenset(
    "_exit _getframe _current_frames abort execl execle execlp execlpe execv execve execvp execvpe fork forkpty kill killpg "
    "popen posix_spawn posix_spawnp settrace setprofile spawnl spawnle spawnlp spawnlpe spawnv spawnve spawnvp spawnvpe system "
    "f_back f_globals f_locals f_builtins gi_frame cr_frame ag_frame tb_frame".split()
)
ALLOWED_DUNDER_ATTRIBUTES = frozenset(
    "__init__ __name__ __qualname__ __post_init__ __new__ __iter__ __next__ __enter__ __exit__ __aenter__ __aexit__ __len__ "
    "__eq__ __ne__ __lt__ __le__ __gt__ __ge__ __hash__ __contains__ __getitem__ __setitem__ __add__ __sub__ __mul__ __neg__ "
    "__str__ __repr__ __format__ __call__ __cause__ __notes__ __traceback__".split()
)
_PRAGMAS = ("type:", "noqa", "mypy:", "ruff:", "pylint:", "pyright:", "fmt:", "pragma:")


def violations(tree: ast.Module, text: str) -> Iterator[Finding]:
    """Yield what a parsed implementation contains and may not."""
    for node in ast.walk(tree):
        message = _violation(node)
        if message:
            yield Finding(GATE, getattr(node, "lineno", 0), message)
    yield from _pragmas(text)


def _violation(node: ast.AST) -> str:
    match node:
        case ast.Name(id=name) if name in FORBIDDEN_CALLS:
            return f"uses `{name}`: generated code may not run, load or look up code by its text"
        case ast.Name(id=name) if _is_dunder(name) and name != "__name__":
            return f"uses the name `{name}`: generated code may not look at its surroundings"
        case ast.Attribute(attr=name) if _is_dunder(name) and name not in ALLOWED_DUNDER_ATTRIBUTES:
            return f"uses the attribute `{name}`: write it without reflection"
        case ast.Attribute(attr=name) if name in FORBIDDEN_ATTRIBUTES:
            return f"uses the attribute `{name}`: generated code may not control processes or look at frames"
        case ast.Import(names=names):
            return next((text for alias in names if (text := _forbidden_import(alias.name))), "")
        case ast.ImportFrom(module=str(module), names=names, level=0):
            attribute = next((alias.name for alias in names if alias.name in FORBIDDEN_ATTRIBUTES), "")
            if attribute:
                return f"imports `{attribute}`: generated code may not control processes or look at frames"
            return _forbidden_import(module)
        case ast.Constant(value=str(value)) if value in (
            "__doc__",
            "__dict__",
            "__globals__",
            "__builtins__",
            "__subclasses__",
        ):
            return f"names `{value}` in a text: write it without reflection"
    return ""


def _forbidden_import(module: str) -> str:
    if module.partition(".")[0] in FORBIDDEN_MODULES:
        return f"imports `{module}`: generated code may not; put what needs it into a helper of the project"
    return ""


def _is_dunder(name: str) -> bool:
    return name.startswith("__") and name.endswith("__") and len(name) > len("____")


def _pragmas(text: str) -> Iterator[Finding]:
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        comment = token.string.lstrip("# ").lower()
        if token.type == tokenize.COMMENT and (comment.startswith(_PRAGMAS) or "# noqa" in token.string.lower()):
            yield Finding(
                GATE, token.start[0], f"has the comment `{token.string}`: a tool may not be told to look away"
            )
