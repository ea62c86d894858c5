"""Keys from the environment and from a keyring, and what is said where there is none."""

import sys
from collections.abc import Iterator
from dataclasses import replace

import keyring
import keyring.backend
import keyring.errors
import pytest

from hatch_vibesafe.generate.providers import hosted
from hatch_vibesafe.generate.providers.failures import ProviderUnusableError
from hatch_vibesafe.generate.providers.key import read_key
from hatch_vibesafe.generate.providers.openai_compatible import OpenAICompatible
from hatch_vibesafe.generate.providers.protocol import Message, Request
from hatch_vibesafe.generate.providers.redact import Secret
from hatch_vibesafe.provider_config import ProviderConfig

CONFIG = ProviderConfig("default", "openai-compatible", "m", keyring=("models/east", "me"))
KEY = "sk-canary-0123456789"


class Kept(keyring.backend.KeyringBackend):
    """A keyring in memory; `locked` where it cannot be read."""

    priority = 1.0
    locked = False

    def __init__(self) -> None:
        self.passwords: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        if self.locked:
            raise keyring.errors.KeyringLocked("it is locked")
        return self.passwords.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.passwords[service, username] = password


@pytest.fixture
def kept() -> Iterator[Kept]:
    before = keyring.get_keyring()
    backend = Kept()
    keyring.set_keyring(backend)
    yield backend
    keyring.set_keyring(before)


def test_the_keyring_has_the_key(kept: Kept) -> None:
    kept.set_password("models/east", "me", KEY)
    assert read_key(CONFIG, needed=True).reveal() == KEY


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize("needed", [True, False])
def test_a_keyring_without_the_key_is_named_with_the_command_that_puts_it_there(needed: bool) -> None:
    with pytest.raises(ProviderUnusableError) as failure:
        read_key(CONFIG, needed=needed)
    assert failure.value.problems[0].remedy == "keyring set models/east me"


@pytest.mark.parametrize("is_in_keyring", [True, False])
def test_a_key_is_read_beforehand_only_where_no_keyring_is_unlocked_for_it(
    is_in_keyring: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []

    def noted(config: ProviderConfig, *, needed: bool) -> Secret:
        read.append(config.name)
        return read_key(config, needed=needed)

    monkeypatch.setattr(hosted, "read_key", noted)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    config = CONFIG if is_in_keyring else replace(CONFIG, keyring=None)
    provider = OpenAICompatible(config)
    provider.load()  # that there is no key is said of the first question
    assert read == ([] if is_in_keyring else ["default"])
    with pytest.raises(ProviderUnusableError):
        provider.ask(Request((Message("user", "?"),), ()))


def test_a_locked_keyring_is_a_problem(kept: Kept) -> None:
    kept.locked = True
    with pytest.raises(ProviderUnusableError, match="it is locked"):
        read_key(CONFIG, needed=True)


def test_without_the_package_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(ProviderUnusableError) as failure:
        read_key(CONFIG, needed=True)
    assert "hatch-vibesafe[keyring]" in failure.value.problems[0].remedy


def test_what_cannot_be_a_key_is_refused_without_being_shown(kept: Kept) -> None:
    kept.set_password("models/east", "me", "line\nbreak")
    with pytest.raises(ProviderUnusableError) as failure:
        read_key(CONFIG, needed=True)
    assert "break" not in str(failure.value)


def test_the_environment_has_it_where_no_keyring_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", f" {KEY}\n")
    assert read_key(replace(CONFIG, keyring=None), needed=True).reveal() == KEY
    monkeypatch.delenv("OPENAI_API_KEY")
    assert not read_key(replace(CONFIG, keyring=None), needed=False)
