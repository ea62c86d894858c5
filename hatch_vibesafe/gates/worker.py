"""Runs one candidate's examples and reports what came of each: the confined half of the doctest gate.

This file is run by itself, as `python -I -S -B worker.py`, and imports the standard library only. It judges nothing: it
is never told what an example should give. It reads a job from standard input and writes answers to what was its standard
output, which it first moves to a descriptor of its own and replaces by the null device.

Threat: the candidate runs in this process. It can keep answers back or forge them; to forge one that is believed it has to
know what the parent expects, and then it could as well return it. What it must not be able to do is to make a wrong
value look right *without* knowing the right one: hence exact types, and `Witness`.

A message is its length (4 bytes, big-endian) and JSON. The answers are `["example", events, raised, refusals]` in the order
of the examples and then `["done"]`, or `["failed", text, line]` where the spec's module cannot be imported.
"""

import __future__

import ast
import builtins
import ctypes
import importlib
import importlib.machinery
import json
import os
import signal
import sys
import time
import types

if sys.platform != "win32":
    import resource

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from typing import BinaryIO, TypedDict, TypeVar

    T = TypeVar("T")
    Encoded = list[object]

    class Shared(TypedDict):
        """What the jobs of one batch have in common."""

        path: list[str]
        modules: dict[str, tuple[str, bool]]
        names: dict[str, str]
        implementations: dict[str, str]

    class Job(TypedDict):
        """One candidate: its unit's module and qualified name, its source, its examples, and the limits."""

        module: str
        qualname: str
        source: str
        examples: list[str]
        limits: dict[str, int] | None


TEXT_LIMIT = 1 << 20
NODE_LIMIT = 50_000
DEPTH_LIMIT = 60
SWEEP_SECONDS = 2.0
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS = 1, 36, 38

SHOW, SEEN, STAND_IN = "__show__", "__seen__", "hatch_vibesafe.dev"
EXAMPLE = "<example>"
SCALARS = (bool, int, float, complex, str, bytes, type(None))
CONTAINERS = (list, tuple, set, frozenset, dict)
# With these a class of the implementation could make a wrong value look right.
LYING_METHODS = frozenset(
    ("__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__", "__bool__", "__len__", "__contains__")
    + ("__repr__", "__str__", "__format__", "__class__", "__getattribute__", "__getattr__")
)


class Witness:
    """Looks at the result of every call in an example, and encodes what the example shows.

    `f(2) == 4` shows True for any `f` that returns an object of a class of its own whose `__eq__` always says so. So results are
    looked at before the example goes on.
    """

    def __init__(self, implementation: types.ModuleType) -> None:
        self._globals = vars(implementation)
        self._name = implementation.__name__
        self._made_up: dict[type, tuple[type, ...]] = {}
        self._room = 0
        self.refusals: list[str] = []

    def made_up(self, cls: type) -> tuple[type, ...]:
        """Return those bases of a class that the implementation made, wherever they say that they belong."""
        if cls not in self._made_up:
            bases: tuple[type, ...] = type.__dict__["__mro__"].__get__(cls)
            self._made_up[cls] = tuple(base for base in bases if self._is_made_here(base))
        return self._made_up[cls]

    def _is_made_here(self, cls: type) -> bool:
        members = vars(cls)
        if members.get("__module__") == self._name:
            return True
        functions = (
            getattr(member, "__func__", None) or getattr(member, "fget", member) for member in members.values()
        )
        return any(getattr(function, "__globals__", None) is self._globals for function in functions)

    def seen(self, value: "T") -> "T":
        """Look at what a call returned, as deep as it goes, and give it back."""
        waiting: list[object] = [value]
        visited: dict[int, object] = {}
        while waiting and len(visited) < NODE_LIMIT:
            node = waiting.pop()
            if type(node) in SCALARS or id(node) in visited:
                continue
            visited[id(node)] = node
            self._refuse_liar(type(node))
            waiting += contents(node)
        return value

    def _refuse_liar(self, cls: type) -> None:
        made_up = self.made_up(cls)
        if not made_up:
            return
        plain = [base.__name__ for base in (*SCALARS, *CONTAINERS) if issubclass(cls, base)]
        lying = sorted({name for base in made_up for name in vars(base)} & LYING_METHODS)
        if plain or lying:
            why = f"derives from {plain[0]}" if plain else f"gives {', '.join(lying)}"
            self._refuse(f"it returns an object of {exact(cls.__qualname__)}, a class that the implementation {why}")

    def _refuse(self, text: str) -> None:
        if text not in self.refusals:
            self.refusals.append(text)

    def encode(self, value: object) -> "Encoded":
        """Return a value as exactly typed data; what is not a plain value, as its class and what `repr` says of it."""
        self._room = TEXT_LIMIT
        return self._encode(value, 0)

    def _encode(self, value: object, depth: int) -> "Encoded":
        self._room -= 16
        if depth > DEPTH_LIMIT or self._room < 0:
            return ["unreadable"]
        kind = type(value)
        if kind in SCALARS:
            return self._scalar(value)
        if kind is dict:
            pairs = dict.items(value)  # type: ignore[arg-type]  # its exact type was just looked at
            return ["dict", [[self._encode(key, depth + 1), self._encode(item, depth + 1)] for key, item in pairs]]
        if kind in CONTAINERS:
            return [kind.__name__, [self._encode(item, depth + 1) for item in contents(value)]]
        made_up = bool(self.made_up(kind))
        return ["object", exact(kind.__module__), exact(kind.__qualname__), self._text(repr(value)), made_up]

    def _scalar(self, value: object) -> "Encoded":
        match value:
            case None:
                return ["none"]
            case bool():
                return ["bool", value]
            case int():
                return ["int", self._text(format(value, "x"))]
            case float():
                return ["float", value.hex()]
            case complex():
                return ["complex", value.real.hex(), value.imag.hex()]
            case bytes():
                return ["bytes", self._text(value.hex())]
        return ["str", self._text(str(value))]

    def _text(self, text: str) -> str | None:
        self._room -= len(text)
        return exact(text) if self._room >= 0 else None


class Transcript:
    """What an example shows, in order: printed text and values. Stands in for standard output."""

    encoding = "utf-8"
    errors = "backslashreplace"

    def __init__(self, witness: Witness) -> None:
        self._witness = witness
        self._events: list[Encoded] = []
        self._pieces: list[str] = []
        self._room = TEXT_LIMIT

    def write(self, text: str) -> int:
        """Keep printed text up to a bound; what goes beyond it is dropped and said to have been."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        piece = exact(text)[: self._room]
        self._room -= len(piece)
        self._pieces.append(piece)
        if len(piece) < len(text) and ["cut"] not in self._events[-1:]:
            self._events.append(["cut"])
        return len(text)

    def flush(self) -> None:
        """Do nothing: nothing is held back."""

    def isatty(self) -> bool:
        """Say what a file says."""
        return False

    def writable(self) -> bool:
        """Say what a file says."""
        return True

    def show(self, value: object) -> None:
        """Keep the value of an expression statement, as the interactive interpreter shows it."""
        if value is not None:
            vars(builtins)["_"] = value
            event: Encoded = ["value", self._witness.encode(value)]
            self._end_text()
            self._events.append(event)

    def take(self) -> "list[Encoded]":
        """Return what was kept, and begin anew."""
        self._end_text()
        events, self._events, self._room = self._events, [], TEXT_LIMIT
        return events

    def _end_text(self) -> None:
        if any(self._pieces):
            self._events.append(["text", "".join(self._pieces)])
        self._pieces.clear()


class Instrument(ast.NodeTransformer):
    """Rewrites an example so that it shows what `doctest` would show, and has every call's result looked at.

    Not by `sys.displayhook`, which the candidate could replace, nor by wrapping the unit, which it could see.
    """

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        return hooked(SEEN, node)

    def visit_Await(self, node: ast.Await) -> ast.AST:
        self.generic_visit(node)
        return hooked(SEEN, node)

    def shown(self, statements: "Iterable[ast.AST]") -> None:
        """Have the expression statements outside functions and classes shown, as in interactive mode."""
        for statement in statements:
            if isinstance(statement, ast.Expr):
                statement.value = hooked(SHOW, statement.value)
            elif not isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.expr)):
                self.shown(ast.iter_child_nodes(statement))


class FreshLoader(importlib.machinery.SourceFileLoader):
    """Loads a source file from its source: a planted `.pyc` is never run."""

    def get_code(self, fullname: str) -> types.CodeType:
        return self.source_to_code(self.get_data(self.path), self.path)


class GivenLoader:
    """Loads a module from source that was given."""

    def __init__(self, source: str, path: str) -> None:
        self._source = source
        self._path = path

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> None:
        """Leave it to the import system."""

    def exec_module(self, module: types.ModuleType) -> None:
        """Run the source."""
        exec(compile(self._source, self._path, "exec", dont_inherit=True), vars(module))  # noqa: S102 - what a loader does


class Modules:
    """Finds the project's modules where the parent says they are, and the implementations that it gave."""

    def __init__(self, files: "Mapping[str, tuple[str, bool]]", implementations: "Mapping[str, str]") -> None:
        self._files = files
        self._sources = {name.rpartition(".")[0]: "" for name in implementations} | dict(implementations)

    def find_spec(self, name: str, path: object = None, target: object = None) -> importlib.machinery.ModuleSpec | None:
        """Return the spec of a module that is ours to load, or None."""
        if name in self._sources:
            file = given_path(name)
            loader = GivenLoader(self._sources[name], file)
            is_package = not self._sources[name]
            spec = importlib.machinery.ModuleSpec(name, loader, origin=file, is_package=is_package)  # type: ignore[arg-type]  # a loader by its methods
            spec.has_location = not is_package
            return spec
        if name not in self._files:
            return None
        file, is_package = self._files[name]
        spec = importlib.machinery.ModuleSpec(name, FreshLoader(name, file), origin=file, is_package=is_package)
        spec.has_location = True
        if is_package:
            spec.submodule_search_locations = [os.path.dirname(file)]
        return spec


def exact(text: str) -> str:
    """Return a text as nothing but `str`."""
    return str.__str__(text)


def contents(node: object) -> list[object]:
    """Return what a value holds, without asking the value."""
    if isinstance(node, dict):
        return [*dict.keys(node), *dict.values(node), *attributes(node)]
    for kind in (list, tuple, set, frozenset):
        if isinstance(node, kind):
            return [*kind.__iter__(node), *attributes(node)]
    return attributes(node)


def attributes(node: object) -> list[object]:
    """Return the values of an instance's attributes."""
    if isinstance(node, (type, types.ModuleType, types.FunctionType)):
        return []
    try:
        members = object.__getattribute__(node, "__dict__")
    except AttributeError:
        return []
    return list(dict.values(members)) if isinstance(members, dict) else []


def given_path(name: str) -> str:
    """Return the file name under which tracebacks show an implementation."""
    return f"{name.replace('.', '/')}.py"


def hooked(hook: str, node: ast.expr) -> ast.Call:
    """Return the call of a hook with an expression."""
    call = ast.Call(func=ast.Name(id=hook, ctx=ast.Load()), args=[node], keywords=[])
    return ast.fix_missing_locations(ast.copy_location(call, node))


def line_in(error: BaseException, path: str) -> int:
    """Return the deepest line of a file that an exception passed through, or 0."""
    line = error.lineno or 0 if isinstance(error, SyntaxError) and error.filename == path else 0
    traceback = error.__traceback__
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename == path:
            line = traceback.tb_lineno
        traceback = traceback.tb_next
    return line


def described(error: BaseException, witness: Witness, path: str) -> "Encoded":
    """Return an exception as data: module, class, message, whether its class is the implementation's, and the line there."""
    kind = type(error)
    try:
        message = error.msg if isinstance(error, SyntaxError) else str(error)
    except Exception:  # noqa: BLE001 - whatever the candidate's exception raises when it is shown
        message = "<exception str() failed>"
    made_up = bool(witness.made_up(kind))
    return [
        exact(kind.__module__),
        exact(kind.__qualname__),
        exact(message)[:TEXT_LIMIT],
        made_up,
        line_in(error, path),
    ]


def future_flags(namespace: "Mapping[str, object]") -> int:
    """Return the compiler flags of the spec module's `from __future__` imports, as `doctest` does."""
    features = (getattr(__future__, name) for name in __future__.all_feature_names)
    names = zip(__future__.all_feature_names, features, strict=True)
    return sum(feature.compiler_flag for name, feature in names if namespace.get(name) is feature)


def run_example(source: str, namespace: dict[str, object]) -> None:
    """Run one example in the namespace that the examples of a spec share."""
    tree = ast.parse(source, EXAMPLE, mode="single")
    instrument = Instrument()
    body = [instrument.visit(statement) for statement in tree.body]
    instrument.shown(body)
    module = ast.Module(body=body, type_ignores=[])
    exec(compile(module, EXAMPLE, "exec", future_flags(namespace), dont_inherit=True), namespace)  # noqa: S102 - its purpose


def answers(shared: "Shared", job: "Job") -> "Iterator[Encoded]":
    """Import the spec's module with the candidate in it, run the examples, and give one answer each."""
    unit = f"{job['module']}/{job['qualname']}"
    name = shared["names"][unit]
    implementations = {shared["names"][other]: source for other, source in shared["implementations"].items()}
    sys.meta_path.insert(0, Modules(shared["modules"], implementations | {name: job["source"]}))
    sys.path += shared["path"]
    resolved = stand_in(shared["names"], {*implementations, name})
    try:
        candidate = importlib.import_module(name)
        module = importlib.import_module(job["module"])
    except BaseException as error:  # noqa: BLE001 - the candidate's and the project's code may raise anything
        yield ["failed", f"{type(error).__name__}: {error}"[:TEXT_LIMIT], line_in(error, given_path(name))]
        return
    if unit not in resolved:
        yield ["failed", f"the module {job['module']} never decorates {job['qualname']}", 0]
        return
    witness = Witness(candidate)
    namespace = dict(vars(module))
    if "." not in job["qualname"]:
        namespace[job["qualname"]] = resolved[unit]
    transcript = Transcript(witness)
    namespace |= {SHOW: transcript.show, SEEN: witness.seen}
    for source in job["examples"]:
        raised: Encoded | None = None
        sys.stdout = transcript  # type: ignore[assignment]  # as much of a text file as `print` needs
        try:
            run_example(source, namespace)
        except BaseException as error:  # noqa: BLE001 - an answer too: examples may expect any exception
            raised = described(error, witness, given_path(name))
        yield ["example", transcript.take(), raised, witness.refusals]
    yield ["done"]


def stand_in(names: "Mapping[str, str]", available: set[str]) -> dict[str, object]:
    """Stand where the decorator looks a checkout's implementations up; return what it was given, by unit id.

    A unit without an implementation fails when it is called, not when its module is imported.
    """
    resolved: dict[str, object] = {}

    def implementation(function: types.FunctionType, *_: object) -> object:
        unit = f"{function.__module__}/{function.__qualname__}"
        if names.get(unit) in available:
            found = vars(importlib.import_module(names[unit]))[function.__name__]
        else:
            found = missing(unit)
        resolved[unit] = found
        return found

    module = types.ModuleType(STAND_IN)
    module.implementation = implementation  # type: ignore[attr-defined]  # the interface that the decorator calls
    package = types.ModuleType(STAND_IN.partition(".")[0])
    package.__path__ = []
    sys.modules[package.__name__] = package
    sys.modules[STAND_IN] = module
    return resolved


def missing(unit: str) -> "Callable[..., object]":
    """Return what stands for a unit that has no implementation."""

    def call(*_: object, **__: object) -> object:
        from vibesafe_runtime import Problem, VibesafeCheckpointMissing  # noqa: PLC0415 - found by this job's path

        what = "another unit that this one calls has no active implementation"
        raise VibesafeCheckpointMissing(Problem(unit, what, f"vibesafe compile --target {unit}, then vibesafe save"))

    return call


def supervise() -> None:
    """Go on as a child; the process that was started stays behind and ends everything that the child leaves running."""
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    signals = {signal.SIGCHLD, signal.SIGTERM}
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    child = os.fork()
    if child == 0:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, signals)
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        return
    status = 0
    while signal.sigwait(signals) == signal.SIGCHLD:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            break
    sweep()
    code = os.waitstatus_to_exitcode(status)
    os._exit(code if code >= 0 else 128 - code)


def sweep() -> None:
    """End all children, and those that become ours when their parents end, until none is left."""
    deadline = time.monotonic() + SWEEP_SECONDS
    while time.monotonic() < deadline:
        for child in children():
            os.kill(child, signal.SIGKILL)
        try:
            while os.waitpid(-1, os.WNOHANG) != (0, 0):
                pass
        except ChildProcessError:
            return
        time.sleep(0.001)


def children() -> list[int]:
    """Return the processes whose parent this is, where the system tells (Linux)."""
    try:
        with open(f"/proc/self/task/{os.getpid()}/children", encoding="ascii") as file:
            return [int(child) for child in file.read().split()]
    except OSError:
        return []


def prctl(option: int, value: int) -> None:
    """Set one of Linux's process attributes; elsewhere do nothing."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def confine(limits: "Mapping[str, int]") -> None:
    """Put this process under the limits, by their names in `resource`."""
    for name, value in limits.items():
        limit = getattr(resource, name, None)
        if limit is not None:
            _, most = resource.getrlimit(limit)
            bound = value if most == resource.RLIM_INFINITY else min(value, most)
            resource.setrlimit(limit, (bound, bound))


def main() -> None:
    """Take the descriptors over, read the job, and answer."""
    channel = os.dup(1)
    null = os.open(os.devnull, os.O_RDWR)
    with open(0, "rb", closefd=False) as file:
        shared: Shared = json.loads(read_message(file))
        job: Job = json.loads(read_message(file))
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    os.close(null)
    if sys.platform != "win32":
        supervise()
        if job["limits"] is not None:
            confine(job["limits"])
    for answer in answers(shared, job):
        content = json.dumps(answer).encode("ascii")
        message = len(content).to_bytes(4, "big") + content
        while message:
            message = message[os.write(channel, message) :]
    os._exit(0)


def read_message(file: "BinaryIO") -> bytes:
    """Return the next message of a stream."""
    return file.read(int.from_bytes(file.read(4), "big"))


if __name__ == "__main__":
    main()
