"""Whom to ask where no default provider is configured: what is at hand on this machine."""

import os
from collections.abc import Mapping
from urllib.parse import urlsplit

from hatch_vibesafe.generate.model_store import DEFAULT_MODEL, find_model
from hatch_vibesafe.project import DEFAULT_PROVIDER, Project, provider_for
from hatch_vibesafe.provider_config import ProviderConfig
from hatch_vibesafe.spec.model import UnitOptions

KEY_VARIABLE = "OPENAI_API_KEY"
ADDRESS_VARIABLE = "OPENAI_BASE_URL"
HOSTED_MODEL = "gpt-4o-mini"


def provider_at_hand(environment: Mapping[str, str]) -> ProviderConfig | None:
    """Return the provider where none is configured: hosted if there is a key, else an installed model, else None."""
    if environment.get(KEY_VARIABLE):
        address = environment.get(ADDRESS_VARIABLE) or None
        return ProviderConfig(name=DEFAULT_PROVIDER, kind="openai-compatible", model=HOSTED_MODEL, base_url=address)
    if find_model(DEFAULT_MODEL) is not None:
        return ProviderConfig(name=DEFAULT_PROVIDER, kind="local", model=DEFAULT_MODEL, temperature=0.7, attempts=8)
    return None


def provider_of(project: Project, options: UnitOptions) -> ProviderConfig | None:
    """Return the provider that a unit asks: the configured one, else the one at hand, else None.

    It enters no spec hash: with which machine's provider a unit was written moves no spec.

    Raises:
        VibesafeConfigurationError: if the unit names a provider that is not configured.
    """
    return provider_for(project, options) or provider_at_hand(os.environ)


def called(project: Project, config: ProviderConfig) -> str:
    """Return what people read of whom is asked: the name in the configuration, else what is at hand, and why."""
    if project.config.provider(config.name) is not None:
        return config.name
    if config.kind == "local":
        return f"{config.model}, which is installed here (no provider is configured)"
    host = _host(config.base_url) or "api.openai.com"
    return f"{config.model} at {host}, for {KEY_VARIABLE} is set (no provider is configured)"


def _host(address: str | None) -> str:
    try:
        return urlsplit(address or "").hostname or ""
    except ValueError:
        return ""
