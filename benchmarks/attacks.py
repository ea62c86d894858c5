"""The same attacks on an installed wheel of ours and on the rival's production mode: which are let through."""

import importlib.util
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from benchmarks.measure import Variant, clean_environment, run
from benchmarks.synthetic import answering
from benchmarks.systems import ROOT, System, mend_checkpoints, ours, rival
from vibesafe_runtime._manifest import format_manifest, init_source, parse_manifest, sha256

USE = "from units.m0000 import u0; print(u0(7))"
ANSWER = "21"
IMPLEMENTATION = "units/_vibesafe/m0000__u0.py"
MANIFEST = "units/_vibesafe/MANIFEST"
INIT = "units/_vibesafe/__init__.py"
STATEMENT = "units/_vibesafe/statement.json"
SPEC_MODULE = "units/m0000.py"

# Makes a key: its private half in PEM, its public half as a deployment names it.
MAKE_KEY = """
import json
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from vibesafe_runtime._signature import key_text
key = Ed25519PrivateKey.generate()
pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
print(json.dumps([pem, key_text(key.public_key().public_bytes_raw())]))
"""
SIGNING = '\n[tool.vibesafe.signing]\nkey = "env:SIGNING_KEY"\n'

Outcome = Literal["let through", "refused", "no effect"]


@dataclass(slots=True)
class Place:
    """A copy of what is deployed, and how it is used.

    Attributes:
        root: The copy.
        code: Where the package lies in it.
        python: Its interpreter.
        variables: The environment variables that are set.
    """

    root: Path
    code: Path
    python: Path
    variables: dict[str, str] = field(default_factory=dict)

    @property
    def canary(self) -> Path:
        """The file that is there once any of the attacker's code has run."""
        return self.root / "canary"

    @property
    def evil(self) -> str:
        """An implementation of the attacker's."""
        return f"open({str(self.canary)!r}, 'w').close()\n\n\ndef u0(x: int) -> int:\n    return 0\n"

    @property
    def checkpoint(self) -> Path:
        """The directory of the rival's checkpoint of the unit."""
        return next((self.code / ".vibesafe" / "checkpoints" / "units" / "m0000" / "u0").iterdir())

    def write(self, path: str | Path, content: str | bytes) -> Path:
        """Replace a file below the code, or make it."""
        file = self.code / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.unlink(missing_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return file

    def used(self) -> Outcome:
        """Use the unit and return what came of it; whenever the attacker's code ran, it was let through."""
        done = subprocess.run(
            [self.python, "-c", USE],
            cwd=self.code,
            env=clean_environment(**self.variables),
            capture_output=True,
            text=True,
            check=False,
        )
        if self.canary.exists():
            return "let through"
        if done.returncode:
            return "refused"
        return "no effect" if done.stdout.strip() == ANSWER else "let through"


@dataclass(frozen=True, slots=True)
class Attack:
    """One attack and its counterpart. `build` is set where the wheel has nothing of it: then our build must refuse."""

    name: str
    rival: Callable[[Place], object]
    ours: Callable[[Place], object]
    build: bool = False


def plant_bytecode(place: Place, file: Path, *, checked: bool) -> None:
    """Put bytecode of the attacker's where Python looks for that of `file`, as timestamp or unchecked hash."""
    honest, stat = file.read_bytes(), file.stat()
    source = place.write(place.root / "other.py", place.evil)
    cache = Path(
        subprocess.run(
            [place.python, "-c", f"import importlib.util as u; print(u.cache_from_source({str(file)!r}))"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
    )
    cache.parent.mkdir(exist_ok=True)
    mode = "TIMESTAMP" if checked else "UNCHECKED_HASH"
    arguments = f"{str(source)!r}, {str(cache)!r}, invalidation_mode=p.PycInvalidationMode.{mode}"
    code = f"import py_compile as p; p.compile({arguments})"
    subprocess.run([place.python, "-c", code], check=True)
    content = bytearray(cache.read_bytes())
    content[8:16] = (
        int(stat.st_mtime).to_bytes(4, "little") + len(honest).to_bytes(4, "little")
        if checked
        else importlib.util.source_hash(honest)
    )
    cache.write_bytes(content)


def rehash(place: Place, change: Callable[[], object]) -> None:
    """Change the rival's implementation and write the hash that fits into the file beside it."""
    change()
    mend_checkpoints(place.code)


def relist(place: Place) -> None:
    """Change our implementation and the digest of it in the manifest."""
    before = sha256((place.code / IMPLEMENTATION).read_bytes())
    place.write(IMPLEMENTATION, place.evil)
    after = sha256(place.evil.encode())
    place.write(MANIFEST, (place.code / MANIFEST).read_text(encoding="utf-8").replace(before, after))


def rewrite(place: Place) -> None:
    """Rewrite our implementation, statement, manifest and `__init__.py` so that all of them agree."""
    place.write(IMPLEMENTATION, place.evil)
    for file in (place.code / "units" / "_vibesafe").glob("bytecode.*"):
        file.unlink()
    listed = parse_manifest((place.code / MANIFEST).read_bytes())
    digests = {name: sha256((place.code / name).read_bytes()) for name in listed if (place.code / name).exists()}
    rest = {name: digest for name, digest in digests.items() if "/statement." not in name}
    statement = json.loads((place.code / STATEMENT).read_bytes())
    statement["predicate"]["manifestWithoutStatement"] = sha256(format_manifest(rest))
    generated = sorted(item for item in rest.items() if item[0].startswith("units/_vibesafe/"))
    statement["subject"] = [{"name": name, "digest": {"sha256": digest}} for name, digest in generated]
    place.write(STATEMENT, json.dumps(statement, sort_keys=True, separators=(",", ":"), ensure_ascii=False))
    digests[STATEMENT] = sha256((place.code / STATEMENT).read_bytes())
    manifest = format_manifest(digests)
    place.write(MANIFEST, manifest)
    place.write(INIT, init_source(manifest))


def link_elsewhere(place: Place) -> None:
    """Replace the rival's checkpoint by a link to one of the attacker's that agrees with itself."""
    rehash(place, lambda: place.write(place.checkpoint / "impl.py", place.evil))
    checkpoint = place.checkpoint
    checkpoint.symlink_to(checkpoint.rename(place.root / "elsewhere"))


def link_implementation(place: Place) -> None:
    """Replace our implementation by a link to the attacker's."""
    target = place.write(place.root / "evil.py", place.evil)
    (place.code / IMPLEMENTATION).unlink()
    (place.code / IMPLEMENTATION).symlink_to(target)


def name_another_directory(place: Place, name: str) -> None:
    """Have the rival's index name a directory of the attacker's that agrees with itself."""
    honest = place.checkpoint
    evil = honest.parent / name
    shutil.copytree(honest, evil)
    rehash(place, lambda: place.write(evil / "impl.py", place.evil))
    _reindex(place, name)


def _reindex(place: Place, name: str) -> None:
    index = place.code / ".vibesafe" / "index.toml"
    lines = index.read_text(encoding="utf-8").splitlines(keepends=True)
    at = next(number for number, line in enumerate(lines) if line.startswith('["units.m0000/u0"]'))
    at = next(number for number in range(at, len(lines)) if lines[number].startswith("active"))
    lines[at] = f'active = "{name}"\n'
    index.write_text("".join(lines), encoding="utf-8")


def newest_directory(place: Place) -> None:
    """Take the rival's index away and leave the attacker's directory as the newest."""
    honest = place.checkpoint
    evil = honest.with_name("f" * 16)
    shutil.copytree(honest, evil)
    rehash(place, lambda: place.write(evil / "impl.py", place.evil))
    (place.code / ".vibesafe" / "index.toml").unlink()


def append_to_spec_module(place: Place) -> None:
    """Bind the unit's name anew below it."""
    place.write(SPEC_MODULE, (place.code / SPEC_MODULE).read_bytes() + f"\n\n{place.evil}".encode())


def change_the_spec(place: Place) -> None:
    """Change what the spec asks for."""
    text = (place.code / SPEC_MODULE).read_text(encoding="utf-8")
    place.write(SPEC_MODULE, text.replace("Return x * 3 + 0.", "Return something else."))


def in_development(place: Place, path: Path) -> None:
    """Change an implementation and set the mode to that of development."""
    place.variables["VIBESAFE_ENV"] = "dev"
    place.write(path, place.evil)


def shorten_index(place: Place) -> None:
    """Have our index name its checkpoints by one digit, with directories of that name beside the honest ones."""
    index = place.code / ".vibesafe" / "index.toml"
    text = index.read_text(encoding="utf-8")
    for directory in (place.code / ".vibesafe" / "checkpoints").glob("units.m0000/*/*"):
        shutil.copytree(directory, directory.with_name(directory.name[:1]), dirs_exist_ok=True)
        text = text.replace(f'"{directory.name}"', f'"{directory.name[:1]}"')
    index.write_text(text, encoding="utf-8")


ATTACKS = (
    Attack(
        "edit the implementation",
        lambda place: place.write(place.checkpoint / "impl.py", place.evil),
        lambda place: place.write(IMPLEMENTATION, place.evil),
    ),
    Attack(
        "edit the implementation and the digest beside it",
        lambda place: rehash(place, lambda: place.write(place.checkpoint / "impl.py", place.evil)),
        relist,
    ),
    Attack(
        "rewrite the implementation and all that it is compared with",
        lambda place: rehash(place, lambda: place.write(place.checkpoint / "impl.py", place.evil)),
        rewrite,
    ),
    Attack(
        "swap `__pycache__` of the implementation, unchecked hash",
        lambda place: plant_bytecode(place, place.checkpoint / "impl.py", checked=False),
        lambda place: plant_bytecode(place, place.code / IMPLEMENTATION, checked=False),
    ),
    Attack(
        "swap `__pycache__` of the implementation, timestamp",
        lambda place: plant_bytecode(place, place.checkpoint / "impl.py", checked=True),
        lambda place: plant_bytecode(place, place.code / IMPLEMENTATION, checked=True),
    ),
    Attack(
        "swap `__pycache__` of the spec module",
        lambda place: plant_bytecode(place, place.code / SPEC_MODULE, checked=False),
        lambda place: plant_bytecode(place, place.code / SPEC_MODULE, checked=False),
    ),
    Attack("link to code that lies elsewhere", link_elsewhere, link_implementation),
    Attack(
        "an index that names another directory by one digit",
        lambda place: name_another_directory(place, place.checkpoint.name[:1]),
        shorten_index,
        build=True,
    ),
    Attack(
        "take away the index, or the manifest",
        newest_directory,
        lambda place: (place.code / MANIFEST).unlink(),
    ),
    Attack("bind the unit's name anew below its spec", append_to_spec_module, append_to_spec_module),
    Attack(
        "edit the implementation and set `VIBESAFE_ENV=dev`",
        lambda place: in_development(place, place.checkpoint / "impl.py"),
        lambda place: in_development(place, Path(IMPLEMENTATION)),
    ),
    Attack("edit the spec", change_the_spec, change_the_spec),
)


def main(our_python: Path, rival_python: Path) -> None:
    """Print the table.

    Raises:
        RuntimeError: if a control fails, so that the table would mean nothing.
    """
    with tempfile.TemporaryDirectory(prefix="vibesafe-benchmark-") as scratch, answering() as url:
        work = Path(scratch)
        project = ours(our_python, work / "ours", 2, url)
        key = _sign_with_new_key(project)
        environment = _installed(project, work, key)
        theirs = rival(rival_python, work / "rival", 2, url)
        deployed: dict[str, Callable[[Path], Place]] = {
            "rival": lambda root: _copy_of_rival(theirs, root),
            "ours": lambda root: _copy_of_ours(environment, root),
            "strict": lambda root: _copy_of_ours(environment, root, key=key[1]),
        }
        for name, copy in deployed.items():
            if copy(work / f"control-{name}").used() != "no effect":
                raise RuntimeError(f"the control of {name} fails: what nobody attacked does not work")
        rows: list[tuple[str, dict[str, Outcome]]] = []
        for number, attack in enumerate(ATTACKS):
            outcomes: dict[str, Outcome] = {}
            for name, copy in deployed.items():
                place = copy(work / f"{number}-{name}")
                if name != "rival" and attack.build:
                    outcomes[name] = _built(project, attack, work / f"{number}-{name}-project", key)
                else:
                    (attack.rival if name == "rival" else attack.ours)(place)
                    outcomes[name] = place.used()
            rows.append((attack.name, outcomes))
    _print(rows)


def _sign_with_new_key(project: System) -> tuple[str, str]:
    made = subprocess.run([project.python, "-c", MAKE_KEY], cwd=ROOT, capture_output=True, text=True, check=True)
    private, public = json.loads(made.stdout)
    with (project.root / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write(SIGNING)
    return private, public


def _wheel(python: Path, source: Path, wheels: Path, private: str = "") -> Variant:
    options = ("-q", "--no-deps", "--no-build-isolation", "-w", wheels)
    return Variant((python, "-m", "pip", "wheel", *options, source), source, clean_environment(SIGNING_KEY=private))


def _installed(project: System, work: Path, key: tuple[str, str]) -> Path:
    """Return an environment with the signed wheel of the project and the runtime."""
    wheels, environment = work / "wheels", work / "environment"
    run(_wheel(project.python, ROOT / "vibesafe_runtime", wheels))
    run(_wheel(project.python, project.root, wheels, key[0]))
    run(Variant([project.python, "-m", "venv", "--without-pip", environment], work, clean_environment()))
    pip = (project.python, "-m", "pip", "--python", environment / "bin" / "python")
    run(Variant((*pip, "install", "-q", "--no-deps", "--no-compile", *wheels.glob("*.whl")), work, clean_environment()))
    return environment


def _copy_of_rival(system: System, root: Path) -> Place:
    shutil.copytree(system.root, root / "code", symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
    return Place(root, root / "code", system.python, {"VIBESAFE_ENV": "prod"})


def _copy_of_ours(environment: Path, root: Path, key: str = "") -> Place:
    shutil.copytree(environment, root, symlinks=True)
    code = next((root / "lib").glob("python*")) / "site-packages"
    if not key:
        return Place(root, code, root / "bin" / "python")
    (code / "vibesafe-guard.pth").write_text("import vibesafe_runtime.guard\n", encoding="utf-8")
    return Place(root, code, root / "bin" / "python", {"VIBESAFE_TRUSTED_KEYS": key})


def _built(project: System, attack: Attack, root: Path, key: tuple[str, str]) -> Outcome:
    """Return what our build makes of a project that was attacked; its control is the wheel that is installed here."""
    shutil.copytree(project.root, root)
    attack.ours(Place(root, root, project.python))
    built = _wheel(project.python, root, root / "wheels", key[0])
    done = subprocess.run(
        [str(part) for part in built.command], cwd=root, env=dict(built.environment), capture_output=True, check=False
    )
    return "let through" if done.returncode == 0 else "refused"


def _print(rows: list[tuple[str, dict[str, Outcome]]]) -> None:
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    print(f"\n## attacks ({os.cpu_count()} cores, load {load})\n")
    print("| attack | `vibesafe` 0.2.1, production mode | ours | ours, a key trusted and the guard first |")
    print("|---|---|---|---|")
    print("| none: the control of each column | no effect | no effect | no effect |")
    for name, outcomes in rows:
        print(f"| {name} | {outcomes['rival']} | {outcomes['ours']} | {outcomes['strict']} |")
    counts = {
        system: sum(outcomes[system] == "let through" for _, outcomes in rows) for system in ("rival", "ours", "strict")
    }
    print(
        f"| let through | {counts['rival']} of {len(rows)} | {counts['ours']} of {len(rows)} "
        f"| {counts['strict']} of {len(rows)} |",
        flush=True,
    )
