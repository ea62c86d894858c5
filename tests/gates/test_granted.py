"""What the sandbox lets a candidate do that was granted it, and keeps from all others: files, network, processes."""

import socket
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tests.gates.conftest import AtLevel, Bench, MakeBench

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="confines on Linux")

UNIT = "app.numbers/double"
STUB = '''
    from vibesafe_runtime import VibeCoded, vibesafe


    @vibesafe(capabilities=[{}])
    def double(n: int) -> int:
        """Twice a number.

        >>> double(2)
        4
        """
        raise VibeCoded()
'''
DEEDS = {
    "write": "open('made', 'w').close()",
    "make a directory": "os.mkdir('made')",
    "connect": "socket.create_connection(('127.0.0.1', PORT), 2).close()",
    "serve": "socket.create_server(('127.0.0.1', 0)).close()",
    "send": "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', PORT))",
    "look up": "socket.getaddrinfo('localhost', 80)",
    "run": "subprocess.run(['/bin/true'], check=True)",
    "fork": "os.waitpid(os.fork() or os._exit(0), 0)",
    "end a child": """
        child = subprocess.Popen(['/bin/sleep', '60'])
        child.kill()
        child.wait()
    """,
}
NEVER = {
    "read the project": "open(PROJECT + '/app/numbers.py').read()",
    "read the password file": "open('/etc/passwd').read()",
    "write beside": "open(PROJECT + '/made', 'w').close()",
    "unix socket": "socket.socket(socket.AF_UNIX)",
    "raw socket": "socket.socket(socket.AF_PACKET, socket.SOCK_RAW)",
    "end the judge": "os.kill(os.getppid(), 9)",
    "a namespace": "os.unshare(0x10000000) if hasattr(os, 'unshare') else open('/none')",
    "trace": "assert ctypes.CDLL(None).ptrace(16, os.getppid(), 0, 0) == 0",
}
GRANTS = {
    (): set[str](),
    ("clock", "env", "random"): set[str](),
    ("fs.read",): {"write", "make a directory"},
    ("fs.write",): {"write", "make a directory"},
    ("net",): {"connect", "serve", "send", "look up"},
    ("process",): {"run", "fork", "end a child"},
    ("fs.write", "net", "process"): {*DEEDS},
}


@dataclass(frozen=True)
class Place:
    """What a deed needs to know."""

    port: int


@pytest.fixture
def place() -> Iterator[Place]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield Place(server.getsockname()[1])


def source(deed: str, made: "Bench", place: Place) -> str:
    body = textwrap.indent(textwrap.dedent(deed).strip("\n"), "    ")
    head = f"import ctypes, os, socket, subprocess\nPORT = {place.port}\nPROJECT = {str(made.project.root)!r}\n"
    return f"{head}\n\ndef double(n: int) -> int:\n{body}\n    return n * 2\n"


@pytest.mark.parametrize("level", ["L2", "L3"])
@pytest.mark.parametrize("granted", GRANTS, ids=" ".join)
def test_a_candidate_can_do_what_its_unit_was_granted_and_no_more(
    bench: "MakeBench", at_level: "AtLevel", place: Place, granted: tuple[str, ...], level: str
) -> None:
    at_level(level)
    stub = STUB.format(", ".join(map(repr, granted)))
    made = bench({"app/__init__.py": "", "app/numbers.py": stub})
    names = [*DEEDS, *NEVER, "nothing"]
    sources = [source(deed, made, place) for deed in (*DEEDS.values(), *NEVER.values(), "pass")]
    findings = dict(zip(names, made.doctests(UNIT, *sources), strict=True))
    done = {name for name, found in findings.items() if not found}
    expected = GRANTS[granted] | {"nothing"}
    assert done == expected, {name: findings[name] for name in done ^ expected}


def test_candidates_of_one_batch_get_what_their_own_unit_was_granted(
    bench: "MakeBench", at_level: "AtLevel", place: Place
) -> None:
    at_level("L2")
    files = {"app/__init__.py": "", "app/numbers.py": STUB.format("'fs.write'"), "app/others.py": STUB.format("")}
    made = bench(files)
    write = source(DEEDS["write"], made, place)
    candidates = [made.candidate(unit, write) for unit in (UNIT, "app.others/double", UNIT)]
    first, second, third = made.judged(candidates)
    assert (first, third) == ((), ())
    assert "PermissionError" in second[0].message
