"""Every failure that a user can cause is a list of `Problem`, carried by one of these exceptions."""

from vibesafe_runtime._exceptions import (
    Problem,
    VibesafeCheckpointMissing,
    VibesafeConfigurationError,
    VibesafeError,
    VibesafeHashMismatch,
    VibesafeMissingDoctest,
    VibesafeProviderError,
    VibesafeValidationError,
    printable,
    render,
)

__all__ = [
    "Problem",
    "VibesafeCheckpointMissing",
    "VibesafeConfigurationError",
    "VibesafeError",
    "VibesafeHashMismatch",
    "VibesafeMissingDoctest",
    "VibesafeProviderError",
    "VibesafeValidationError",
    "printable",
    "render",
]
