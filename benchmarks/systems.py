"""The systems under test: this project and the nearest rival, each with the same synthetic units."""

import hashlib
import shutil
import subprocess
import tomllib
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import Variant, clean_environment, run
from benchmarks.synthetic import PER_MODULE, write_package

ROOT = Path(__file__).resolve().parents[1]

OUR_HEADER = "from vibesafe_runtime import VibeCoded, vibesafe\n\n\n"
RIVAL_HEADER = "from vibesafe import VibeCoded, vibesafe\n\n\n"

OUR_PYPROJECT = """\
[build-system]
requires = ["hatchling", "hatch-vibesafe"]
build-backend = "hatchling.build"

[project]
name = "units"
version = "1.0"
dependencies = ["vibesafe-runtime"]

[tool.hatch.build.targets.wheel]
only-include = ["units", "entry.py"]

[tool.hatch.build.hooks.vibesafe]

[tool.vibesafe.provider.default]
kind = "openai-compatible"
model = "synthetic"
base_url = "{url}"
"""

RIVAL_CONFIGURATION = """\
[project]
env = "dev"

[provider.default]
model = "synthetic"
base_url = "{url}"
api_key_env = "SYNTHETIC_KEY"
timeout = 30
"""


@dataclass(frozen=True, slots=True)
class System:
    """A project of synthetic units and the Python that works on it."""

    python: Path
    root: Path

    def command(self, *arguments: str) -> Variant:
        """Return a `vibesafe` command in the project."""
        programs = self.python.parent
        environment = clean_environment(SYNTHETIC_KEY="none", PATH=f"{programs}:{clean_environment()['PATH']}")
        return Variant([programs / "vibesafe", *arguments], self.root, environment)


def ours(python: Path, root: Path, count: int, url: str, *, per_module: int = PER_MODULE) -> System:
    """Return our project with every unit compiled and saved."""
    shutil.rmtree(root, ignore_errors=True)
    write_package(root, count, OUR_HEADER, plain=False, per_module=per_module)
    (root / "pyproject.toml").write_text(OUR_PYPROJECT.format(url=url), encoding="utf-8")
    system = System(python, root)
    run(system.command("compile", "--jobs", "2"))
    run(system.command("save"))
    return system


def rival(python: Path, root: Path, count: int, url: str, *, per_module: int = PER_MODULE) -> System:
    """Return the rival's project with every unit compiled, and mended so that its production mode takes it at all."""
    shutil.rmtree(root, ignore_errors=True)
    write_package(root, count, RIVAL_HEADER, plain=False, per_module=per_module)
    (root / "vibesafe.toml").write_text(RIVAL_CONFIGURATION.format(url=url), encoding="utf-8")
    system = System(python, root)
    run(system.command("compile", "--workers", "1"))
    mend_checkpoints(root)
    return system


def plain(root: Path, count: int) -> Path:
    """Return a directory with the same functions as plain modules."""
    shutil.rmtree(root, ignore_errors=True)
    write_package(root, count, "", plain=True)
    return root


def installed_wheel(system: System, environment: Path, distribution: str) -> Path:
    """Build our project's wheel, install it where nothing can generate, and return that environment's Python."""
    wheels = environment.parent / "wheels"
    shutil.rmtree(wheels, ignore_errors=True)
    for source in (ROOT / "vibesafe_runtime", ROOT):
        _pip(system.python, "wheel", "--quiet", "--no-deps", "-w", str(wheels), str(source))
    _pip(
        system.python, "wheel", "--quiet", "--no-deps", "--find-links", str(wheels), "-w", str(wheels), str(system.root)
    )
    shutil.rmtree(environment, ignore_errors=True)
    subprocess.run([system.python, "-m", "venv", "--without-pip", environment], check=True)
    production = environment / "bin" / "python"
    _pip(system.python, "--python", str(production), "install", "--quiet", "--find-links", str(wheels), distribution)
    return production


def _pip(python: Path, *arguments: str) -> None:
    subprocess.run([python, "-m", "pip", "--disable-pip-version-check", *arguments], check=True)


def mend_checkpoints(root: Path) -> None:
    """Write into each of the rival's checkpoints the hash that its own production mode computes."""
    # 0.2.1 hashes before it writes the final newline, so that its own production mode refuses every checkpoint.
    for implementation in (root / ".vibesafe" / "checkpoints").rglob("impl.py"):
        meta = implementation.parent / "meta.toml"
        text = meta.read_text(encoding="utf-8")
        recorded = tomllib.loads(text)
        joined = "\n".join((recorded["spec_sha"], recorded["prompt_sha"], implementation.read_text(encoding="utf-8")))
        meta.write_text(
            text.replace(recorded["chk_sha"], hashlib.sha256(joined.encode()).hexdigest()), encoding="utf-8"
        )
