"""What a wheel says of its implementations: believed only where every byte agrees with the manifest."""

import shutil
import sys
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hatch_vibesafe.identity import digest
from hatch_vibesafe.problems import VibesafeConfigurationError, VibesafeError, VibesafeHashMismatch
from hatch_vibesafe.project import open_project
from hatch_vibesafe.ship.active import ActiveUnit, read_active_units
from hatch_vibesafe.ship.packed import BakedPackage, read_installed, read_wheel
from hatch_vibesafe.ship.statement import statement_bytes
from tests.ship.conftest import PRICING, PROVENANCE, TOTAL, Tree
from vibesafe_runtime._manifest import format_manifest, init_source
from vibesafe_runtime._signature import authenticated, envelope_bytes, key_id

BAKED = "shop/_vibesafe"
IMPLEMENTATION = f"{BAKED}/pricing__total.py"
BYTECODE = f"{BAKED}/bytecode.cpython-311"
STATEMENT = f"{BAKED}/statement.json"
ENVELOPE = f"{BAKED}/statement.dsse.json"
MANIFEST = f"{BAKED}/MANIFEST"

Change = Callable[[dict[str, bytes]], object]


@pytest.fixture
def unit(shop: Tree) -> ActiveUnit:
    (unit,) = read_active_units(open_project(shop.root)).units
    return unit


def pinned(files: Mapping[str, bytes], *, sharded: bool = False) -> dict[str, bytes]:
    """Return files with a manifest that pins them, as a build makes it: of one piece, or in shards."""
    stated = {STATEMENT, ENVELOPE}
    top = {path: digest(content) for path, content in files.items() if path in stated or not sharded}
    shards: dict[str, bytes] = {}
    if sharded:
        for path in sorted(files.keys() - stated):
            name = f"{MANIFEST}.{digest(path.encode())[:2]}"
            shards[name] = shards.get(name, b"") + f"{digest(files[path])}  {path}\n".encode()
        top |= {path: digest(content) for path, content in shards.items()}
    manifest = format_manifest(top)
    return {**files, **shards, MANIFEST: manifest, f"{BAKED}/__init__.py": init_source(manifest)}


def baked(unit: ActiveUnit, *, sharded: bool = False) -> dict[str, bytes]:
    generated = {IMPLEMENTATION: TOTAL.encode(), BYTECODE: b"\x00\xff"}
    files = {"shop/__init__.py": b"", "shop/pricing.py": PRICING.encode(), **generated}
    manifest = digest(pinned(files, sharded=sharded)[MANIFEST])
    statement = statement_bytes({IMPLEMENTATION: unit}, generated, manifest, "tool 1")
    return pinned({**files, STATEMENT: statement}, sharded=sharded)


def wheel(path: Path, files: Mapping[str, bytes]) -> Path:
    file = path / "shop-1.0-py3-none-any.whl"
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return file


@pytest.mark.parametrize("sharded", [False, True])
def test_an_untouched_wheel_says_who_wrote_what(unit: ActiveUnit, tmp_path: Path, *, sharded: bool) -> None:
    (package,) = read_wheel(wheel(tmp_path, {"shop/__init__.py": b"", **baked(unit, sharded=sharded)}))
    assert (package.directory, package.signer) == (BAKED, "")
    (account,) = package.accounts
    assert account.unit == unit.spec.unit
    assert (account.spec_hash, account.checkpoint) == (unit.spec.spec_hash, unit.checkpoint.hash)
    assert (account.provenance.author, account.provenance.created) == (PROVENANCE.author, "")
    assert account.provenance.sent == (("seed", str(2**60)), ("temperature", "0.1"))
    assert (account.gates, account.sandbox) == (unit.evidence.gates, "L0")


def test_a_trusted_key_is_said_and_no_other_signature_counts(unit: ActiveUnit, tmp_path: Path) -> None:
    secret, other = Ed25519PrivateKey.from_private_bytes(b"1" * 32), Ed25519PrivateKey.from_private_bytes(b"2" * 32)
    public, unknown = (each.public_key().public_bytes_raw() for each in (secret, other))
    files = baked(unit)
    kept = {name: content for name, content in files.items() if name not in {MANIFEST, f"{BAKED}/__init__.py"}}
    signature = secret.sign(authenticated(files[STATEMENT]))
    envelope = envelope_bytes(files[STATEMENT], key_id(public), signature)
    path = wheel(tmp_path, pinned({**kept, ENVELOPE: envelope}))
    assert [package.signer for package in read_wheel(path, {public, unknown})] == [key_id(public)]
    assert [package.signer for package in read_wheel(path)] == [""]
    with pytest.raises(VibesafeHashMismatch, match="signed"):
        read_wheel(path, {unknown})
    with pytest.raises(VibesafeHashMismatch, match="nobody signed it"):
        read_wheel(wheel(tmp_path, files), {public})


def remove(name: str) -> Change:
    return lambda files: files.pop(name)


def put(name: str, content: bytes) -> Change:
    return lambda files: files.update({name: content})


@pytest.mark.parametrize(
    ("change", "where", "words"),
    [
        (put(IMPLEMENTATION, b"evil"), IMPLEMENTATION, "was built with"),
        (put("shop/pricing.py", b"evil"), "shop/pricing.py", "was built with"),
        (put(STATEMENT, b"{}"), STATEMENT, "was built with"),
        (put(f"{BAKED}/extra.py", b""), f"{BAKED}/extra.py", "added after the build"),
        (put(f"{BAKED}/\x1b[2J", b""), "\\x1b[2J", "added after the build"),
        (put(MANIFEST, b"not one\n"), MANIFEST, "do not belong together"),
        (put(f"{BAKED}/__init__.py", b""), MANIFEST, "do not belong together"),
        (remove(IMPLEMENTATION), IMPLEMENTATION, "cannot be read"),
        (remove("shop/pricing.py"), "shop/pricing.py", "cannot be read"),
        (remove(STATEMENT), STATEMENT, "cannot be read"),
        (remove(f"{BAKED}/__init__.py"), f"{BAKED}/__init__.py", "cannot be read"),
    ],
)
def test_a_wheel_that_was_touched_is_not_explained(
    unit: ActiveUnit, tmp_path: Path, change: Change, where: str, words: str
) -> None:
    files = baked(unit)
    change(files)
    with pytest.raises(VibesafeHashMismatch) as caught:
        read_wheel(wheel(tmp_path, files))
    problem = caught.value.problems[0]
    assert where in problem.where
    assert words in problem.what


def test_a_shard_of_other_bytes_is_found(unit: ActiveUnit, tmp_path: Path) -> None:
    files = baked(unit, sharded=True)
    shard = next(name for name in files if name.startswith(f"{MANIFEST}."))
    files[shard] += b"\n"
    with pytest.raises(VibesafeHashMismatch, match="was built with"):
        read_wheel(wheel(tmp_path, files))


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("name", [IMPLEMENTATION, MANIFEST])
def test_a_file_that_stands_twice_is_found(unit: ActiveUnit, tmp_path: Path, name: str) -> None:
    files = baked(unit)
    path = wheel(tmp_path, files)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(name, files[name])
    with pytest.raises(VibesafeHashMismatch, match="2 files go there"):
        read_wheel(path)


@pytest.mark.parametrize(
    ("old", "new", "refused"),
    [
        (b'"attempt":0', b'"attempt":"0"', (STATEMENT, "an integer is expected")),
        (digest(b"\x00\xff").encode(), b"a" * 64, (BYTECODE, "otherwise in MANIFEST")),
        (b'"manifestWithoutStatement":"', b'"manifestWithoutStatement":"0', (STATEMENT, "another MANIFEST")),
        (b'"_type"', b'"_type":"","_type"', (STATEMENT, "not canonical JSON")),
    ],
)
def test_a_statement_that_was_rewritten_with_the_manifest_is_read_strictly(
    unit: ActiveUnit, tmp_path: Path, old: bytes, new: bytes, refused: tuple[str, str]
) -> None:
    files = baked(unit)
    kept = {name: content for name, content in files.items() if name not in {MANIFEST, f"{BAKED}/__init__.py"}}
    assert old in files[STATEMENT]
    path = wheel(tmp_path, pinned({**kept, STATEMENT: files[STATEMENT].replace(old, new, 1)}))
    with pytest.raises(VibesafeHashMismatch) as caught:
        read_wheel(path)
    (problem,) = caught.value.problems
    assert problem.where.startswith(refused[0])
    assert refused[1] in problem.what


def test_what_is_no_wheel_is_a_problem(tmp_path: Path, unit: ActiveUnit) -> None:
    (tmp_path / "text.whl").write_bytes(b"text")
    with pytest.raises(VibesafeConfigurationError, match="cannot be read as a wheel"):
        read_wheel(tmp_path / "text.whl")
    with pytest.raises(VibesafeConfigurationError, match="No such file"):
        read_wheel(tmp_path / "none.whl")
    with pytest.raises(VibesafeConfigurationError, match="cannot be read as a wheel"):
        read_wheel(tmp_path)
    with pytest.raises(VibesafeConfigurationError, match="brings no baked package"):
        read_wheel(wheel(tmp_path, {"shop/__init__.py": b""}))
    path = wheel(tmp_path, baked(unit))
    path.write_bytes(path.read_bytes().replace(b"def total", b"def t0tal"))
    with pytest.raises(VibesafeHashMismatch, match="Bad CRC"):
        read_wheel(path)


@pytest.fixture
def site(tmp_path: Path, unit: ActiveUnit, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory on the path with the distribution `shop` installed in it."""
    files = baked(unit)
    names = [*files, "shop-1.0.dist-info/METADATA", "shop-1.0.dist-info/RECORD"]
    files["shop-1.0.dist-info/METADATA"] = b"Metadata-Version: 2.1\nName: shop\nVersion: 1.0\n"
    files["shop-1.0.dist-info/RECORD"] = "".join(f"{name},,\n" for name in names).encode()
    site = tmp_path / "site"
    for name, content in files.items():
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_bytes(content)
    monkeypatch.setattr(sys, "path", [str(site), *sys.path])
    return site


def test_an_installed_distribution_says_the_same(site: Path, unit: ActiveUnit, tmp_path: Path) -> None:
    (site / BAKED / "__pycache__").mkdir()
    assert read_installed("shop") == read_wheel(wheel(tmp_path, baked(unit)))
    shutil.rmtree(site / "shop-1.0.dist-info")
    with pytest.raises(VibesafeConfigurationError, match="is not installed"):
        read_installed("shop")


def test_an_editable_install_is_told_in_its_checkout(site: Path) -> None:
    link = site / "shop-1.0.dist-info" / "direct_url.json"
    link.write_text('{"url": "file:///x", "dir_info": {"editable": true}}', "utf-8")
    with pytest.raises(VibesafeConfigurationError, match="editable install"):
        read_installed("shop")
    link.unlink()
    assert read_installed("shop")


def touch(site: Path) -> None:
    (site / BAKED / "extra.py").write_bytes(b"")


def spoil(site: Path) -> None:
    (site / IMPLEMENTATION).write_bytes(b"evil")


def lose(site: Path) -> None:
    (site / IMPLEMENTATION).unlink()


@pytest.mark.parametrize("change", [touch, spoil, lose])
def test_an_installed_distribution_that_was_touched_is_not_explained(
    site: Path, change: Callable[[Path], None]
) -> None:
    packages: tuple[BakedPackage, ...] = read_installed("shop")
    assert packages
    change(site)
    with pytest.raises(VibesafeError):
        read_installed("shop")


@pytest.mark.parametrize("name", ["", "no-such-distribution", "../x"])
def test_a_name_that_nothing_has_is_a_problem(name: str) -> None:
    with pytest.raises(VibesafeConfigurationError, match="is not installed"):
        read_installed(name)


def test_a_distribution_without_generated_code_is_a_problem() -> None:
    with pytest.raises(VibesafeConfigurationError, match="brings no baked package"):
        read_installed("pytest")
