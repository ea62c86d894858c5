"""The ledger as commands find it, and what cannot be read of it in the user's terms."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from hatch_vibesafe.problems import Problem, VibesafeError
from hatch_vibesafe.project import Project
from hatch_vibesafe.store.ledger.place import ledger_place

if TYPE_CHECKING:
    from sqlalchemy.engine import Engine


@contextmanager
def opened_ledger(project: Project, *, writing: bool = False) -> Iterator["Engine | None"]:
    """Yield the project's ledger; None where nothing was written yet.

    Raises:
        VibesafeError: if it cannot be read, or the package that reads it is not installed.
    """
    place = ledger_place(project)
    try:
        from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415 - slow, and of the extra [dev]

        from hatch_vibesafe.store.ledger.opening import (  # noqa: PLC0415 - likewise
            failure,
            open_for_reading,
            open_for_writing,
        )
    except ImportError as error:
        what = f"cannot be read: {error.name} is not installed"
        raise VibesafeError(Problem("the ledger", what, 'pip install "hatch-vibesafe[dev]"')) from error
    absent = isinstance(place, Path) and not place.exists()
    engine = None if absent else open_for_writing(place) if writing else open_for_reading(place)
    try:
        yield engine
    except SQLAlchemyError as error:
        raise failure(place, error) from error
    finally:
        if engine is not None:
            engine.dispose()
