"""Writing the ledger beside a run: a thread of its own, so that no run waits for a database or for its library.

A run never fails for its ledger: what could not be written is one problem at the end.
"""

import queue
import threading
from pathlib import Path

from hatch_vibesafe.problems import Problem, VibesafeError
from hatch_vibesafe.store.ledger.entries import Entry, RunBegan


class LedgerWriter:
    """Writes the entries of one run as soon as they come."""

    def __init__(self, place: Path | str, run: RunBegan) -> None:
        """Begin a run; returns at once."""
        self._place = place
        self._run = run
        self._entries: queue.SimpleQueue[Entry | None] = queue.SimpleQueue()
        self._problem: Problem | None = None
        self._thread = threading.Thread(target=self._write, name="vibesafe-ledger", daemon=True)
        self._thread.start()

    def put(self, entry: Entry) -> None:
        """Write an entry soon."""
        self._entries.put(entry)

    def close(self) -> Problem | None:
        """Wait until everything is written; return why something is not."""
        self._entries.put(None)
        self._thread.join()
        return self._problem

    def _write(self) -> None:
        try:
            self._write_all()
        except VibesafeError as error:
            self._problem = error.problems[0]
        except ImportError as error:
            what = f"runs are not written down: {error.name} is not installed"
            self._problem = Problem("the ledger", what, 'pip install "hatch-vibesafe[dev]"')
        except OSError as error:
            what = f"the ledger cannot be written: {error.strerror or error}"
            self._problem = Problem(str(self._place), what, "make it writable, or set enabled = false in [ledger]")

    def _write_all(self) -> None:
        # Imported in this thread: it takes longer than everything that is written.
        from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415

        from hatch_vibesafe.store.ledger.opening import failure, open_for_writing  # noqa: PLC0415
        from hatch_vibesafe.store.ledger.statements import begin_run, write  # noqa: PLC0415

        engine = open_for_writing(self._place)
        try:
            with engine.begin() as connection:
                begin_run(connection, self._run)
            ended = False
            while not ended:
                entries = self._waiting()
                ended = entries[-1] is None
                with engine.begin() as connection:
                    write(connection, self._run.id, [entry for entry in entries if entry is not None])
        except SQLAlchemyError as error:
            raise failure(self._place, error) from error
        finally:
            engine.dispose()

    def _waiting(self) -> list[Entry | None]:
        """Return what is there to be written, at least one; None stands last."""
        entries = [self._entries.get()]
        while entries[-1] is not None and not self._entries.empty():
            entries.append(self._entries.get())
        return entries
