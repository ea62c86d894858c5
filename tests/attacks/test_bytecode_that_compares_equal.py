"""The bytecode of the first spec module is replaced by code that equals the honest one and does another thing.

Who: whoever can write into site-packages and knows the interpreter. Python compares code objects without what it has
learned while running them: an instruction that is stored as already specialised, with a cache that was made up, equals
the honest one, and looks up another global.
"""

from importlib.util import cache_from_source

import pytest

from tests.attacks.conftest import Attack, Corpus, Installed, Threat

THREAT = Threat(
    attack="swap `__pycache__` of the first spec module by code that compares equal",
    at_import="no effect",
    by_verify="found",
    with_key="no effect",
    with_guard="no effect",
    not_started="refused",
    by="the guard; without the start file, instructions are compared as they are stored, with their caches",
)

# Has `floor` look up the global that stands after the one that it names.
CRAFT = """
import dis, importlib, importlib.util, marshal, sys
module = importlib.import_module(sys.argv[1])

for _ in range(500):
    module.floor(1)
code = module.floor.__code__
learned = code._co_code_adaptive
at = next(each.offset for each in dis.get_instructions(code) if each.argval == "NOTHING")
index = at + (8 if sys.version_info >= (3, 13) else 4)
crafted = bytearray(code.co_code)
crafted[at] = learned[at]
crafted[index : index + 2] = (int.from_bytes(learned[index : index + 2], "little") + 1).to_bytes(2, "little")
with open(module.__file__, "rb") as file:
    source = file.read()
honest = compile(source, module.__file__, "exec", dont_inherit=True)
stream = marshal.dumps(honest).replace(code.co_code, bytes(crafted))
assert marshal.loads(stream) == honest
head = importlib.util.MAGIC_NUMBER + (1).to_bytes(4, "little") + importlib.util.source_hash(source)
with open(sys.argv[2], "wb") as file:
    file.write(head + stream)
"""


def craft(shop: Installed, module: str) -> None:
    done = Installed(shop.root).run("-B", "-c", CRAFT, module, shop.root / "crafted.pyc")
    assert done.returncode == 0, done.stderr
    cache = cache_from_source(str(shop.site / module.replace(".", "/")) + ".py")
    shop.write(cache, (shop.root / "crafted.pyc").read_bytes())


def crafted(shop: Installed) -> None:
    craft(shop, "shop.stock")
    code = (
        "from shop.stock import left; from shop.pricing import total; print(total(4) if left(1, 2) == 0 else 'changed')"
    )
    shop.arguments = ("-c", code)


ATTACKS: dict[str, Attack] = {"another global": crafted}


@pytest.mark.parametrize("name", ATTACKS)
def test_it_is_refused(corpus: Corpus, name: str) -> None:
    corpus.try_out(THREAT, ATTACKS[name], where="stock")


def test_the_control_of_the_craft_is_run_in_a_plain_module(corpus: Corpus) -> None:
    shop = corpus.copy()
    shop.write("plain.py", "NOTHING = 0\nPLENTY = 1000\n\n\ndef floor(number):\n    return max(number, NOTHING)\n")
    shop.arguments = ("-c", "import plain; print(plain.floor(-5))")
    assert shop.used().stdout == "0\n"
    craft(shop, "plain")
    assert shop.used().stdout == "1000\n"
