"""`vibesafe split`: helper stubs that a model drafts, and what of its answer is let through."""

from collections.abc import Callable
from pathlib import Path

import pexpect
import pytest

from hatch_vibesafe.cli.main import EXIT_INTERRUPTED
from hatch_vibesafe.start.parts import Parts, read_parts
from tests.cli.conftest import MATH, Command
from tests.generate.conftest import ModelServer, Reply

Terminal = Callable[..., "pexpect.spawn[str]"]

PARTS = '''\
```python
from vibesafe_runtime import VibeCoded, vibesafe
from decimal import Decimal


@vibesafe
def twice(a: int) -> int:
    """Return two of it.

    >>> twice(2)
    4
    """
    raise VibeCoded()


def exact(text: str) -> Decimal:
    """Read a number.

    >>> exact("1")
    Decimal('1')
    """
    ...
```

- Are negative numbers meant?
'''
CODE = PARTS[len("```python\n") : PARTS.index("```\n\n-")]


def test_helpers_are_written_above_the_unit_and_it_is_left_alone(
    asking: Path, server: ModelServer, command: Command
) -> None:
    server.replies = [Reply(content=PARTS)]
    before = {unit["unit"]: unit["spec_hash"] for unit in units(command)}
    done = command("split", "app.math/double", "--yes")
    assert done.code == 0, done.error
    text = (asking / "app" / "math.py").read_text(encoding="utf-8")
    places = [text.index(f"def {name}(") for name in ("add", "twice", "exact", "double")]
    assert places == sorted(places)
    assert text.count("raise VibeCoded()") == 4
    assert "from decimal import Decimal" in text
    assert "unclear: Are negative numbers meant?" in done.out
    assert "vibesafe compile --target app.math/twice --target app.math/exact" in done.out
    assert "Made of `twice` and `exact`." in done.out
    asked = str(server.asked[0].body)
    assert ">>> double(4)" in asked
    after = {unit["unit"]: unit["spec_hash"] for unit in units(command)}
    assert before.items() <= after.items()
    assert {"app.math/twice", "app.math/exact"} <= after.keys()


def units(command: Command) -> list[dict[str, str]]:
    found = command("scan", "--json").document["units"]
    assert isinstance(found, list)
    return found


def test_nothing_is_written_without_a_yes(asking: Path, server: ModelServer, command: Command) -> None:
    server.replies = [Reply(content=PARTS)]
    path = asking / "app" / "math.py"
    assert "+def twice(a: int) -> int:" in command("split", "app.math/double", "--dry-run").out
    refused = command("split", "app.math/double")
    assert refused.code == 2
    assert "--yes" in refused.error
    assert path.read_text(encoding="utf-8") == MATH


@pytest.mark.parametrize(("answer", "code"), [("y\n", 0), ("n\n", 1), ("\x03", EXIT_INTERRUPTED)])
def test_the_question(asking: Path, server: ModelServer, terminal: Terminal, answer: str, code: int) -> None:
    server.replies = [Reply(content=PARTS)]
    path = asking / "app" / "math.py"
    child = terminal("split", "app.math/double", cwd=asking)
    child.expect_exact("write this? [y/N]: ")
    child.send(answer)
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == code
    assert (path.read_text(encoding="utf-8") != MATH) is (code == 0)


def test_without_a_provider_it_says_what_to_do(project: Path, command: Command) -> None:
    assert project.is_dir()
    refused = command("split", "app.math/double", "--yes")
    assert refused.code == 2
    assert "vibesafe new" in refused.error


def test_a_draft_that_is_no_stubs_is_refused(asking: Path, server: ModelServer, command: Command) -> None:
    hostile = PARTS.replace("    raise VibeCoded()\n", "    import os\n    os.system('touch /tmp/owned')\n", 1)
    server.replies = [Reply(content=hostile)] * 3
    refused = command("split", "app.math/double", "--yes")
    assert refused.code == 1
    assert "twice: line" in refused.error
    assert (asking / "app" / "math.py").read_text(encoding="utf-8") == MATH


def test_each_function_is_read_as_a_stub_of_its_own() -> None:
    found = read_parts(CODE, frozenset())
    assert isinstance(found, Parts)
    assert [stub.name for stub in found.stubs] == ["twice", "exact"]
    assert all(stub.source.endswith("    raise VibeCoded()\n") for stub in found.stubs)


@pytest.mark.parametrize(
    ("code", "why"),
    [
        (CODE[: CODE.index("def exact")], "defines 1 functions"),
        (CODE + CODE.replace("twice", "a").replace("exact", "b") + "def c() -> int: ...\n", "defines 5 functions"),
        ("def f(:", "is no Python"),
        (CODE + "\nprint(1)\n", "holds code beside the function"),
        (CODE.replace("def exact", "def twice"), "twice: the module has that name already"),
        (CODE.replace("def exact", "def double"), "double: the module has that name already"),
        (CODE.replace("Read a number", "Read a \u202enumber"), "exact: line"),
        ("x" * 30_000, "is longer than"),
    ],
)
def test_whatever_is_no_stub_is_a_reason_to_refuse(code: str, why: str) -> None:
    refused = read_parts(code, frozenset({"double"}))
    assert isinstance(refused, tuple)
    assert why in " ".join(refused)
