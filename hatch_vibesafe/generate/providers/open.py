"""From a `[provider.NAME]` table to what answers."""

from pathlib import Path

from hatch_vibesafe.generate.providers.anthropic import Anthropic
from hatch_vibesafe.generate.providers.capabilities import refused_settings
from hatch_vibesafe.generate.providers.command import Command
from hatch_vibesafe.generate.providers.gemini import Gemini
from hatch_vibesafe.generate.providers.local import Local
from hatch_vibesafe.generate.providers.openai_compatible import OpenAICompatible
from hatch_vibesafe.generate.providers.plugins import open_plugin
from hatch_vibesafe.generate.providers.protocol import Provider
from hatch_vibesafe.problems import Problem, VibesafeConfigurationError
from hatch_vibesafe.provider_config import PROVIDER_KINDS, ProviderConfig


def open_provider(config: ProviderConfig, root: Path) -> Provider:
    """Return the provider of a configuration table. Cheap: it needs its key or its model with the first question only.

    Args:
        config: The table.
        root: The project's root, against which paths are read.

    Raises:
        VibesafeConfigurationError: if there is no such kind, or a setting is configured that the model does not take.
    """
    if problems := tuple(refused_settings(config)):
        raise VibesafeConfigurationError(*problems)
    if config.plugin:
        return open_plugin(config)
    match config.kind:
        case "openai-compatible":
            return OpenAICompatible(config)
        case "anthropic":
            return Anthropic(config)
        case "gemini":
            return Gemini(config)
        case "local":
            return Local(config)
        case "command":
            return Command(config, root)
        case kind:
            raise VibesafeConfigurationError(
                Problem(f"[provider.{config.name}] kind", f"is {kind!r}", f"choose from {', '.join(PROVIDER_KINDS)}")
            )
