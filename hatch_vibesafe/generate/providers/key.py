"""The key of a provider: from the environment, or from the keyring of the system."""

import os

from hatch_vibesafe.generate.providers.failures import ProviderUnusableError
from hatch_vibesafe.generate.providers.redact import Secret, one_line
from hatch_vibesafe.problems import Problem
from hatch_vibesafe.provider_config import ProviderConfig
from hatch_vibesafe.unexpected import reason


def read_key(config: ProviderConfig, *, needed: bool) -> Secret:
    """Return the key of a provider; an empty one where there is none and none is `needed`.

    Raises:
        ProviderUnusableError: if there is none though it is needed, it cannot be read, or it cannot be a key.
    """
    settings = f"[provider.{config.name}]"
    name = config.key_place
    key = (_of_environment(config) if config.keyring is None else _of_keyring(config, *config.keyring)).strip()
    if not key and config.keyring is not None:
        remedy = f"keyring set {' '.join(config.keyring)}"
        raise ProviderUnusableError(Problem(settings, f"needs a key, and {name} holds none", remedy))
    if not key and needed:
        what = f"needs a key, and the environment variable {name} is not set"
        raise ProviderUnusableError(Problem(settings, what, f"set {name}, or name another in api_key_env"))
    if not key.isascii() or not key.isprintable():
        where = name if config.keyring is not None else f"the environment variable {name}"
        raise ProviderUnusableError(
            Problem(settings, f"{where} holds what cannot be a key", f"set {name} to the key alone")
        )
    return Secret(key)


def _of_environment(config: ProviderConfig) -> str:
    return os.environ.get(config.api_key_env, "")


def _of_keyring(config: ProviderConfig, service: str, user: str) -> str:
    settings = f"[provider.{config.name}] key"
    try:
        import keyring  # noqa: PLC0415 - an extra
    except ImportError:
        what = "needs the package keyring, which is not installed"
        raise ProviderUnusableError(Problem(settings, what, "pip install 'hatch-vibesafe[keyring]'")) from None
    try:
        return keyring.get_password(service, user) or ""
    except Exception as error:  # noqa: BLE001 - each backend raises what it likes
        what = f"the keyring cannot be read: {one_line(reason(error))}"
        remedy = 'unlock the keyring, or write key = "env:NAME"'
        raise ProviderUnusableError(Problem(settings, what, remedy)) from None
