import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hatch_vibesafe.start.older_source import rewritten

REWRITTEN = {
    "from vibesafe import vibesafe, VibeCoded\n": "from vibesafe_runtime import vibesafe, VibeCoded\n",
    "from vibesafe import (\n    vibesafe,  # ours\n)\n": "from vibesafe_runtime import (\n    vibesafe,  # ours\n)\n",
    "from vibesafe.core import VibeCoded as Hole\n": "from vibesafe_runtime import VibeCoded as Hole\n",
    "from vibesafe import *\n": "from vibesafe_runtime import *\n",
    "import vibesafe, os\nvibesafe.VibesafeError\n": "import vibesafe_runtime, os\nvibesafe_runtime.VibesafeError\n",
    "import vibesafe as v\n@v.http(kind='http')\ndef f(): ...\n": (
        "import vibesafe_runtime as v\n@v.vibesafe.http(kind='http')\ndef f(): raise v.VibeCoded()\n"
    ),
    "from vibesafe import VibesafeHandled, func  # both\n@func\ndef f():\n  'é'\n  yield VibesafeHandled()\n": (
        "from vibesafe_runtime import VibeCoded, vibesafe  # both\n@vibesafe\ndef f():\n  'é'\n  raise VibeCoded()\n"
    ),
    "from vibesafe import VibeHandled, http\n@http\ndef f():\n    return VibeHandled()\n": (
        "from vibesafe_runtime import VibeCoded, vibesafe\n@vibesafe.http\ndef f():\n    raise VibeCoded()\n"
    ),
    "from vibesafe import vibesafe\n@vibesafe.func\ndef f():\n    ...\n": (
        "from vibesafe_runtime import VibeCoded, vibesafe\n@vibesafe.func\ndef f():\n    raise VibeCoded()\n"
    ),
    "from __generated__.app.math import add\n": "from app.math import add\n",
    "import __generated__.app.math as m\n": "import app.math as m\n",
    "from vibesafe import func\ndef g(func): return func(func)\n": (
        "from vibesafe_runtime import vibesafe\ndef g(func): return func(func)\n"
    ),
}  # fmt: skip


@pytest.mark.parametrize(("before", "after"), REWRITTEN.items())
def test_what_older_releases_brought_is_rewritten(before: str, after: str) -> None:
    done = rewritten(before)
    assert done.text == after
    assert done.left == ()
    ast.parse(after)
    assert rewritten(after).text == after


@pytest.mark.parametrize(
    "text",
    [
        "x = 'vibesafe'\n",
        "from other import vibesafe\n@vibesafe\ndef f(): ...\n",
        "from .vibesafe import vibesafe\n",
        "from vibesafe_runtime import VibeCoded, vibesafe\n@vibesafe\ndef f():\n    ...\n",
        "import vibesafely\n",
    ],
)
def test_everything_else_stays(text: str) -> None:
    assert rewritten(text) == rewritten(text)
    assert rewritten(text).text == text


@pytest.mark.parametrize(
    ("text", "told", "kept"),
    [
        ("from vibesafe import load_active, vibesafe\n", "load_active", "from vibesafe import load_active\n"),
        ("from vibesafe.runtime import load_active\n", "load_active", "from vibesafe.runtime import load_active\n"),
        ("from vibesafe.fastapi import mount\n", "mount", "from vibesafe.fastapi import mount\n"),
        ("import vibesafe\nvibesafe.get_registry()\n", "get_registry", "vibesafe.get_registry()"),
        ("import vibesafe.runtime\n", "vibesafe.runtime", "import vibesafe.runtime\n"),
        ("from __generated__ import app\n", "__generated__", "from __generated__ import app\n"),
        ("import __generated__.app\n", "__generated__.app", "import __generated__.app\n"),
    ],
)
def test_what_has_no_counterpart_is_named_with_its_line(text: str, told: str, kept: str) -> None:
    done = rewritten(text)
    assert any(told in each.what and each.line > 0 for each in done.left)
    assert kept in done.text.replace("vibesafe_runtime.get", "vibesafe.get")


STATEMENTS = st.sampled_from(
    [
        "import os\n",
        "x = 'é'\n",
        "from vibesafe import vibesafe, VibeCoded\n",
        "from vibesafe import VibeHandled as H, func\n",
        "import vibesafe\n",
        "# vibesafe\n",
        "def f(a: int) -> int:\n    '''vibesafe.'''\n    return a\n",
    ]
)


@given(st.lists(STATEMENTS, max_size=6).map("".join))
def test_the_result_is_python_and_stays(text: str) -> None:
    once = rewritten(text).text
    ast.parse(once)
    assert rewritten(once).text == once
    assert once.count("\n") == text.count("\n")
