"""Statement and signature stay genuine, and the manifest beside them is another one.

Who: whoever can write into site-packages. What stops it where keys are trusted: the statement names the digest of the
manifest without its own two lines, so nothing can be listed that was not listed when it was signed. Without a key, an
import does not ask what the statement says; `verify` does.
"""

from collections.abc import Callable

import pytest

from tests.attacks.conftest import IMPLEMENTATION, INIT, MANIFEST, Corpus, Installed, Threat, bytecode
from vibesafe_runtime._manifest import init_source, sha256

THREAT = Threat(
    attack="leave a signed statement as it is and rewrite the manifest beside it",
    at_import="gets through",
    by_verify="found",
    with_key="refused",
    with_guard="gets through",
    by="the digest of the manifest in the statement: by `verify`, and where a key is trusted",
)


def rewritten(shop: Installed, change: Callable[[bytes, bytes], bytes]) -> None:
    """Change an implementation, take the bytecode away, and let `change` make the manifest, given the line it needs."""
    shop.write(IMPLEMENTATION, shop.evil_total())
    (shop.site / bytecode()).unlink()
    wanted = sha256(shop.read(IMPLEMENTATION)).encode() + b"  " + IMPLEMENTATION.encode() + b"\n"
    lines = shop.read(MANIFEST).splitlines(keepends=True)
    kept = b"".join(line for line in lines if bytecode().encode() not in line and IMPLEMENTATION.encode() not in line)
    shop.write(MANIFEST, change(kept, wanted))
    shop.write(INIT, init_source(shop.read(MANIFEST)))


def added(kept: bytes, wanted: bytes) -> bytes:
    lines = [*kept.splitlines(keepends=True), wanted]
    lines.sort(key=lambda line: line[66:])
    return b"".join(lines)


# Each tries to have a line read that the statement's digest leaves out.
HIDDEN: dict[str, Callable[[bytes, bytes], bytes]] = {
    "in its place": added,
    "at the end": lambda kept, wanted: kept + wanted,
    "after a carriage return": lambda kept, wanted: kept[:-1] + b"\r" + wanted,
    "after a form feed": lambda kept, wanted: kept + b"\x0c" + wanted,
    "in the statement's own line": lambda kept, wanted: kept + wanted[:-1] + b"  shop/_vibesafe/statement.json\n",
    "after a line separator": lambda kept, wanted: kept + "\u2028".encode() + wanted,
}


@pytest.mark.parametrize("name", HIDDEN)
def test_nothing_is_listed_that_the_statement_does_not_name(corpus: Corpus, name: str) -> None:
    def attack(shop: Installed) -> None:
        rewritten(shop, HIDDEN[name])

    if name in {"in its place", "at the end"}:
        corpus.try_out(THREAT, attack, where="shop/_vibesafe")
        return
    shop = corpus.attacked(attack, "signed")
    assert shop.used().returncode == 1
    assert not shop.canary.exists()
