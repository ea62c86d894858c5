"""Writing the ledger beside a run: a thread of its own, so that no run waits for a database or for its library.

A run never fails for its ledger: what could not be written is one problem at the end.
"""

import json
import queue
import threading
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from hatch_vibesafe.problems import Problem, VibesafeError
from hatch_vibesafe.store.ledger.entries import (
    Entry,
    ExchangeJudged,
    ExchangeMade,
    GatesSaid,
    RunBegan,
    RunEnded,
    StepBegan,
    StepEnded,
    TryMade,
)

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection


class LedgerWriter:
    """Writes the entries of one run, in their order, as soon as they come."""

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

        engine = open_for_writing(self._place)
        try:
            with engine.begin() as connection:
                _insert_run(connection, self._run)
            ended = False
            while not ended:
                entries = self._waiting()
                ended = entries[-1] is None
                with engine.begin() as connection:
                    for entry in entries:
                        if entry is not None:
                            _apply(connection, self._run.id, entry)
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


def _insert_run(connection: "Connection", run: RunBegan) -> None:
    from hatch_vibesafe.store.ledger.schema import runs  # noqa: PLC0415 - as above

    connection.execute(
        runs.insert().values(id=run.id, project=run.project, command=run.command, started=run.started, tool=run.tool)
    )


def _apply(connection: "Connection", run: str, entry: Entry) -> None:
    from hatch_vibesafe.store.ledger import schema  # noqa: PLC0415 - as above

    steps, exchanges, runs = schema.steps, schema.exchanges, schema.runs
    match entry:
        case StepBegan():
            connection.execute(
                steps.insert().values(run=run, unit=entry.unit, spec_hash=entry.spec_hash, template=entry.template)
            )
        case StepEnded():
            of_unit = (steps.c.run == run) & (steps.c.unit == entry.unit)
            values = {"outcome": entry.outcome, "checkpoint": entry.checkpoint, "ended": entry.at}
            connection.execute(steps.update().where(of_unit).values(values))
        case TryMade():
            connection.execute(schema.tries.insert().values(run=run, **asdict(entry)))
        case ExchangeMade():
            _insert_exchange(connection, run, entry)
        case ExchangeJudged():
            of_request = (
                (exchanges.c.run == run) & (exchanges.c.unit == entry.unit) & (exchanges.c.request == entry.request)
            )
            connection.execute(exchanges.update().where(of_request).values(outcome=entry.outcome, why=entry.why))
        case GatesSaid():
            _insert_gates(connection, run, entry)
        case RunEnded():
            connection.execute(runs.update().where(runs.c.id == run).values(ended=entry.at))


def _insert_exchange(connection: "Connection", run: str, entry: ExchangeMade) -> None:
    from hatch_vibesafe.store.ledger.schema import exchanges, transcripts  # noqa: PLC0415 - as above

    inserted = connection.execute(
        exchanges.insert().values(
            run=run,
            unit=entry.unit,
            number=entry.number,
            at=entry.at,
            request=entry.request,
            prompt=entry.prompt,
            answer=entry.answer,
            strategy=entry.strategy,
            provider=entry.provider,
            model=entry.model,
            recorded=entry.recorded,
            input_tokens=entry.input_tokens,
            output_tokens=entry.output_tokens,
            cost=entry.cost,
            seconds=entry.seconds,
        )
    )
    if entry.transcript is not None and inserted.inserted_primary_key is not None:
        (key,) = inserted.inserted_primary_key
        connection.execute(transcripts.insert().values(exchange=key, content=entry.transcript))


def _insert_gates(connection: "Connection", run: str, entry: GatesSaid) -> None:
    from hatch_vibesafe.store.ledger.schema import gate_results  # noqa: PLC0415 - as above

    for position, gate in enumerate(entry.gates):
        connection.execute(
            gate_results.insert().values(
                run=run,
                unit=entry.unit,
                request=entry.request,
                position=position,
                gate=gate.gate,
                tool=gate.tool,
                version=gate.version,
                passed=gate.passed,
                counts=json.dumps(dict(gate.counts), sort_keys=True),
            )
        )
