"""A wheel whose units are methods: built, installed, called in every way in which a method is, and verified."""

from pathlib import Path

import pytest

from hatch_vibesafe.generate.compose import compose
from hatch_vibesafe.project import open_project, scan_project
from tests.e2e.conftest import Project, Wheelhouse
from tests.ship.conftest import TOTAL

pytestmark = pytest.mark.e2e

WRITTEN = (Path(__file__).parents[1] / "data" / "methods" / "accounts.py").read_text(encoding="utf-8")
# Without its contract, which would ask for evidence of more gates than are recorded here by hand.
ACCOUNTS = WRITTEN[: WRITTEN.index("\n        Requires:")] + WRITTEN[WRITTEN.index("ValueError: amount < 0\n") + 23 :]
IMPLEMENTATIONS = {
    "deposit": (
        "def deposit(self, amount: int) -> int:\n    if amount < 0:\n        raise ValueError('negative')\n"
        "    self.balance += amount\n    return self.balance\n"
    ),
    "is_empty": "def is_empty(self) -> bool:\n    return self.balance == 0\n",
    "of": 'def of(cls, *amounts: int) -> "Account":\n    return cls(sum(amounts))\n',
    "allowed": "def allowed(amount: int) -> bool:\n    return amount <= LIMIT\n",
    "later": "async def later(self, amount: int) -> int:\n    return self.balance + amount\n",
}
USES = """\
import asyncio, inspect, pickle
from shop.accounts import Account
class Savings(Account):
    def deposit(self, amount): return super().deposit(2 * amount)
a = Account(3)
print(a.deposit(4), a.is_empty, Account.of(1, 2).balance, Account.allowed(1001), asyncio.run(a.later(1)))
print(Savings(0).deposit(5), type(Savings.of(1)).__name__, inspect.signature(Account.deposit), a.deposit.__doc__[:3])
print(pickle.loads(pickle.dumps(Account.of))(5).balance, inspect.getsourcefile(Account.deposit).split("shop")[-1][:11])
"""
USED = "7 False 3 False 8\n10 Savings (self, amount: int) -> int Add\n5 /_vibesafe/"


def test_methods_of_an_installed_wheel(project: Project, wheelhouse: Wheelhouse, tmp_path: Path) -> None:
    tree = project.tree
    tree.write("shop/accounts.py", ACCOUNTS)
    specs = {spec.unit.name: spec for spec in scan_project(open_project(tree.root)).specs}
    texts = {f"shop.pricing/{name}": text for name, text in (("total", TOTAL),)}
    for name, text in IMPLEMENTATIONS.items():
        needed = "from shop.accounts import LIMIT\n\n\n" if "LIMIT" in text else ""
        composed = compose(specs[name], needed + text, markdown=False)
        texts[f"shop.accounts/Account.{name}"] = composed.implementation.decode()
    tree.lock(texts)
    done = project.hatchling()
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,) = project.out.glob("*.whl")
    python = wheelhouse.environment(tmp_path / "env", "3.11", [wheel])
    for options in ((), ("-O",)):
        assert wheelhouse.must(python, *options, "-c", USES) == USED
    assert wheelhouse.must(python, "-m", "vibesafe_runtime", "verify", "shop").startswith("ok  shop")
    (baked,) = (tmp_path / "env").rglob("_vibesafe/accounts__*deposit*.py")
    baked.write_text(baked.read_text().replace("+=", "-="))
    refused = wheelhouse.run(python, "-c", "import shop.accounts")
    assert (refused.returncode, "VibesafeHashMismatch" in refused.stderr) == (1, True)
