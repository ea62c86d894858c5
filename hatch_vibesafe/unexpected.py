"""What nobody foresaw, in words: the reason that an exception gives, and that it is to be reported. Pure."""

import traceback
from pathlib import Path

from hatch_vibesafe.problems import Problem

REPORT = "report it as our bug, with this line and the code that it is about"
_FRAMES = 2


def reason(error: BaseException) -> str:
    """Return what an exception says, in one line; its kind where it says nothing, as a `MemoryError` does."""
    return " ".join(str(error).split()) or type(error).__name__


def unexpected(where: str, doing: str, error: BaseException, remedy: str = REPORT) -> Problem:
    """Return the problem of an exception that `doing` something raised and nothing foresaw, with its last lines."""
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    places = ", ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames) or "nobody knows where"
    kind, said = type(error).__name__, reason(error)
    what = kind if said == kind else f"{kind}: {said}"
    return Problem(where, f"{doing} met what it does not know: {what} ({places})", remedy)
