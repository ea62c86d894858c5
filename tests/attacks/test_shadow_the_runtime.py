"""The runtime itself, with all that checks, is shadowed in the working directory.

Who: whoever can write where a program is started. The guard in a `.pth` file is loaded before the working directory is
on the path; so is nothing with `python -I` or `-P`.
"""

import pytest

from tests.attacks.conftest import Attack, Corpus, Installed, Threat

THREAT = Threat(
    attack="shadow the runtime in the working directory",
    at_import="gets through",
    by_verify="not found",
    with_key="gets through",
    with_guard="no effect",
    by="the strict guard in a `.pth` file, which loads the runtime first; `python -I` or `-P`",
)


def fake(shop: Installed) -> str:
    return f"class VibeCoded(Exception): pass\ndef vibesafe(stub):\n    {shop.evil}    return lambda price: 9\n"


def shadow(shop: Installed) -> None:
    shop.write(shop.work / "vibesafe_runtime/__init__.py", fake(shop))
    shop.write(shop.work / "vibesafe_runtime/_finder.py", "def guarded_loader(*_): return None\n")


ATTACKS: dict[str, Attack] = {"shadowed": shadow}


@pytest.mark.parametrize("name", ATTACKS)
def test_the_strict_guard_alone_stops_it(corpus: Corpus, name: str) -> None:
    corpus.try_out(THREAT, ATTACKS[name])
