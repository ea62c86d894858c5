"""One thing that is wrong, where it is, and what mends it; and how a user reads a list of them."""

# Written without dataclasses and typing: production imports this module (see ARCHITECTURE, "The baked package").


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
        what = problem.what.strip().replace("\n", "\n          ")
        lines += ["", f"{number:>3}  {problem.where}", f"     what {what}", f"     mend {problem.remedy}"]
    return "\n".join(lines)
