"""Writing the approved lessons, whole and in one order, so that two branches that add one merge."""

import itertools
from collections.abc import Iterable

from hatch_vibesafe.lessons_config import LESSONS_FILE
from hatch_vibesafe.project import Project
from hatch_vibesafe.spec.lessons import Lesson, name_of
from hatch_vibesafe.store.files import write_atomically
from hatch_vibesafe.store.toml import dump


def write_lessons(project: Project, lessons: Iterable[Lesson]) -> None:
    """Make these the approved lessons; of two with the same text the last one counts.

    Raises:
        VibesafeError: if they cannot be written.
    """
    named: dict[str, Lesson] = {}
    for lesson in {each.text: each for each in lessons}.values():
        name = lesson.name or name_of(lesson.text)
        free = (f"{name}-{number}" for number in itertools.count(2))
        named[name if name not in named else next(each for each in free if each not in named)] = lesson
    document = {name: {"text": each.text, "units": sorted(each.units)} for name, each in sorted(named.items())}
    write_atomically(project.root / LESSONS_FILE, dump({"lessons": document}))
