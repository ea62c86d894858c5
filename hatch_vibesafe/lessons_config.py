"""`.vibesafe/lessons.toml`: the approved lessons. Committed: they move the spec hash of the units that they are for."""

import tomllib
from pathlib import Path

from hatch_vibesafe.problems import Problem, VibesafeConfigurationError
from hatch_vibesafe.spec.lessons import Lesson
from hatch_vibesafe.toml_table import Table
from hatch_vibesafe.unexpected import reason

LESSONS_FILE = ".vibesafe/lessons.toml"
LONGEST = 300


def read_lessons(root: Path) -> tuple[Lesson, ...]:
    """Return the approved lessons of the project at `root`, sorted; none where it has no such file.

    Raises:
        VibesafeConfigurationError: with every problem of the file.
    """
    problems: list[Problem] = []
    try:
        values = tomllib.loads((root / LESSONS_FILE).read_bytes().decode("utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return ()
    except (OSError, ValueError) as error:  # a TOML or UTF-8 error is a ValueError
        raise VibesafeConfigurationError(
            Problem(LESSONS_FILE, f"cannot be read: {reason(error)}", f"git restore {LESSONS_FILE}")
        ) from None
    table = Table(values, LESSONS_FILE, "", problems)
    lessons = table.table("lessons")
    found = tuple(sorted(_lesson(lessons.table(name), name) for name in lessons.names()))
    table.refuse_unknown()
    if problems:
        raise VibesafeConfigurationError(*problems)
    return found


def is_lesson(text: str) -> bool:
    """Return whether a text can be a lesson: one line that can be read, and not a long one."""
    return bool(text.strip()) and text.isprintable() and len(text) <= LONGEST


def _lesson(table: Table, name: str) -> Lesson:
    text, units = table.text("text", None), table.texts("units", ())
    if not is_lesson(text):
        table.problem("text", "is not one readable line", f"write one line of at most {LONGEST} characters")
    if not units:
        table.problem("units", "names no unit", 'name units, modules or globs, for example ["app.*"]')
    table.refuse_unknown()
    return Lesson(text, units, name)
