"""A wheel has members that land, once installed, on covered files or in the place of covered modules.

Who: whoever can replace a file in a package index, a cache or a wheelhouse. Every listed member is as it was;
installers write the others over them, or Python prefers them. What stops it: `verify`, before and after installing.
"""

from pathlib import Path

import pytest

from tests.attacks.conftest import IMPLEMENTATION, Corpus, Installed, Threat, judge, judge_verify
from tests.attacks.test_wheel_rebuilt_by_hand import rebuild
from tests.e2e.conftest import Wheelhouse, tool

THREAT = Threat(
    attack="a wheel with members that land in the place of covered modules",
    at_import="no effect",
    by_verify="found",
    with_key="no effect",
    with_guard="no effect",
    not_started="gets through",
    by="`verify`, of the wheel too; the guard",
)
MEMBERS = {
    "a package beside": "shop/pricing/__init__.py",
    "an extension beside": "shop/pricing.abi3.so",
    "bytecode beside": "shop/pricing.pyc",
    "over an implementation": f"shop-1.0.data/purelib/{IMPLEMENTATION}",
    "a package beside, by another way": "shop-1.0.data/platlib/shop/pricing/__init__.py",
    "in another case": IMPLEMENTATION.upper(),
    "a root of its own": f"/{IMPLEMENTATION}",
    "from above": f"x/../{IMPLEMENTATION}",
    "with a stop at the end": f"{IMPLEMENTATION}.",
    "with backslashes": IMPLEMENTATION.replace("/", "\\"),
    "by a way round": f"shop/./{IMPLEMENTATION.removeprefix('shop/')}",
}


@pytest.mark.parametrize("name", MEMBERS)
def test_verify_finds_it_in_the_wheel(corpus: Corpus, wheel: Path, tmp_path: Path, name: str) -> None:
    shop = corpus.copy()
    assert shop.verified(str(rebuild(wheel, tmp_path / "honest", {}))).returncode == 0
    rebuilt = rebuild(wheel, tmp_path / "rebuilt", {MEMBERS[name]: shop.evil_total().encode()})
    done = shop.verified(str(rebuilt))
    assert (done.returncode, "Traceback" in done.stderr) == (1, False)


def test_the_guard_or_verify_stops_it_once_it_is_installed(
    corpus: Corpus, wheel: Path, wheelhouse: Wheelhouse, tmp_path: Path
) -> None:
    def installed(shop: Installed) -> Installed:
        member = {MEMBERS["a package beside"]: shop.evil_total().encode()}
        rebuilt = rebuild(wheel, tmp_path / shop.root.name, member)
        install = ("pip", "install", "-q", "--no-deps", "--reinstall", "--python", shop.python)
        wheelhouse.must(tool("uv"), *install, rebuilt)
        return shop

    shop = installed(corpus.copy())
    judge_verify(shop, "pricing")
    judge(shop, THREAT.at_import)
    judge(installed(corpus.copy("guarded")), THREAT.with_guard)
    judge(installed(corpus.copy("unstarted")), "gets through")
