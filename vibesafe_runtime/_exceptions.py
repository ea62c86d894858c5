"""What a user of a unit can meet: problems, the exceptions that carry them, and the hole in a stub."""

# Written without dataclasses and typing: production imports this module, and they cost more than all of it.


class Problem:
    """One thing that is wrong.

    Attributes:
        where: The place: a file with a line, a unit id, a configuration key, a wheel's member.
        what: What is wrong there, in one sentence.
        remedy: The command or the edit that mends it.
    """

    __slots__ = ("remedy", "what", "where")

    def __init__(self, where: str, what: str, remedy: str) -> None:
        self.where = where
        self.what = what
        self.remedy = remedy

    def _key(self) -> tuple[str, str, str]:
        return (self.where, self.what, self.remedy)

    def __eq__(self, other: object) -> bool:
        return self._key() == other._key() if isinstance(other, Problem) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._key())

    def __repr__(self) -> str:
        return f"Problem(where={self.where!r}, what={self.what!r}, remedy={self.remedy!r})"


def render(problems: "tuple[Problem, ...] | list[Problem]") -> str:
    """Return the table of problems that the command line, a failed build and a failed import all show.

    The command that mends a problem stands on a line of its own and is never wrapped, so that it can be copied.
    """
    if not problems:
        return "vibesafe: no problem"
    lines = [f"vibesafe: {len(problems)} problem{'s' if len(problems) > 1 else ''}"]
    for number, problem in enumerate(problems, start=1):
        what = "\n          ".join(map(printable, problem.what.strip().split("\n")))
        where, remedy = printable(problem.where), printable(problem.remedy)
        lines += ["", f"{number:>3}  {where}", f"     what {what}", f"     mend {remedy}"]
    return "\n".join(lines)


def printable(text: str) -> str:
    """Return a text in which nothing steers a terminal: names come from files that somebody else may have written."""
    return text if text.isprintable() else "".join(each if each.isprintable() else ascii(each)[1:-1] for each in text)


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


class VibesafeContractViolation(VibesafeError):  # noqa: N818 - the name says what it is
    """A clause of a contract that is checked at run time does not hold.

    Attributes:
        unit: The id of the unit that promises or asks for it.
        clause: The clause as it is written, such as `Requires n >= 0`.
    """

    def __init__(self, *problems: Problem, unit: str = "", clause: str = "") -> None:
        super().__init__(*problems)
        self.unit = unit
        self.clause = clause


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
