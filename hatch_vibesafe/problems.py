"""Every failure that a user can cause is a list of `Problem`, carried by one of these exceptions."""

from vibesafe_runtime._exceptions import (
    VibesafeCheckpointMissing,
    VibesafeConfigurationError,
    VibesafeError,
    VibesafeHashMismatch,
    VibesafeMissingDoctest,
    VibesafeProviderError,
    VibesafeValidationError,
)
from vibesafe_runtime._problems import Problem, render

__all__ = [
    "Problem",
    "VibesafeCheckpointMissing",
    "VibesafeConfigurationError",
    "VibesafeError",
    "VibesafeHashMismatch",
    "VibesafeMissingDoctest",
    "VibesafeProviderError",
    "VibesafeValidationError",
    "render",
]
