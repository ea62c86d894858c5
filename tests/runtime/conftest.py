"""Baked packages made by hand, and real interpreters that import them."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from vibesafe_runtime._manifest import init_source, manifest_files, sha256
from vibesafe_runtime._names import baked_package, implementation_module
from vibesafe_runtime._signature import authenticated, envelope_bytes, key_id, key_text

BAKED = "shop/_vibesafe"
REPOSITORY = Path(__file__).parents[2]

STUB = '''\
from vibesafe_runtime import VibeCoded, vibesafe

RATE = 2


@vibesafe
def total(price: int) -> int:
    """Return the price with tax.

    >>> total(1)
    3
    """
    raise VibeCoded()
'''
IMPLEMENTATION = '''\
from shop.pricing import RATE


def total(price: int) -> int:
    """Return the price with tax."""
    return price * RATE + 1
'''


@dataclass(frozen=True, slots=True)
class Site:
    """A directory as an installer would leave it."""

    path: Path

    def write(self, name: str, text: str | bytes) -> Path:
        file = self.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return file

    def bake(
        self,
        root: str,
        units: Mapping[str, str],
        specs: tuple[str, ...] = (),
        more: Mapping[str, bytes] | None = None,
    ) -> Path:
        """Bake `units` (unit id to implementation) below the root package and return the baked directory.

        `more` are further files of the baked package, such as bytecode.
        """
        files: dict[str, bytes] = dict(more or {})
        package, stated = "", []
        for unit, text in units.items():
            module, _, qualname = unit.partition("/")
            package = baked_package(module, root)
            path = implementation_module(module, qualname, root).replace(".", "/") + ".py"
            files[path] = text.encode()
            stated.append({"implementation": path, "unit": unit})
        directory = package.replace(".", "/")
        above = [
            f"{name.rsplit('/', count)[0]}/__init__.py" for name in specs for count in range(1, name.count("/") + 1)
        ]
        listed = {*specs, *(name for name in above if (self.path / name).exists())}
        sources = {name: (self.path / name).read_bytes() for name in listed}
        unstated = manifest_files(directory, {name: sha256(content) for name, content in (files | sources).items()})
        statement = {
            "predicate": {"manifestWithoutStatement": sha256(unstated[f"{directory}/MANIFEST"]), "units": stated},
            "subject": [{"digest": {"sha256": sha256(files[name])}, "name": name} for name in sorted(files)],
        }
        files[f"{directory}/statement.json"] = json.dumps(statement, separators=(",", ":")).encode()
        pinned = files | sources
        manifests = manifest_files(directory, {name: sha256(content) for name, content in pinned.items()})
        files |= manifests | {f"{directory}/__init__.py": init_source(manifests[f"{directory}/MANIFEST"])}
        for name, content in files.items():
            self.write(name, content)
        return self.path / directory

    def python(
        self, *arguments: str, env: Mapping[str, str] | None = None, path: str | None = None
    ) -> "subprocess.CompletedProcess[str]":
        """Run a fresh interpreter that finds this site and the runtime alone."""
        ours = ("PYTHON", "VIBESAFE", "OPENAI")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        # A checkout's import asks whom it finds at hand: here nobody, whatever is installed on the machine.
        kept["XDG_CACHE_HOME"] = str(self.path.parent / "no models here")
        search = os.pathsep.join([path or str(self.path), str(self.path.parent / "runtime")])
        return subprocess.run(
            [sys.executable, "-S", *arguments],  # what is installed beside the tests is not for production
            capture_output=True,
            text=True,
            check=False,
            cwd=self.path.parent,
            env={**kept, "PYTHONPATH": search, **(env or {})},
            timeout=60,
        )

    def run(self, code: str, env: Mapping[str, str] | None = None) -> str:
        """Run code that must succeed and return what it prints."""
        done = self.python("-c", code, env=env)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def refuses(self, code: str, exception: str, env: Mapping[str, str] | None = None) -> str:
        """Run code that must end with this exception and return the message."""
        done = self.python("-c", code, env=env)
        assert done.returncode == 1, done.stdout
        assert f"{exception}: vibesafe: 1 problem" in done.stderr, done.stderr
        return done.stderr


Signer = Callable[[bytes], bytes]


class Key:
    """A new key that signs."""

    def __init__(self) -> None:
        self._key = Ed25519PrivateKey.generate()
        self.public = self._key.public_key().public_bytes_raw()
        self.text = key_text(self.public)

    def envelope(self, statement: bytes) -> bytes:
        return envelope_bytes(statement, key_id(self.public), self._key.sign(authenticated(statement)))


def bake_signed(
    site: Site, sign: Signer | None, implementation: str = IMPLEMENTATION, state: str | None = None, tail: str = ""
) -> None:
    """Write a package as the build hook does, down to a statement about its manifest, which ends with `tail`."""
    files = {f"{BAKED}/pricing__total.py": implementation.encode()}
    site.write("shop/__init__.py", "")
    site.write("shop/pricing.py", STUB)
    sources = {"shop/__init__.py": b"", "shop/pricing.py": STUB.encode()}
    pinned = {name: sha256(content) for name, content in (files | sources).items()}
    about = state or sha256(manifest_files(BAKED, pinned)[f"{BAKED}/MANIFEST"])
    subjects = json.dumps([{"digest": {"sha256": sha256(files[name])}, "name": name} for name in sorted(files)])
    head = f'{{"predicate":{{"manifestWithoutStatement":"{about}"{tail}}}'
    statement = f'{head},"subject":{subjects.replace(": ", ":").replace(", ", ",")}}}'.encode()
    files[f"{BAKED}/statement.json"] = statement
    if sign is not None:
        files[f"{BAKED}/statement.dsse.json"] = sign(statement)
    pinned |= {name: sha256(content) for name, content in files.items()}
    files |= manifest_files(BAKED, pinned)
    files[f"{BAKED}/__init__.py"] = init_source(files[f"{BAKED}/MANIFEST"])
    for name, content in files.items():
        site.write(name, content)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    # The runtime alone, as a production environment has it: nothing of hatch_vibesafe beside it.
    (tmp_path / "runtime").mkdir()
    (tmp_path / "runtime" / "vibesafe_runtime").symlink_to(REPOSITORY / "vibesafe_runtime")
    (tmp_path / "site").mkdir()
    return Site(tmp_path / "site")


@pytest.fixture
def make_shop(site: Site) -> Callable[[], Site]:
    """One package with one unit, baked."""

    def make() -> Site:
        site.write("shop/__init__.py", "")
        site.write("shop/pricing.py", STUB)
        site.bake("shop", {"shop.pricing/total": IMPLEMENTATION}, specs=("shop/pricing.py",))
        return site

    return make


@pytest.fixture
def shop(make_shop: Callable[[], Site]) -> Site:
    return make_shop()
