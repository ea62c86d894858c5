"""Writing the approved lessons, whole and in one order, so that two branches that add one merge."""

from collections.abc import Iterable

from hatch_vibesafe.identity import digest
from hatch_vibesafe.lessons_config import LESSONS_FILE
from hatch_vibesafe.project import Project
from hatch_vibesafe.spec.lessons import Lesson
from hatch_vibesafe.store.files import write_atomically
from hatch_vibesafe.store.toml import dump

_NAME = 12


def write_lessons(project: Project, lessons: Iterable[Lesson]) -> None:
    """Make these the approved lessons; of two with the same text the last one counts.

    Raises:
        VibesafeError: if they cannot be written.
    """
    named = {digest(lesson.text.encode())[:_NAME]: lesson for lesson in lessons}
    document = {name: {"text": each.text, "units": sorted(each.units)} for name, each in sorted(named.items())}
    write_atomically(project.root / LESSONS_FILE, dump({"lessons": document}))
