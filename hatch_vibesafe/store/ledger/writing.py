"""Writing the ledger beside a run: a thread of its own, so that no run waits for a database or for its library.

A run never fails for its ledger: what could not be written is one problem at the end.
"""

import queue
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from hatch_vibesafe.problems import Problem, VibesafeError
from hatch_vibesafe.store.ledger.entries import Entry, RequestBegan, RunBegan, TryMade
from hatch_vibesafe.store.ledger.journal import Journal, left_behind
from hatch_vibesafe.unexpected import reason, unexpected

if TYPE_CHECKING:
    from sqlalchemy.engine import Engine

_FIRST_QUESTIONS = 1.0
"""Seconds in which a run asks its first questions, which the library, slow to load, would delay."""


class LedgerWriter:
    """Writes the entries of one run as soon as they come."""

    def __init__(self, place: Path | str, run: RunBegan, journals: Path | None = None) -> None:
        """Begin a run; returns at once. Requests stand below `journals` before they are sent, where that is given."""
        self._place = place
        self._run = run
        self._journals = journals
        self._journal = None if journals is None else Journal(journals, run)
        self._told: set[tuple[str, str, int]] = set()
        self._adopted: list[Problem] = []
        self._entries: queue.SimpleQueue[Entry | None] = queue.SimpleQueue()
        self._problem: Problem | None = None
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._write, name="vibesafe-ledger", daemon=True)
        self._thread.start()

    def begin(self, request: RequestBegan) -> None:
        """Write down that a request is about to be sent; it is on disk when this returns. Called from any thread."""
        if self._journal is not None:
            try:
                self._journal.begin(request)
            except OSError as error:
                self._problem = self._problem or self._unwritable(error)

    def withdraw(self, request: RequestBegan) -> None:
        """Take back that a request was about to be sent. Called from any thread."""
        if self._journal is not None:
            try:
                self._journal.withdraw(request)
            except OSError as error:
                self._problem = self._problem or self._unwritable(error)

    def put(self, entry: Entry) -> None:
        """Write an entry soon."""
        self._entries.put(entry)

    def close(self) -> Problem | None:
        """Wait until everything is written; return why something is not."""
        self._entries.put(None)
        self._closing.set()
        self._thread.join()
        if self._journal is not None:
            self._journal.close(self._told)
        return self._problem

    @property
    def adopted(self) -> tuple[Problem, ...]:
        """What earlier commands left behind, to be told once; after `close`."""
        return tuple(self._adopted)

    def _write(self) -> None:
        try:
            self._write_all()
        except VibesafeError as error:
            self._problem = error.problems[0]
        except ImportError as error:
            what = f"runs are not written down: {error.name} is not installed"
            self._problem = Problem("the ledger", what, 'pip install "hatch-vibesafe[dev]"')
        except OSError as error:
            self._problem = self._unwritable(error)
        except Exception as error:  # noqa: BLE001 - our own mistake: the run is told of it, and goes on
            self._problem = unexpected("the ledger", "writing a run down", error)

    def _unwritable(self, error: OSError) -> Problem:
        what = f"the ledger cannot be written: {error.strerror or reason(error)}"
        return Problem(str(self._place), what, "make it writable, or set enabled = false in [ledger]")

    def _write_all(self) -> None:
        # Imported in this thread: it takes longer than everything that is written, and nobody waits for it.
        self._closing.wait(_FIRST_QUESTIONS)
        from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415

        from hatch_vibesafe.store.ledger.opening import failure, open_for_writing  # noqa: PLC0415
        from hatch_vibesafe.store.ledger.statements import begin_run, write  # noqa: PLC0415

        engine = open_for_writing(self._place)
        try:
            self._adopt(engine)
            with engine.begin() as connection:
                begin_run(connection, self._run)
            ended = False
            while not ended:
                entries = self._waiting()
                ended = entries[-1] is None
                written = [entry for entry in entries if entry is not None]
                with engine.begin() as connection:
                    write(connection, self._run.id, written)
                self._told |= {entry.key for entry in written if isinstance(entry, TryMade)}
        except SQLAlchemyError as error:
            raise failure(self._place, error) from error
        finally:
            engine.dispose()

    def _adopt(self, engine: "Engine") -> None:
        """Write down what dead commands left behind."""
        from hatch_vibesafe.store.ledger.adopting import adopt  # noqa: PLC0415 - as above

        if self._journals is not None:
            with left_behind(self._journals) as found, engine.begin() as connection:
                self._adopted = [problem for each in found if (problem := adopt(connection, each)) is not None]

    def _waiting(self) -> list[Entry | None]:
        """Return what is there to be written, at least one; None stands last."""
        entries = [self._entries.get()]
        while entries[-1] is not None and not self._entries.empty():
            entries.append(self._entries.get())
        return entries
