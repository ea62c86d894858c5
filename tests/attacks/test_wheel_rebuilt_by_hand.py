"""A wheel is unpacked, changed and packed again, with a RECORD that is right.

Who: whoever can replace a file in a package index, a cache or a wheelhouse. Every installer is content. What stops it:
at import, the manifest; `verify` says so before it is installed. (A wheel that is rewritten as a whole: see "rewrite".)
"""

import base64
import hashlib
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.attacks.conftest import IMPLEMENTATION, MANIFEST, SPEC_MODULE, Corpus, Installed, Threat, judge
from tests.e2e.conftest import Wheelhouse, tool

THREAT = Threat(
    attack="a wheel rebuilt by hand with a right `RECORD`",
    at_import="refused",
    by_verify="found",
    with_key="refused",
    with_guard="refused",
    by="the digests in `MANIFEST`, which are not those of `RECORD`",
)
RECORD = "shop-1.0.dist-info/RECORD"
EVIL = b"def total(price):\n    return 0\n"


def rebuild(wheel: Path, target: Path, changes: Mapping[str, bytes | None]) -> Path:
    """Write a wheel with these members changed, added or, for None, left out, and the RECORD that belongs to it."""
    with zipfile.ZipFile(wheel) as honest:
        members: dict[str, bytes | None] = {name: honest.read(name) for name in honest.namelist()}
    kept = {name: content for name, content in (members | dict(changes)).items() if content is not None}
    del kept[RECORD]
    lines = [f"{name},sha256={_digest(content)},{len(content)}\n" for name, content in kept.items()]
    target.mkdir()
    with zipfile.ZipFile(target / wheel.name, "w") as rebuilt:
        for name, content in {**kept, RECORD: "".join([*lines, f"{RECORD},,\n"]).encode()}.items():
            rebuilt.writestr(name, content)
    return target / wheel.name


def _digest(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()


CHANGES: dict[str, dict[str, bytes | None]] = {
    "an implementation": {IMPLEMENTATION: EVIL},
    "a spec module": {SPEC_MODULE: b"from vibesafe_runtime import vibesafe\n\n\n@vibesafe\n" + EVIL},
    "a file more": {"shop/_vibesafe/extra.py": EVIL},
    "a file less": {MANIFEST: None},
}


@pytest.mark.parametrize("name", CHANGES)
def test_it_installs_and_is_refused(
    corpus: Corpus, wheel: Path, wheelhouse: Wheelhouse, tmp_path: Path, name: str
) -> None:
    rebuilt = rebuild(wheel, tmp_path / "rebuilt", CHANGES[name])
    for kind in ("plain", "guarded"):
        shop = corpus.copy(kind)
        install = ("pip", "install", "-q", "--no-deps", "--reinstall", "--python", shop.python)
        wheelhouse.must(tool("uv"), *install, rebuilt)
        judge(shop, "refused", mend="")
        assert shop.verified("shop").returncode == 1
    assert shop.verified(str(rebuilt)).returncode == 1


def test_the_control_rebuilt_without_a_change_passes(
    corpus: Corpus, wheel: Path, wheelhouse: Wheelhouse, tmp_path: Path
) -> None:
    rebuilt = rebuild(wheel, tmp_path / "rebuilt", {})
    shop = corpus.copy()
    wheelhouse.must(tool("uv"), "pip", "install", "-q", "--no-deps", "--reinstall", "--python", shop.python, rebuilt)
    judge(shop, "no effect")
    assert shop.verified(str(rebuilt)).returncode == shop.verified("shop").returncode == 0


def test_a_member_that_stands_there_twice_is_refused(corpus: Corpus, wheel: Path, tmp_path: Path) -> None:
    rebuilt = rebuild(wheel, tmp_path / "rebuilt", {})
    with zipfile.ZipFile(rebuilt, "a") as twice, pytest.warns(UserWarning, match="Duplicate name"):
        twice.writestr(IMPLEMENTATION, EVIL)
    shop = corpus.copy()
    assert shop.verified(str(rebuilt)).returncode == 1
    zipped(shop, rebuilt)
    judge(shop, "refused", "pricing__total.py")


def test_the_control_of_a_wheel_on_the_path_passes(corpus: Corpus, wheel: Path) -> None:
    shop = corpus.copy()
    zipped(shop, wheel)
    judge(shop, "no effect")


def zipped(shop: Installed, wheel: Path) -> None:
    """Import from the wheel itself, which lies earlier on the path."""
    shop.variables["PYTHONPATH"] = str(wheel)
