"""What a package needs to be a provider: everything that its entry point in `vibesafe.providers` may import of ours."""

from hatch_vibesafe.generate.providers.failures import Failure, ProviderUnusableError, RequestFailedError
from hatch_vibesafe.generate.providers.key import read_key
from hatch_vibesafe.generate.providers.protocol import Closing, Message, Provider, Request, Sampling
from hatch_vibesafe.generate.providers.redact import Secret
from hatch_vibesafe.problems import Problem
from hatch_vibesafe.provider_config import ProviderConfig
from hatch_vibesafe.store.records import Answer

__all__ = [
    "Answer",
    "Closing",
    "Failure",
    "Message",
    "Problem",
    "Provider",
    "ProviderConfig",
    "ProviderUnusableError",
    "Request",
    "RequestFailedError",
    "Sampling",
    "Secret",
    "read_key",
]
