"""The runtime itself, with all that checks, is shadowed in the working directory.

Who: whoever can write where a program is started. The guard in a `.pth` file is loaded before the working directory is
on the path; so is nothing with `python -I` or `-P`.
"""

import pytest

from tests.attacks.conftest import Attack, Corpus, Installed, Threat

THREAT = Threat(
    attack="shadow the runtime in the working directory",
    at_import="no effect",
    by_verify="not found",
    with_key="no effect",
    with_guard="no effect",
    not_started="gets through",
    by="the start file, which loads the runtime first; `python -I` or `-P`",
)


def fake(shop: Installed) -> str:
    return f"class VibeCoded(Exception): pass\ndef vibesafe(stub):\n    {shop.evil}    return lambda price: 9\n"


ATTACKS: dict[str, Attack] = {
    "shadowed": lambda shop: shop.write(shop.work / "vibesafe_runtime.py", fake(shop)),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_it_is_stopped_before_it_runs(corpus: Corpus, name: str) -> None:
    corpus.try_out(THREAT, ATTACKS[name])
