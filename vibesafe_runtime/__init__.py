"""What a wheel with generated functions needs in production: the decorator, the hole and the exceptions."""

from vibesafe_runtime._decorator import vibesafe
from vibesafe_runtime._exceptions import (
    Problem,
    VibeCoded,
    VibesafeCheckpointMissing,
    VibesafeConfigurationError,
    VibesafeContractViolation,
    VibesafeError,
    VibesafeHandled,
    VibesafeHashMismatch,
    VibesafeMissingDoctest,
    VibesafeProviderError,
    VibesafeValidationError,
)

__all__ = [
    "Problem",
    "VibeCoded",
    "VibesafeCheckpointMissing",
    "VibesafeConfigurationError",
    "VibesafeContractViolation",
    "VibesafeError",
    "VibesafeHandled",
    "VibesafeHashMismatch",
    "VibesafeMissingDoctest",
    "VibesafeProviderError",
    "VibesafeValidationError",
    "vibesafe",
]
