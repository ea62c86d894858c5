"""The ledger's recorder: turns the events of a run into entries, and never keeps a run from going on."""

import json
import os
import re
import secrets
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime

from hatch_vibesafe import __version__
from hatch_vibesafe.gates.verdict import Finding, Verdict
from hatch_vibesafe.generate.events import (
    Answered,
    Event,
    Failed,
    Interrupted,
    Judged,
    Passed,
    Refused,
    Requested,
    Started,
)
from hatch_vibesafe.generate.inquiry import Beginning
from hatch_vibesafe.generate.python_text import plain
from hatch_vibesafe.identity import Digest, UnitId, digest
from hatch_vibesafe.problems import Problem
from hatch_vibesafe.project import Project
from hatch_vibesafe.redact import without
from hatch_vibesafe.spec.model import Spec
from hatch_vibesafe.store.ledger.entries import (
    ExchangeJudged,
    ExchangeMade,
    GatesSaid,
    RequestBegan,
    RunBegan,
    RunEnded,
    StepBegan,
    StepEnded,
    TryMade,
)
from hatch_vibesafe.store.ledger.place import journals_place, ledger_place
from hatch_vibesafe.store.ledger.writing import LedgerWriter

_SECRET_NAME = re.compile(r"KEY|TOKEN|SECRET|PASSW|CREDENTIAL")
_LONGEST_WHY = 300


class Recorder:
    """Writes a run down while it goes on. Opens nothing before there is something to write.

    Attributes:
        run: The run's id, which begins with its time.
    """

    def __init__(self, project: Project, command: str, specs: Sequence[Spec], template: str = "") -> None:
        """Record a run of `command` over `specs`; units that have none yet are drafted with `template`."""
        self._project = project
        self._command = command
        self._specs = {spec.unit: spec for spec in specs}
        self._secrets = secret_values(os.environ, project.config.secret_variables(os.environ))
        self._template = template
        self._steps: dict[UnitId, StepBegan] = {}
        self._numbers: dict[UnitId, int] = {}
        self._judged: dict[UnitId, Digest | None] = {}
        self._open: set[UnitId] = set()
        self._writer: LedgerWriter | None = None
        started = datetime.now(UTC)
        self._started = _text(started)
        self.run = f"{started:%Y%m%dT%H%M%S}-{secrets.token_hex(3)}"

    def begin(self, units: Sequence[UnitId]) -> None:
        """Begin with units; nothing is written where there are none."""
        if not units or not self._project.config.ledger.enabled:
            return
        began = RunBegan(self.run, self._project.root.name, self._command, self._started, __version__)
        self._writer = LedgerWriter(ledger_place(self._project), began, journals_place(self._project))
        for unit in units:
            self._open.add(unit)
            spec = self._specs.get(unit)
            hashed, template = (None, self._template) if spec is None else (spec.spec_hash, spec.settings.template)
            self._steps[unit] = StepBegan(str(unit), hashed, template)
            self._writer.put(self._steps[unit])

    def verdict(self, unit: UnitId, verdict: Verdict, checkpoint: str | None) -> None:
        """Record what the gates said of code that nobody was asked for."""
        if self._writer is not None:
            self._writer.put(GatesSaid(str(unit), None, verdict.records))
            outcome = "passed" if verdict.passed else "failed" if verdict.faults else "refused"
            self._end(self._writer, unit, outcome, checkpoint)

    def show(self, event: Event) -> None:
        """Record one event."""
        if isinstance(event, Started):
            self.begin(event.to_compile)
        elif self._writer is not None:
            self._record(self._writer, event)

    def announce(self, beginning: Beginning) -> None:
        """Write down that a request is about to be sent; it is on disk when this returns. Called from any thread."""
        if self._writer is not None and beginning.unit in self._steps:
            self._writer.begin(self._request(beginning))

    def withdraw(self, beginning: Beginning) -> None:
        """Take back what was announced: it was not sent. Called from any thread."""
        if self._writer is not None and beginning.unit in self._steps:
            self._writer.withdraw(self._request(beginning))

    def drafted(self, unit: UnitId, name: Digest | None) -> None:
        """Record that drafting has ended, with the answer to the question `name`, or with none."""
        if self._writer is not None and unit in self._open:
            if name is not None:
                self._writer.put(ExchangeJudged(str(unit), name, "passed", None))
            self._end(self._writer, unit, "failed" if name is None else "passed", None)

    def close(self) -> tuple[Problem, ...]:
        """Wait until everything is written; return why something is not, and what earlier commands left behind."""
        writer, self._writer = self._writer, None
        if writer is None:
            return ()
        writer.put(RunEnded(_text(datetime.now(UTC))))
        problem = writer.close()
        return (*writer.adopted, *(() if problem is None else (problem,)))

    def _request(self, beginning: Beginning) -> RequestBegan:
        config = beginning.provider
        return RequestBegan(
            step=self._steps[beginning.unit],
            request=beginning.request,
            number=beginning.number,
            at=_text(datetime.now(UTC)),
            strategy=beginning.strategy,
            provider=config.name,
            kind=config.kind,
            model=self._shown(config.model) or None,
        )

    def _record(self, writer: LedgerWriter, event: Event) -> None:
        match event:
            case Requested() | Answered():
                writer.put(self._try(event) if isinstance(event, Requested) else self._exchange(event))
            case Judged():
                self._judged[event.unit] = event.name
                writer.put(GatesSaid(str(event.unit), event.name, event.gates))
            case Refused():
                if event.name is not None:
                    outcome = "repeated" if event.repeated else "refused"
                    why = self._why(event.findings)
                    writer.put(ExchangeJudged(str(event.unit), event.name, outcome, why))
            case Passed():
                name = self._judged.get(event.unit)
                if name is not None:
                    writer.put(ExchangeJudged(str(event.unit), name, "passed", None))
                self._end(writer, event.unit, "passed", event.checkpoint)
            case Failed():
                self._end(writer, event.unit, "failed", None)
            case Interrupted():
                for unit in sorted(self._open):
                    self._end(writer, unit, "interrupted", None)
            case _:
                pass

    def _end(self, writer: LedgerWriter, unit: UnitId, outcome: str, checkpoint: str | None) -> None:
        self._open.discard(unit)
        writer.put(StepEnded(str(unit), outcome, checkpoint, _text(datetime.now(UTC))))

    def _try(self, event: Requested) -> TryMade:
        attempt = event.attempt
        counted = bool(attempt.input_tokens or attempt.output_tokens)
        return TryMade(
            unit=str(event.unit),
            request=event.request,
            number=event.number,
            at=_text(datetime.now(UTC)),
            strategy=event.strategy,
            provider=attempt.provider,
            kind=attempt.kind,
            model=self._shown(attempt.model) or None,
            outcome=attempt.outcome,
            reason=attempt.reason or None,
            what=self._shown(attempt.what)[:_LONGEST_WHY] or None,
            seconds=attempt.seconds,
            input_tokens=attempt.input_tokens if counted else None,
            output_tokens=attempt.output_tokens if counted else None,
            cost=None if attempt.cost is None else float(attempt.cost),
        )

    def _exchange(self, event: Answered) -> ExchangeMade:
        number = self._numbers[event.unit] = self._numbers.get(event.unit, 0) + 1
        # A provider that does not count says 0 and 0: no prompt has no tokens.
        counted = bool(event.input_tokens or event.output_tokens)
        return ExchangeMade(
            unit=str(event.unit),
            number=number,
            at=_text(datetime.now(UTC)),
            request=event.name,
            prompt=event.prompt,
            answer=None if event.answer is None else digest(event.answer.text.encode("utf-8", "surrogatepass")),
            strategy=event.strategy,
            provider=event.provider,
            model=self._shown(event.model) or None,
            recorded=event.recorded,
            input_tokens=event.input_tokens if counted else None,
            output_tokens=event.output_tokens if counted else None,
            cost=event.cost,
            seconds=event.seconds,
            transcript=self._transcript(event),
        )

    def _transcript(self, event: Answered) -> bytes | None:
        if event.request is None or event.answer is None or not self._project.config.ledger.transcripts:
            return None
        messages = [asdict(message) for message in event.request.messages]
        told = [{"role": each["role"], "content": self._redacted(each["content"])} for each in messages]
        text = json.dumps({"messages": told, "answer": self._redacted(event.answer.text)}, ensure_ascii=True)
        return zlib.compress(text.encode("ascii"))

    def _why(self, findings: Sequence[Finding]) -> str | None:
        if not findings:
            return None
        first = findings[0]
        return " ".join(self._shown(f"{first.gate}: {first.message}").split())[:_LONGEST_WHY]

    def _shown(self, text: str) -> str:
        """Return a text as any database can hold it, without secrets."""
        return plain(self._redacted(text))

    def _redacted(self, text: str) -> str:
        for secret in self._secrets:
            text = without(text, secret)
        return text


def secret_values(environment: Mapping[str, str], named: Sequence[str | None]) -> tuple[str, ...]:
    """Return the values of an environment that may be secrets: those that are named, and those with a telling name."""
    found = {value for name, value in environment.items() if name in named or _SECRET_NAME.search(name.upper())}
    return tuple(sorted((value for value in found if value.strip()), key=len, reverse=True))


def _text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
