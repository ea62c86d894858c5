"""Units that are methods: found, described by their class, and refused where only a class body would do."""

import pytest

from hatch_vibesafe.spec.model import Scan, SourceFile, Spec, UnitSettings
from hatch_vibesafe.spec.scan import scan

MODULE = '''\
from vibesafe_runtime import VibeCoded, vibesafe

LIMIT = 10


class Account:
    """An account."""

    def __init__(self, balance: int) -> None:
        self.balance = balance

    {decorators}@vibesafe
    def act(self, amount: int = LIMIT) -> int:
        """Act.

        >>> Account(1).act(2)
        3
        """
        {before}raise VibeCoded()

    class Inner:
        @vibesafe
        def get(self, other: "Account") -> "Account":
            """Get.

            >>> Account.Inner().get(Account(1)).balance
            1
            """
            raise VibeCoded()
'''


def scanned(text: str) -> Scan:
    return scan([SourceFile("app.m", "app/m.py", text.encode(), is_package=False)], lambda _: UnitSettings("t", ""))


def module(decorators: str = "", before: str = "") -> str:
    return MODULE.replace("{decorators}", decorators).replace("{before}", before)


def act(text: str) -> Spec:
    found = scanned(text)
    assert not found.all_problems, found.all_problems
    return found.specs[1]


def test_methods_are_units_of_their_classes() -> None:
    inner, outer = scanned(module()).specs
    assert [str(spec.unit) for spec in (inner, outer)] == ["app.m/Account.Inner.get", "app.m/Account.act"]
    assert outer.head == "def act(self, amount: int = LIMIT) -> int:"
    assert outer.header == ("from app.m import LIMIT",)
    assert inner.header == ("from typing import TYPE_CHECKING", "if TYPE_CHECKING:\n    from app.m import Account")
    assert [(each.name, each.direct) for each in inner.references if each.name == "Account"] == [("Account", True)]


@pytest.mark.parametrize(
    ("decorators", "kind"),
    [
        ("", "instance"),
        ("@property\n    ", "property"),
        ("@functools.cached_property\n    ", "property"),
        ("@classmethod\n    ", "class"),
        ("@staticmethod\n    ", "static"),
        ("@logged\n    ", "instance"),
    ],
)
def test_the_decorators_above_say_how_it_is_called(decorators: str, kind: str) -> None:
    text = module(decorators)
    if kind == "static":
        text = text.replace("def act(self, amount", "def act(amount")
    assert act(text).method == kind
    assert act(module()).spec_hash != act(text).spec_hash or kind == "instance"


def test_what_the_class_says_is_part_of_the_spec() -> None:
    honest = act(module())
    changed = act(module().replace("self.balance = balance", "self.balance = balance + 1"))
    moved = act(module().replace('"""An account."""\n', '"""An account."""\n\n    # Much more could be said.\n'))
    assert honest.spec_hash != changed.spec_hash
    assert honest.spec_hash == moved.spec_hash
    assert [name for name, part in honest.parts if (name, part) not in changed.parts] == ["helper app.m.Account"]


@pytest.mark.parametrize(
    ("before", "what"),
    [
        ("super().act()\n        ", "`super()` without arguments"),
        ("self.__secret\n        ", "the private name `__secret`"),
        ("__class__\n        ", "`__class__`"),
        ("Account(amount)\n        ", "names Account, which does not exist yet"),
    ],
)
def test_what_only_a_class_body_can_do_is_refused_before_the_hole(before: str, what: str) -> None:
    assert not scanned(module(before="super(type(self), self)\n        ")).all_problems
    (problem,) = scanned(module(before=before)).all_problems
    assert what in problem.what
    assert problem.where.startswith("app/m.py:1")


def test_a_name_that_only_the_class_body_knows_is_refused_in_the_signature() -> None:
    text = (
        module().replace("LIMIT = 10\n\n\n", "\n\n").replace('"""An account."""', '"""An account."""\n\n    LIMIT = 10')
    )
    (problem,) = scanned(text).all_problems
    assert "names LIMIT, which only the class body knows" in problem.what


def test_a_property_may_have_a_setter_and_overloads_stand_in_the_class() -> None:
    setter = "\n    @act.setter\n    def act(self, value: int) -> None: ...\n\n    class Inner:"
    assert not scanned(module("@property\n    ").replace("\n    class Inner:", setter)).all_problems
    overloads = (
        "from typing import overload\n",
        "    @overload\n    def act(self) -> int: ...\n    @overload\n    def act(self, amount: int) -> int: ...\n",
    )
    text = overloads[0] + module().replace("    @vibesafe\n    def act", f"{overloads[1]}    @vibesafe\n    def act")
    assert act(text).spec_hash != act(module()).spec_hash


INVARIANT = '''"""An account.

    Invariant:
        self.balance <= LIMIT
        it is never sold
    """'''


def test_what_a_class_says_of_its_objects_is_part_of_the_contract_of_its_methods() -> None:
    text = module().replace('"""An account."""', INVARIANT)
    (clause,) = act(text).contract
    assert (clause.kind, clause.text, clause.line) == ("invariant", "Invariant self.balance <= LIMIT", 10)
    assert act(text).contract_header == ("from app.m import LIMIT",)
    assert act(text).spec_hash != act(text.replace("LIMIT = 10", "LIMIT = 11")).spec_hash
    assert act(module("@classmethod\n    ").replace('"""An account."""', INVARIANT)).contract == ()


def test_an_invariant_that_cannot_be_used_is_a_problem() -> None:
    (problem, *_) = scanned(module().replace('"""An account."""', INVARIANT.replace("LIMIT", "UNKNOWN"))).all_problems
    assert "Invariant `self.balance <= UNKNOWN`" in problem.what
    assert problem.where.startswith("app/m.py:10")
