"""Every single byte of what the manifest covers, and of the manifest itself, is changed in turn.

Who: a disk, a cable, a careless editor; whoever hopes that one place is not looked at. What stops it: digests. All in
one process, which forgets the package after each import: an interpreter for each of thousands would take minutes.
"""

import pytest

from tests.attacks.conftest import CALL, IMPLEMENTATION, INIT, MANIFEST, STATEMENT, Corpus, Installed, Threat, bytecode

THREAT = Threat(
    attack="flip any one byte of any covered file",
    at_import="refused",
    by_verify="found",
    with_key="refused",
    with_guard="refused",
    by="digests: of each file in `MANIFEST`, of that in `__init__.py`, whose text is fixed",
)

# Imports the package once for each changed byte of a file, after the control; prints how many imports were refused.
FLIP = """
import importlib, json, sys
import vibesafe_runtime
from vibesafe_runtime import VibesafeHashMismatch, _finder, _installed

# Only the remedy needs it, and it reads all metadata each time.
_installed.distributions_with = lambda base, path: ["shop"]

def imported():
    for name in [name for name in sys.modules if name.partition(".")[0] == "shop"]:
        del sys.modules[name]
    _finder._covered.clear()
    _finder._by_top.clear()
    try:
        from shop.pricing import total
        from shop.stock import left
    except VibesafeHashMismatch as error:
        return sys.argv[2] in str(error)
    return (total(4), left(5, 2))

sys.dont_write_bytecode = True
assert imported() == (9, 3)
place, step = sys.argv[1], int(sys.argv[3])
with open(place, "rb") as file:
    honest = file.read()
refused = tried = 0
with open(place, "r+b", buffering=0) as file:
    for position in range(0, len(honest), step):
        for mask in (1, 32):
            file.seek(position)
            file.write(bytes([honest[position] ^ mask]))
            tried += 1
            refused += imported() is True
        file.seek(position)
        file.write(honest[position : position + 1])
assert imported() == (9, 3)
print(json.dumps([tried, refused]))
"""


@pytest.mark.parametrize(
    ("name", "where", "step"),
    [
        (MANIFEST, "shop/_vibesafe", 1),
        (INIT, "shop/_vibesafe", 1),
        (IMPLEMENTATION, "pricing__total.py", 1),
        ("shop/stock.py", "stock.py", 1),
        (STATEMENT, "statement.json", 5),
        (bytecode(), "bytecode", 5),
    ],
)
def test_every_flipped_byte_is_refused(corpus: Corpus, name: str, where: str, step: int) -> None:
    shop = corpus.copy()
    done = shop.run("-c", FLIP, shop.site / name, where, str(step))
    assert done.returncode == 0, done.stderr
    tried, refused = map(int, done.stdout.strip("[]\n").split(","))
    assert tried == refused > 100


@pytest.mark.parametrize("name", [MANIFEST, INIT, IMPLEMENTATION, "shop/stock.py", STATEMENT, bytecode()])
def test_a_flipped_byte_is_refused_in_every_way(corpus: Corpus, name: str) -> None:
    def flip(shop: Installed) -> None:
        content = shop.read(name)
        middle = len(content) // 2
        shop.write(name, content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :])
        shop.arguments = ("-c", f"import shop.pricing, shop.stock; {CALL}")

    corpus.try_out(THREAT, flip, where="shop/")
