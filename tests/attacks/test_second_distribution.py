"""A second distribution brings files of the same package, and its installer writes them over the honest ones.

Who: whoever gets a distribution installed. What stops it: the digests in the manifest; `verify` says which file.
"""

from functools import partial

import pytest

from tests.attacks.conftest import IMPLEMENTATION, MANIFEST, Attack, Corpus, Installed, Threat

THREAT = Threat(
    attack="a second distribution that brings files of the same package",
    at_import="refused",
    by_verify="found",
    with_key="refused",
    with_guard="refused",
    by="the digest of each file in `MANIFEST`",
)


def second(shop: Installed, names: tuple[str, ...]) -> None:
    for name in names:
        shop.write(name, shop.evil_total())
    record = "".join(f"{name},,\n" for name in names)
    shop.write("aaa-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: aaa\nVersion: 1.0\n")
    shop.write("aaa-1.0.dist-info/RECORD", record)


ATTACKS: dict[str, Attack] = {
    "an implementation": partial(second, names=(IMPLEMENTATION,)),
    "a module of its own": partial(second, names=("shop/_vibesafe/extra.py",)),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_it_is_refused(corpus: Corpus, name: str) -> None:
    corpus.try_out(THREAT, ATTACKS[name], where="shop/_vibesafe")


def test_the_remedy_names_every_distribution_that_claims_the_file(corpus: Corpus) -> None:
    mend = "they bring the same files: pip uninstall aaa shop, and install the one that you mean"
    attack = partial(second, names=(IMPLEMENTATION, MANIFEST))
    corpus.try_out(THREAT, attack, where="shop/_vibesafe", mend=mend)
