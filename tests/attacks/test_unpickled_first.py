"""A baked package's own `__init__.py` is changed, and the first thing that is imported is an implementation.

Who: whoever can write into site-packages, where a program unpickles a unit before it imports the unit's package: then
Python itself would load that file. Only what stands before can refuse it: the guard, which the file sets that Python
reads when it starts. `verify` reads every file.
"""

from tests.attacks.conftest import INIT, Corpus, Installed, Threat

THREAT = Threat(
    attack="change the baked package's `__init__.py`, and unpickle an implementation before anything else is imported",
    at_import="refused",
    by_verify="found",
    with_key="refused",
    with_guard="refused",
    not_started="refused late",
    by="the guard: `__init__.py` and `MANIFEST` pin each other; without the start file, at the first unit",
)
UNPICKLE = "import pickle; print(pickle.loads(b'cshop._vibesafe.pricing__total\\ntotal\\n.')(4))"


def attack(shop: Installed) -> None:
    shop.write(INIT, shop.evil)
    shop.arguments = ("-c", UNPICKLE)


def test_it_is_stopped_before_it_runs(corpus: Corpus) -> None:
    corpus.try_out(THREAT, attack, where="_vibesafe")
