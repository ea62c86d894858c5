"""What the sandbox is tried with before anything is judged in it: one honest thing, and the attacks that it must stop.

Each is bounded and harmless where it gets through. The answers are `["benign"]`, `["got through", name]` for each
attack that was not stopped, and `["done"]`.
"""

import os
import socket

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hatch_vibesafe.gates.worker.messages import Encoded, SelfTest

SEES_FILES, READS, WRITES, LISTS = "see", "read", "write", "list"
READS_PROCESSES, CONNECTS, FORKS, SIGNALS, EXECUTES = "processes", "connect", "fork", "signal", "execute"


def self_test(test: "SelfTest") -> "Iterator[Encoded]":
    """Do the honest thing and try each attack."""
    if test["files"]:
        with open("scratch", "w", encoding="ascii") as file:  # noqa: PTH123 - what a candidate would write
            file.write("1")
        with open("scratch", encoding="ascii") as file:  # noqa: PTH123 - likewise
            file.read()
        with open(os.__file__, "rb") as file:  # noqa: PTH123 - likewise
            file.read(1)
    if sum(range(10)) == 45:  # noqa: PLR2004 - the sum
        yield ["benign"]
    attacks: dict[str, Callable[[], object]] = {
        SEES_FILES: lambda: os.stat(test["file"]),  # noqa: PTH116 - likewise
        READS: lambda: os.close(os.open(test["file"], os.O_RDONLY)),
        WRITES: lambda: os.close(os.open(f"{test['file']}.new", os.O_WRONLY | os.O_CREAT, 0o600)),
        LISTS: lambda: os.listdir(test["home"]),  # noqa: PTH208 - likewise
        READS_PROCESSES: lambda: os.close(os.open("/proc/self/status", os.O_RDONLY)),
        CONNECTS: connect,
        FORKS: fork,
        SIGNALS: lambda: os.kill(test["parent"], 0),
        EXECUTES: lambda: os.execv("/nowhere", ["nowhere"]),  # noqa: S606 - there is no such program
    }
    for name, attack in attacks.items():
        if gets_through(name, attack):
            yield ["got through", name]
    yield ["done"]


def gets_through(name: str, attack: "Callable[[], object]") -> bool:
    """Return whether an attack is not stopped."""
    try:
        attack()
    except (PermissionError, AttributeError):  # forbidden, or not there at all
        return False
    except FileNotFoundError:
        return name == EXECUTES
    except OSError:
        return name in {CONNECTS, FORKS, SIGNALS, EXECUTES}
    return True


def connect() -> None:
    """Ask a port of this machine on which nobody listens."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as one:
        one.settimeout(0.1)
        one.connect(("127.0.0.1", 1))


def fork() -> None:
    """Start a process that ends at once."""
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
