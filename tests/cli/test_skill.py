import re

import pytest

from hatch_vibesafe.cli.main import COMMANDS
from tests.cli.conftest import Command


def test_the_instructions_are_made_from_the_commands(command: Command) -> None:
    told = command("skill")
    assert told.code == 0
    assert told.out.startswith("---\nname: vibesafe\ndescription: ")
    assert not [name for name in COMMANDS if not re.search(rf"vibesafe {name}\b", told.out)]
    assert "--author" in told.out
    assert "Usage: vibesafe submit [OPTIONS] UNIT FILE" in told.out


@pytest.mark.usefixtures("project")
def test_a_spec_is_shown_as_whoever_implements_it_needs_it(command: Command) -> None:
    shown = command("spec", "app.math/add")
    assert shown.code == 0
    assert 'def add(a: int, b: int = 0) -> int:\n    """Add' in shown.out
    assert 'raise ValueError("a must not be negative")' in shown.out
    assert "# app.math\nLIMIT = 100" in shown.out
    document = command("spec", "app.math/add", "--json").document
    assert document["unit"] == "app.math/add"
    assert document["examples"] == [
        {"source": "add(1, 2)\n", "want": "3\n", "exception": None, "line": 10},
        {"source": "add(99, 2)\n", "want": "100\n", "exception": None, "line": 12},
    ]
    assert command("spec", "app.math/no_such").code == 2
