"""What each capability grants, and what is refused without it."""

import ast
from dataclasses import replace

import pytest

from hatch_vibesafe.gates.capabilities import capability_findings
from hatch_vibesafe.gates.capability_table import NEEDS, PARTS, PURE_MODULES
from hatch_vibesafe.gates.policy import violations
from hatch_vibesafe.spec.capabilities import capability_faults
from hatch_vibesafe.spec.model import SourceFile, Spec, UnitSettings
from hatch_vibesafe.spec.scan import scan


@pytest.fixture(scope="module")
def spec() -> Spec:
    text = (
        "import os\nfrom vibesafe_runtime import VibeCoded, vibesafe\n\n@vibesafe\ndef f(x: int) -> int:\n"
        '    """>>> f(1)\n    1\n    """\n    if os.environ.get("NO"):\n        raise OSError\n    raise VibeCoded()\n'
    )
    return scan([SourceFile("app", "app.py", text.encode(), is_package=False)], lambda _: UnitSettings("t", "t")).specs[
        0
    ]


def messages(spec: Spec, text: str, *capabilities: str) -> str:
    granted = replace(spec, options=replace(spec.options, capabilities=capabilities))
    return "\n".join(message for _, message in capability_findings(ast.parse(text), granted))


@pytest.mark.parametrize(
    ("text", "capability"),
    [
        ("open('a')", "fs.read"),
        ("open('a', 'rb')", "fs.read"),
        ("open('a', mode='w')", "fs.write"),
        ("input()", "fs.read"),
        ("import os\nos.listdir()", "fs.read"),
        ("import os.path as p\np.exists('a')", "fs.read"),
        ("from pathlib import Path\nPath('a').read_text()", "fs.read"),
        ("from pathlib import Path\nPath.write_text(Path('a'), 'b')", "fs.write"),
        ("from pathlib import Path\nPath('a').rename('b')", "fs.write"),
        ("from pathlib import Path\nPath('a').replace('b')", "fs.write"),
        ("from pathlib import Path\nPath.replace(Path('a'), 'b')", "fs.write"),
        ("from pathlib import Path\nPath('a').owner()", "fs.read"),
        ("from pathlib import Path\nPath('a').samefile('b')", "fs.read"),
        ("import socket", "net"),
        ("from urllib.request import urlopen", "net"),
        ("import threading", "process"),
        ("import time\ntime.sleep(1)", "clock"),
        ("from datetime import datetime as d\nd.now()", "clock"),
        ("import datetime\nx = datetime.date\nx.today()", "clock"),
        ("import asyncio\nasyncio.sleep(1)", "clock"),
        ("import random\nrandom.random()", "random"),
        ("import random\nrandom.Random()", "random"),
        ("import random\nrandom.Random(None)", "random"),
        ("from uuid import uuid4", "random"),
        ("import os\nos.environ['A']", "env"),
        ("import sys\nsys.argv", "env"),
        ("import turtle", "import:turtle"),
    ],
)
def test_it_is_refused_without_its_capability_and_granted_with_it(spec: Spec, text: str, capability: str) -> None:
    assert f'capabilities=["{capability}"]' in messages(spec, text)
    assert messages(spec, text, capability) == ""
    assert messages(spec, text, "import:other") != ""


@pytest.mark.parametrize(
    "text",
    [
        "m = open",
        "open('a', x)",
        "open(*x)",
        "import os\nm = os",
        "import io\nm = io",
        "import statistics\nstatistics.random.random()",
        "from email.utils import os",
        "import enum\nenum.bltns.open('a')",
        "import collections\ncollections._sys.argv",
    ],
)
def test_a_detour_is_refused_too(spec: Spec, text: str) -> None:
    assert messages(spec, text)


@pytest.mark.parametrize(
    "text",
    [
        "import os\nos.path.join('a', os.sep)",
        "from datetime import datetime, time\ndatetime(2000, 1, 1).isoformat(); time(1)",
        "import random\nrandom.Random(0).random()",
        "import collections.abc\nx: collections.abc.Iterator",
        "import asyncio\nasyncio.sleep(0)",
        "import sys\nprint(1, file=sys.stderr)",
        "from pathlib import Path, PurePath\nPath('a') / 'b'",
        "from xml.etree import ElementTree\nElementTree.fromstring('a')",
        "def open(x): return x\nopen(1)\nx = open = 1",
        "from app import clock\nclock.now()",
        "import logging\nlogging.getLogger('a').info('b')",
    ],
)
def test_what_only_computes_is_let_be(spec: Spec, text: str) -> None:
    assert messages(spec, text) == ""


def test_what_the_developer_wrote_may_use_anything(spec: Spec) -> None:
    text = f"import os\ndef f(x: int) -> int:\n    {spec.pre_hole.replace(chr(10), chr(10) + '    ').rstrip()}\n"
    assert messages(spec, f"{text}    return 1\n") == ""
    assert "`env`" in messages(spec, f"{text}    return len(os.environ)\n")


def test_what_the_spec_has_for_type_checkers_alone_is_the_developers(spec: Spec) -> None:
    header = ("if TYPE_CHECKING:", "    from socket import socket")
    text = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from socket import socket\n"
    assert messages(replace(spec, header=header), text) == ""
    assert "`net`" in messages(spec, text)


def test_the_table_names_capabilities_and_no_module_twice() -> None:
    assert all(not capability_faults((each,)) for needed in NEEDS.values() for each in needed)
    assert PURE_MODULES.isdisjoint({*NEEDS, *PARTS})


@pytest.mark.parametrize(
    "text",
    [
        "getattr(x, name)",
        "getattr(x, '_hidden')",
        "g = getattr",
        "from operator import attrgetter\nattrgetter('a', 'b.__class__')",
        "import operator\noperator.methodcaller('__reduce__')",
        "type('A', (), {})",
        "'{0.__class__}'.format(x)",
        "'{0[__globals__]}'.format(x)",
        "import sys\nsys.modules",
        "from sys import modules",
        "import pickle",
        "from traceback import walk_stack",
    ],
)
def test_reflection_is_refused(text: str) -> None:
    assert [*violations(ast.parse(text), text)]


@pytest.mark.parametrize(
    "text",
    [
        "getattr(x, 'name', None)",
        "from operator import attrgetter\nsorted(x, key=attrgetter('a.b', 'c'))",
        "type(x)",
        "'{0.name} {1[0]} {{_x}}'.format(x, y)",
        "'{__all__}'",
    ],
)
def test_attributes_that_are_written_out_are_let_be(text: str) -> None:
    assert [*violations(ast.parse(text), text)] == []


def test_only_who_may_control_processes_does() -> None:
    text = "import subprocess, os\nos.kill(1, 2)"
    assert len([*violations(ast.parse(text), text)]) == 2
    assert [*violations(ast.parse(text), text, ("process",))] == []
