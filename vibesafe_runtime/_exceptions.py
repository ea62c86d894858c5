"""The exceptions that a user of a unit can meet. All carry the problems that caused them."""

from vibesafe_runtime._problems import Problem, render


class VibesafeError(Exception):
    """Base of everything that vibesafe raises.

    Attributes:
        problems: All that is wrong, in the order in which it was found.
    """

    def __init__(self, *problems: Problem) -> None:
        super().__init__(*problems)
        self.problems = problems

    def __str__(self) -> str:
        return render(self.problems)


class VibesafeMissingDoctest(VibesafeError):  # noqa: N818 - the name that users know
    """A spec has no example."""


class VibesafeValidationError(VibesafeError):
    """Generated code failed structure or gates."""


class VibesafeProviderError(VibesafeError):
    """The provider failed."""


class VibesafeHashMismatch(VibesafeError):  # noqa: N818 - the name that users know
    """Something differs from what was locked."""


class VibesafeCheckpointMissing(VibesafeError):  # noqa: N818 - the name that users know
    """Nothing is active, or the wheel has no baked package."""


class VibesafeConfigurationError(VibesafeError):
    """The configuration, an environment variable or a command's arguments cannot be used."""


class VibeCoded(Exception):  # noqa: N818 - it marks a hole; that it is an exception keeps type checkers and readers right
    """The hole in a stub: `raise VibeCoded()` stands where the generated body goes."""

    def __init__(self) -> None:
        super().__init__(
            "this is a stub: decorate it with @vibesafe and give it an implementation with `vibesafe compile`"
        )


class VibesafeHandled:
    """The hole in stubs written for older releases: `yield VibesafeHandled()` or `return VibesafeHandled()`."""
