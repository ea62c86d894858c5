"""What Python does with decorators of icontract and deal above a unit: they check its implementation, and once."""

import os
import subprocess
import sys
from pathlib import Path

from tests.ship.conftest import Tree

REPOSITORY = Path(__file__).parents[2]
SPEC = '''\
import deal
import icontract
from vibesafe_runtime import VibeCoded, vibesafe

ASKED = []


def asked(n: int) -> bool:
    ASKED.append(n)
    return n >= 0


@icontract.require(lambda n: asked(n))
@deal.ensure(lambda _: _.result * 2 <= _.n)
@vibesafe
def half(n: int) -> int:
    """Halve.

    Requires:
        n != 5

    >>> half(2)
    1
    """
    raise VibeCoded()
'''
USE = """
from app.core import ASKED, half
print(half(4), ASKED)
for n in (-1, 9, 5):
    try:
        print(half(n))
    except Exception as error:
        print(type(error).__name__)
"""


def test_each_clause_is_checked_once_by_whoever_it_is_left_to(tmp_path: Path) -> None:
    tree = Tree(tmp_path)
    tree.write(
        "pyproject.toml",
        '[project]\nname = "app"\nversion = "1"\n[tool.hatch.build.hooks.vibesafe]\n'
        '[tool.vibesafe.build]\ncontracts = "full"\n',
    )
    tree.write("app/__init__.py", "")
    tree.write("app/core.py", SPEC)
    tree.lock({"app.core/half": 'def half(n: int) -> int:\n    """Halve."""\n    return n // 2 if n != 9 else 9\n'})
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), "NO_COLOR": "1"}
    done = subprocess.run(
        [sys.executable, "-c", USE], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.stdout.splitlines() == [
        "2 [4]",
        "ViolationError",
        "PostContractError",
        "VibesafeContractViolation",
    ], done.stderr
