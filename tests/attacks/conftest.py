"""A real wheel, installed once and copied for each attack; and the one way in which each attack is tried and judged."""

import importlib.util
import json
import os
import py_compile
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from hatch_vibesafe.store.lock import locked
from tests.e2e.conftest import Project, Wheelhouse, builder, shared, tool, wheelhouse  # noqa: F401 - fixtures of this room too
from tests.ship.conftest import PRICING, PYPROJECT, TOTAL, Tree
from vibesafe_runtime._bytecode import bytecode_path
from vibesafe_runtime._manifest import format_manifest, init_source, parse_manifest, sha256
from vibesafe_runtime._signature import key_text

SELECTION = '\n[tool.hatch.build.targets.wheel]\nonly-include = ["shop", "calc.py"]\n'
STOCK = '''\
from vibesafe_runtime import VibeCoded, vibesafe

NOTHING = 0
PLENTY = 1000


def floor(number: int) -> int:
    """Return the number, but never less than nothing."""
    return max(number, NOTHING)


@vibesafe
def left(stock: int, sold: int) -> int:
    """Return what is left, never less than nothing, by `floor`.

    >>> left(5, 2)
    3
    """
    raise VibeCoded()
'''
LEFT = '''\
from shop.stock import floor


def left(stock: int, sold: int) -> int:
    """Return what is left, never less than nothing, by `floor`.

    >>> left(5, 2)
    3
    """
    return floor(stock - sold)
'''
CALC = '''\
from vibesafe_runtime import VibeCoded, vibesafe


@vibesafe
def twice(number: int) -> int:
    """Return the double.

    >>> twice(2)
    4
    """
    raise VibeCoded()
'''
TWICE = '''\
def twice(number: int) -> int:
    """Return the double.

    >>> twice(2)
    4
    """
    return number * 2
'''
IMPLEMENTATIONS = {"shop.pricing/total": TOTAL, "shop.stock/left": LEFT, "calc/twice": TWICE}

# What every attack wants to change, and what every control prints.
CALL = "from shop.pricing import total; print(total(4))"
ANSWER = "9"
IMPLEMENTATION = "shop/_vibesafe/pricing__total.py"
SPEC_MODULE = "shop/pricing.py"
MANIFEST = "shop/_vibesafe/MANIFEST"
INIT = "shop/_vibesafe/__init__.py"
STATEMENT = "shop/_vibesafe/statement.json"

MISMATCH = "VibesafeHashMismatch"

AtImport = Literal["refused", "no effect", "refused late", "gets through", "-"]
ByVerify = Literal["found", "with a key", "not found", "-"]
Kind = Literal["plain", "signed", "guarded", "unstarted"]


def bytecode(directory: str = "shop/_vibesafe") -> str:
    """Return the path of the shipped bytecode of the wheel that this interpreter builds."""
    return bytecode_path(directory, SPEC_MODULE, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Threat:
    """One row of the table in `docs/attacks.md`; its outcomes are what the attack's tests assert.

    Attributes:
        attack: What the attacker does.
        at_import: What an import does without a key: "refused" before any of the attacker's code runs, "no effect"
            where the honest code runs instead, "refused late" where some of the attacker's code runs first, "gets
            through"; "-" where the attack is over before anything is imported.
        by_verify: Whether `python -m vibesafe_runtime verify` finds it, perhaps only with a key; "-" where there is
            nothing to be asked.
        with_key: What an import does where the wheel is signed and the deployment trusts only its key.
        with_guard: What an import does where `vibesafe_runtime.guard` is imported when the interpreter starts.
        not_started: What an import does where Python reads no `.pth` file, the runtime's among them, as below a
            directory that `pip install --target` made; None where that makes no difference.
        by: What stops it.
    """

    attack: str
    at_import: AtImport
    by_verify: ByVerify
    with_key: AtImport
    with_guard: AtImport
    by: str
    not_started: AtImport | None = None


@dataclass(slots=True)
class Installed:
    """A copy of an environment in which the wheel is installed, with the way in which it is used.

    Attributes:
        root: The environment.
        variables: The environment variables that are set.
        arguments: What the interpreter is given.
    """

    root: Path
    variables: dict[str, str] = field(default_factory=dict)
    arguments: tuple[str, ...] = ("-c", CALL)

    @property
    def work(self) -> Path:
        """The working directory of what is run."""
        return self.root / "work"

    @property
    def python(self) -> Path:
        return self.root / "bin" / "python"

    @property
    def site(self) -> Path:
        """Where the wheel is installed."""
        return next((self.root / "lib").glob("python*")) / "site-packages"

    @property
    def canary(self) -> Path:
        """The file that is there once any of the attacker's code has run."""
        return self.root / "canary"

    @property
    def evil(self) -> str:
        """A statement of the attacker's."""
        return f"open({str(self.canary)!r}, 'w').close()\n"

    def evil_total(self) -> str:
        """An implementation of the attacker's."""
        return f"{self.evil}def total(price):\n    return 0\n"

    def first(self, code: str) -> None:
        """Have code run before any other in every process of this environment."""
        self.write("sitecustomize.py", code)

    def read(self, name: str) -> bytes:
        return (self.site / name).read_bytes()

    def write(self, name: str | Path, content: str | bytes) -> Path:
        """Write a file, by default below the site; what was there is replaced, never written through."""
        file = self.site / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.unlink(missing_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return file

    def replace(self, name: str, old: str, new: str) -> None:
        """Replace a text that must be there."""
        text = self.read(name).decode()
        assert old in text, (name, old)
        self.write(name, text.replace(old, new))

    def run(self, *arguments: str | Path) -> "subprocess.CompletedProcess[str]":
        """Run this environment's interpreter with nothing but these variables."""
        self.work.mkdir(exist_ok=True)
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "SYSTEMROOT") if name in os.environ}
        return subprocess.run(
            [self.python, *arguments],
            cwd=self.work,
            env=kept | self.variables,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def used(self) -> "subprocess.CompletedProcess[str]":
        """Use the unit."""
        return self.run(*self.arguments)

    def verified(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Verify what is installed, with no variable of the attacker's and from a directory of nobody's."""
        return Installed(self.root).run("-I", "-m", "vibesafe_runtime", "verify", *arguments)


Attack = Callable[[Installed], object]


@dataclass(slots=True)
class Corpus:
    """Where attacks are tried, each on copies of its own and each after its control.

    Attributes:
        honest: An environment with the wheel.
        signed: An environment with the same wheel, signed.
        key: The public key that signed it.
        scratch: Where copies are made.
    """

    honest: Path
    signed: Path
    key: str
    scratch: Path
    _count: int = 0
    _controls: set[tuple[object, ...]] = field(default_factory=set)
    _tried: set[Threat] = field(default_factory=set)

    def copy(self, kind: Kind = "plain") -> Installed:
        """Return an untouched copy of the environment.

        As it is; signed with its key trusted; with the guard; or without the file that Python reads when it starts.
        """
        self._count += 1
        root = self.scratch / str(self._count)
        origin = self.signed if kind == "signed" else self.honest
        shutil.copytree(origin, root, symlinks=True, copy_function=_copied)
        shop = Installed(root, {"VIBESAFE_TRUSTED_KEYS": self.key} if kind == "signed" else {})
        if kind == "guarded":
            shop.write("vibesafe-guard.pth", "import vibesafe_runtime.guard\n")
        if kind == "unstarted":
            (shop.site / "vibesafe-runtime.pth").unlink()
        return shop

    def attacked(self, attack: Attack, kind: Kind = "plain") -> Installed:
        """Return a copy that was attacked, after an untouched one was used in the very same way, and passed."""
        attacked = self.copy(kind)
        attack(attacked)
        self._control(attacked, kind)
        return attacked

    def try_out(
        self, threat: Threat, attack: Attack, where: str = "", exception: str = MISMATCH, mend: str | None = None
    ) -> None:
        """Attack a copy of each kind and judge what comes of it.

        Where nothing depends on the kind, the later variants of an attack are tried on a plain copy alone.

        Args:
            threat: What must come of it.
            attack: What changes the copy, and how it is used.
            where: What a message must name.
            exception: What an import that is refused ends with.
            mend: What the message must say that mends it, as for `judge`.
        """
        shop = self.attacked(attack)
        if threat.by_verify == "found" or (threat.by_verify != "-" and threat not in self._tried):
            judge_verify(shop, where if threat.by_verify == "found" else None)
        judge(shop, threat.at_import, where, exception, mend)
        if threat in self._tried and threat.at_import == threat.with_key == threat.with_guard:
            return
        self._tried.add(threat)
        shop = self.attacked(attack, "signed")
        if threat.by_verify == "with a key":
            judge_verify(shop, where, "--key", self.key)
        judge(shop, threat.with_key, where if threat.with_key == threat.at_import else "", exception, mend)
        judge(self.attacked(attack, "guarded"), threat.with_guard, "", exception, mend)
        if threat.not_started is not None:
            judge(self.attacked(attack, "unstarted"), threat.not_started, where, exception, mend)

    def _control(self, attacked: Installed, kind: Kind) -> None:
        """Use an untouched copy in the very same way: once for each way."""

        def elsewhere(part: str, root: str) -> str:
            return part.replace(str(attacked.root), root)

        ways = (*attacked.arguments, *(f"{name}={value}" for name, value in sorted(attacked.variables.items())))
        way = (kind, *(elsewhere(part, "") for part in ways))
        if way in self._controls:
            return
        root = str((control := self.copy(kind)).root)
        control.variables |= {name: elsewhere(value, root) for name, value in attacked.variables.items()}
        control.arguments = tuple(elsewhere(part, root) for part in attacked.arguments)
        judge(control, "no effect")
        if not any(known[0] == kind for known in self._controls):
            # `verify` is asked in one way, whatever the unit is used for.
            judge_verify(control, None, *(("--key", self.key) if kind == "signed" else ()))
        self._controls.add(way)


def _copied(source: str, target: str) -> str:
    # The runtime is never changed, only ever replaced.
    if "vibesafe_runtime" in source:
        os.link(source, target)
        return target
    return shutil.copy2(source, target)


def judge(
    installed: Installed, expected: AtImport, where: str = "", exception: str = MISMATCH, mend: str | None = None
) -> None:
    """Use the unit and assert what comes of it.

    Args:
        installed: Where.
        expected: What must come of it.
        where: What a message must name.
        exception: What an import that is refused ends with.
        mend: What the message must say that mends it; by default, for what differs, to install it again.
    """
    done = installed.used()
    said = f"{done.stdout}\n{done.stderr}"
    ran = installed.canary.exists()
    if expected == "no effect":
        assert (done.returncode, done.stdout.strip(), done.stderr, ran) == (0, ANSWER, "", False), said
    elif expected == "gets through":
        assert (done.returncode, ran) == (0, True), said
    else:
        assert (done.returncode, done.stdout, ran) == (1, "", expected == "refused late"), said
        assert f"{exception}: vibesafe: 1 problem" in done.stderr, said
        assert where in done.stderr, said
        assert "     mend " in done.stderr, said
        again = "pip install --force-reinstall shop && python -m vibesafe_runtime verify shop"
        if mend is None and exception == MISMATCH and "trusted key" not in done.stderr:
            mend = again
        assert (mend or "") in done.stderr, said


def judge_verify(installed: Installed, where: str | None, *options: str) -> None:
    """Verify what is installed and assert that something is found that names `where`; that nothing is, for None."""
    done = installed.verified(*options, "shop")
    assert not installed.canary.exists(), "verify ran code of the attacker"
    assert "Traceback" not in done.stderr, done.stderr
    if where is None:
        assert (done.returncode, done.stderr) == (0, ""), done.stderr
    else:
        assert (done.returncode, where in done.stderr, "     mend " in done.stderr) == (1, True, True), done.stderr


def plant_bytecode(shop: Installed, name: str, source: str, mode: py_compile.PycInvalidationMode) -> None:
    """Put the bytecode of `source` where Python looks for that of the module `name`, valid in every check it makes."""
    file = shop.site / name
    honest, times = file.read_bytes(), file.stat()
    other = shop.write(shop.root / "other.py", source)
    cache = importlib.util.cache_from_source(str(file))
    py_compile.compile(str(other), cfile=cache, dfile=str(file), invalidation_mode=mode, doraise=True)
    content = bytearray(Path(cache).read_bytes())
    if mode is py_compile.PycInvalidationMode.TIMESTAMP:
        content[8:16] = int(times.st_mtime).to_bytes(4, "little") + len(honest).to_bytes(4, "little")
    else:
        content[8:16] = importlib.util.source_hash(honest)
    shop.write(cache, bytes(content))


def forge(shop: Installed, files: Mapping[str, str], directory: str = "shop/_vibesafe") -> None:
    """Replace files of a baked package, take its bytecode away, and write the statement, manifest and init that fit."""
    shop.site.joinpath(bytecode(directory)).unlink(missing_ok=True)
    for name, content in files.items():
        shop.write(name, content)
    stated = tuple(f"{directory}/{name}" for name in ("statement.json", "statement.dsse.json"))
    listed = parse_manifest(shop.read(f"{directory}/MANIFEST")) | dict.fromkeys(files, "")
    digests = {name: sha256(shop.read(name)) for name in listed if (shop.site / name).exists()}
    if stated[0] in digests:
        unstated = {name: digest for name, digest in digests.items() if name not in stated}
        statement = json.loads(shop.read(stated[0]))
        statement["predicate"]["manifestWithoutStatement"] = sha256(format_manifest(unstated))
        statement["subject"] = [
            {"name": name, "digest": {"sha256": digest}}
            for name, digest in sorted(unstated.items())
            if name.startswith(f"{directory}/")
        ]
        shop.write(stated[0], json.dumps(statement, sort_keys=True, separators=(",", ":"), ensure_ascii=False))
        digests[stated[0]] = sha256(shop.read(stated[0]))
    manifest = format_manifest(digests)
    shop.write(f"{directory}/MANIFEST", manifest)
    shop.write(f"{directory}/__init__.py", init_source(manifest))


@dataclass(frozen=True, slots=True)
class Key:
    """A key pair: the public half as a deployment writes it, the private half in PEM."""

    public: str
    private: str

    @property
    def short(self) -> str:
        return self.public[-12:]


def plant_shop(root: Path, extra: str = "") -> Tree:
    """Return the project of the corpus, locked."""
    tree = Tree(root)
    tree.write("pyproject.toml", PYPROJECT.replace("[tool.vibesafe]", extra + "[tool.vibesafe]") + SELECTION)
    for name, text in {
        "shop/__init__.py": "",
        "shop/pricing.py": PRICING,
        "shop/rates.py": "OTHER = 3\n",
        "shop/stock.py": STOCK,
        "calc.py": CALC,
    }.items():
        tree.write(name, text)
    tree.lock(IMPLEMENTATIONS)
    return tree


def build(tree: Tree, out: Path, wheelhouse: Wheelhouse, builder: Path, **variables: str) -> Path:  # noqa: F811 - the values of the fixtures
    """Build the project with the real hook, once for all processes of a test run, and return its wheel."""
    with locked(out.with_name(f"{out.name}.lock"), patience=300):
        if not out.exists():
            project = Project(tree, out.with_name(f"{out.name}.new"), wheelhouse, builder)
            done = project.hatchling(env=variables)
            assert done.returncode == 0, done.stdout + done.stderr
            project.out.rename(out)
    return next(out.glob("*.whl"))


def install(wheel: Path, path: Path, wheelhouse: Wheelhouse) -> Path:  # noqa: F811 - as above
    """Install the wheel and the runtime into an environment, never used otherwise than to be copied, and return it."""
    with locked(path.with_name(f"{path.name}.lock"), patience=300):
        if not path.exists():
            new = path.with_name(f"{path.name}.new")
            subprocess.run([sys.executable, "-m", "venv", "--without-pip", new], check=True)
            wheelhouse.must(tool("uv"), "pip", "install", "-q", "--python", new / "bin" / "python", wheel)
            installed = Installed(new)
            # The runtime's own bytecode is kept: compiling it anew for each copy would cost more than all the rest.
            for arguments in (installed.arguments, ("-I", "-m", "vibesafe_runtime", "verify")):
                done = installed.run(*arguments)
                assert done.returncode == 0, done.stderr
            for cache in (*installed.site.glob("shop/**/__pycache__"), *installed.site.glob("__pycache__")):
                shutil.rmtree(cache)
            shutil.rmtree(installed.work)
            for script in (new / "bin").glob("[aA]ctivate*"):
                script.unlink()
            new.rename(path)
    return path


@pytest.fixture(scope="session")
def wheel(wheelhouse: Wheelhouse, builder: Path, shared: Path) -> Path:  # noqa: F811 - the fixtures
    """The wheel that is attacked."""
    return build(plant_shop(shared / "attacked-shop"), shared / "attacked", wheelhouse, builder)


@pytest.fixture(scope="session")
def key() -> Key:
    """The key that signs."""
    private = Ed25519PrivateKey.generate()
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return Key(key_text(private.public_key().public_bytes_raw()), pem)


@pytest.fixture(scope="session")
def signed_wheel(wheelhouse: Wheelhouse, builder: Path, shared: Path, key: Key) -> Path:  # noqa: F811 - as above
    """The same wheel, signed by what the environment of the tests has; the builder's has only what every one has."""
    tree = plant_shop(shared / f"signed-shop-{key.short}", '[tool.vibesafe.signing]\nkey = "env:SIGNING_KEY"\n\n')
    signs = {"SIGNING_KEY": key.private, "PYTHONPATH": sysconfig.get_path("purelib")}
    return build(tree, shared / f"signed-{key.short}", wheelhouse, builder, **signs)


@pytest.fixture(scope="session")
def honest(wheel: Path, wheelhouse: Wheelhouse, shared: Path) -> Path:  # noqa: F811 - as above
    """An environment with the wheel."""
    return install(wheel, shared / "honest", wheelhouse)


@pytest.fixture(scope="session")
def signed(signed_wheel: Path, wheelhouse: Wheelhouse, shared: Path, key: Key) -> Path:  # noqa: F811 - as above
    """An environment with the signed wheel."""
    return install(signed_wheel, shared / f"honest-{key.short}", wheelhouse)


@pytest.fixture(scope="session")
def corpus(honest: Path, signed: Path, key: Key, tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return Corpus(honest, signed, key.public, tmp_path_factory.mktemp("attacks"))
