"""A wheel whose unit stands in a module that keeps an import cycle open with `if TYPE_CHECKING:`."""

from pathlib import Path

import pytest

from hatch_vibesafe.generate.compose import compose
from hatch_vibesafe.project import open_project, scan_project
from tests.e2e.conftest import Project, Wheelhouse

pytestmark = pytest.mark.e2e

ORDERS = '''\
from __future__ import annotations

from typing import TYPE_CHECKING

from vibesafe_runtime import VibeCoded, vibesafe

if TYPE_CHECKING:
    from shop.people import Person


@vibesafe
def greeting(person: Person) -> str:
    """Greet somebody.

    >>> from shop.people import Person
    >>> greeting(Person("Ada"))
    'Hello Ada'
    """
    raise VibeCoded()
'''
PEOPLE = """\
from shop.orders import greeting


class Person:
    def __init__(self, name: str) -> None:
        self.name = name

    def greeted(self) -> str:
        return greeting(self)
"""
ANSWER = "def greeting(person: Person) -> str:\n    return 'Hello ' + person.name\n"


def test_either_module_can_be_imported_first(project: Project, wheelhouse: Wheelhouse, tmp_path: Path) -> None:
    tree = project.tree
    tree.write("shop/orders.py", ORDERS)
    tree.write("shop/people.py", PEOPLE)
    found = scan_project(open_project(tree.root))
    (spec,) = (spec for spec in found.specs if spec.unit.name == "greeting")
    tree.lock({"shop.orders/greeting": compose(spec, ANSWER, markdown=True).implementation.decode()})
    done = project.hatchling()
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,) = project.out.glob("*.whl")
    python = wheelhouse.environment(tmp_path / "env", "3.11", [wheel])
    say = "from shop.people import Person; print(Person('Ada').greeted())"
    for first in ("import shop.orders", "import shop.people"):
        assert wheelhouse.must(python, "-c", f"{first}; {say}") == "Hello Ada"
