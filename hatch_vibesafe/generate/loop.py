"""A run over units that have work: ask, take the code out, judge, tell what was wrong, and ask again."""

from collections.abc import Callable, Mapping
from concurrent.futures import Future

from hatch_vibesafe.gates.context import GateContext
from hatch_vibesafe.gates.ready import making_ready
from hatch_vibesafe.gates.run import judge_each
from hatch_vibesafe.gates.verdict import Candidate, Finding, Verdict
from hatch_vibesafe.generate.acceptance import write_evidence_of
from hatch_vibesafe.generate.arrivals import Arrival, Arrivals
from hatch_vibesafe.generate.asking import Asking, Inquiry
from hatch_vibesafe.generate.beforehand import choose_providers, unjudgeable
from hatch_vibesafe.generate.compose import Composed
from hatch_vibesafe.generate.events import Answered, Asked, Event, Interrupted, Judged, Refused, Requested
from hatch_vibesafe.generate.feedback import Feedback
from hatch_vibesafe.generate.interrupts import Interrupts
from hatch_vibesafe.generate.judging import Unusable, judge_round
from hatch_vibesafe.generate.options import CompileOptions
from hatch_vibesafe.generate.outcomes import Outcomes
from hatch_vibesafe.generate.providers.at_hand import called
from hatch_vibesafe.generate.questions import is_refused_form, pose
from hatch_vibesafe.generate.refusals import Memories, Refusals
from hatch_vibesafe.generate.result import CompileResult
from hatch_vibesafe.generate.schedule import callees_first
from hatch_vibesafe.generate.standing import callees, implementations_around
from hatch_vibesafe.generate.storing import store_round
from hatch_vibesafe.generate.strategy import Question, follow_up
from hatch_vibesafe.generate.unit_run import Line, UnitRun
from hatch_vibesafe.identity import UnitId
from hatch_vibesafe.problems import VibesafeError, VibesafeValidationError
from hatch_vibesafe.project import Project
from hatch_vibesafe.spec.model import Scan
from hatch_vibesafe.spec.weakness import contradictions
from hatch_vibesafe.store.records import Answer, Checkpoint


class Loop:
    """A run over the units that have work. Everything but the asking happens in the thread that called."""

    def __init__(
        self,
        project: Project,
        scan: Scan,
        runs: dict[UnitId, UnitRun],
        options: CompileOptions,
        on_event: Callable[[Event], None],
    ) -> None:
        self._project = project
        self._scan = scan
        self._options = options
        self._on_event = on_event
        self._asking = Asking(project, options.jobs)
        self._arrivals = Arrivals()
        self._interrupts = Interrupts()
        self._callees = callees([run.spec for run in runs.values()], scan)
        around = {unit for others in self._callees.values() for unit in others}
        ordered = {unit: runs[unit] for unit in callees_first(runs, self._callees)}
        self._outcomes = Outcomes(project, ordered, implementations_around(project, scan, around), on_event)
        self._open = self._outcomes.open
        self._memories = Memories(project, forgetting=options.force)

    def results(self) -> dict[UnitId, CompileResult]:
        """Return what became of each unit."""
        with self._interrupts:
            return self._worked()

    def _worked(self) -> dict[UnitId, CompileResult]:
        finished = interrupted = False
        try:
            with self._interrupts.finishing():
                self._judge_stored()
            self._end_early(choose_providers(list(self._open.values()), self._context()))
            if not self._options.offline:
                self._asking.load(run.config for run in self._open.values() if run.config is not None)
                for run in list(self._open.values()):
                    if problems := contradictions(run.spec):
                        self._outcomes.contradicted(run, problems)
            asked = [] if self._options.offline else [run.spec for run in self._open.values()]
            with making_ready(self._context(), asked):
                if not self._options.offline:
                    self._end_early(unjudgeable(list(self._open.values()), self._context()))
                for run in list(self._open.values()):
                    self._ask(run)
                while self._open:
                    self._step()
            finished = True
        except KeyboardInterrupt:
            self._on_event(
                Interrupted(sum(line.future is not None for run in self._open.values() for line in run.lines))
            )
            finished = interrupted = True
        finally:
            try:
                self._asking.close(wait=finished)
            finally:
                self._tell_late()
        if interrupted:
            self._outcomes.interrupted(self._options.command)
        return self._outcomes.results

    def _end_early(self, errors: Mapping[UnitId, VibesafeError]) -> None:
        for unit, error in errors.items():
            self._outcomes.failed(self._open[unit], error)

    def _step(self) -> None:
        self._collect(patient=False)
        ready = [run for run in self._open.values() if not run.is_waiting]
        # A unit is judged after those that it calls: their new implementations are what it will run with.
        first = [run for run in ready if not any(unit in self._open for unit in self._callees[run.spec.unit])]
        if first:
            self._judge(first)
        elif any(run.is_waiting for run in self._open.values()):
            self._collect(patient=True)
        else:
            self._judge(ready)  # they call each other in a circle

    def _judge_stored(self) -> None:
        """Judge checkpoints whose evidence is not complete, so that nobody is asked for what is there already."""
        stored = [] if self._options.force else [(run, run.standing.ungated) for run in self._open.values()]
        whole = [(run, checkpoint) for run, checkpoint in stored if checkpoint is not None]
        verdicts = self._verdicts([Candidate(run.spec, checkpoint.implementation) for run, checkpoint in whole])
        for (run, checkpoint), verdict in zip(whole, verdicts, strict=True):
            if verdict.faults:
                self._outcomes.failed(run, VibesafeValidationError(*verdict.faults))
                continue
            self._on_event(Judged(run.spec.unit, None, verdict.passed, verdict.records))
            if verdict.passed:
                write_evidence_of(self._project, checkpoint, verdict)
                self._outcomes.passed(run, checkpoint.hash, checkpoint.implementation, ())
            else:
                run.refused[checkpoint.implementation] = verdict.findings
                self._on_event(Refused(run.spec.unit, verdict.findings, repeated=False))

    def _ask(self, run: UnitRun) -> None:
        """Give every line of a unit that goes on its next question; end the unit where none does."""
        try:
            with self._asking.together():
                for line in run.lines:
                    if not line.ended:
                        self._ask_line(run, line)
        except VibesafeError as error:
            self._outcomes.failed(run, error)
            return
        if not all(line.ended for line in run.lines):
            return
        if self._escalate(run):
            self._ask(run)
        else:
            self._outcomes.given_up(run, offline=self._options.offline)

    def _escalate(self, run: UnitRun) -> bool:
        """Have another provider asked for a unit, once; return whether there is one and it was not yet."""
        other = self._project.config.provider(self._project.config.generate.escalate_to or "")
        if (
            other is None
            or run.error is not None
            or run.escalated
            or run.config is None
            or run.config.name == other.name
        ):
            return False
        line, run.escalated = run.lines[0], True
        line.ended, line.escalation, line.question = False, self._asking.provider(other), Question(0, "escalated")
        return True

    def _ask_line(self, run: UnitRun, line: Line) -> None:
        if run.config is None:
            raise ValueError("nobody to ask was chosen")
        spec = run.spec
        run.provider = run.provider or self._asking.provider(run.config)
        provider = line.escalation or run.provider
        config = provider.config_of("")
        pose(run, line, provider, self._memory(run), self._asking.recorded if self._replays else lambda _: None)
        is_used_up = line.escalation is None and line.calls >= config.attempts
        if line.answer is not None:
            run.replays += 1
            self._answered(run, line)
        elif line.ended or self._options.offline or is_used_up or line.prompt is None or line.request is None:
            line.ended = True
        else:
            line.calls += 1
            run.calls += 1
            self._on_event(Asked(spec.unit, run.calls, called(self._project, config)))
            line.tries = []
            question = Inquiry(spec.unit, line.prompt.request, line.request, self._arrivals.recorder(run, line))
            with self._interrupts.finishing():
                line.future = self._asking.ask(provider, question)
                self._arrivals.expect(run, line, line.future)

    @property
    def _replays(self) -> bool:
        """Whether recorded answers count: `force` asks anew, unless nobody may be asked."""
        return self._options.offline or not self._options.force

    def _memory(self, run: UnitRun) -> Refusals:
        kind = "" if run.config is None else run.config.kind
        return self._memories.of(run.spec, kind, self._callees[run.spec.unit], self._outcomes.active)

    def _collect(self, *, patient: bool) -> None:
        """Take the answers that have come; wait for the first of them where `patient`."""
        for arrival in self._arrivals.collected(patient=patient):
            with self._interrupts.finishing():
                self._arrivals.drop()
                if arrival.attempt is not None:
                    self._tried(arrival)
                else:
                    self._arrived(arrival.run, arrival.line)

    def _tried(self, arrival: Arrival) -> None:
        run, line, attempt = arrival.run, arrival.line, arrival.attempt
        if attempt is not None and line.request is not None:
            line.tries.append(attempt)
            strategy = line.question.strategy
            self._on_event(Requested(run.spec.unit, line.request, attempt, len(line.tries), strategy))

    def _arrived(self, run: UnitRun, line: Line) -> None:
        future, line.future = line.future, None
        if future is None:
            raise ValueError("what was asked has a future")
        if run.spec.unit not in self._open:
            self._came_late(run, line, future)
            return
        try:
            line.answer = future.result()
        except VibesafeError as error:
            if is_refused_form(line.question, error):
                line.question = follow_up(line.question, Feedback("", ()), run.rungs, lines=len(run.lines))
                return
            run.error = error
            line.ended = True
            if all(other.ended for other in run.lines):
                self._outcomes.given_up(run, offline=self._options.offline)
        else:
            self._answered(run, line)

    def _tell_late(self) -> None:
        """Tell what came when nobody waited for it any more."""
        for arrival in self._arrivals.left():
            self._arrivals.drop()
            if arrival.attempt is not None:
                self._tried(arrival)
            elif arrival.line.future is not None:
                self._came_late(arrival.run, arrival.line, arrival.line.future)

    def _came_late(self, run: UnitRun, line: Line, future: Future[Answer]) -> None:
        """Tell of an answer that is on disk and was paid for, though nobody judges it now."""
        if not future.cancelled() and future.exception() is None:
            line.answer = future.result()
            self._answered(run, line)

    def _answered(self, run: UnitRun, line: Line) -> None:
        if line.answer is not None:
            answer, prompt = line.answer, line.prompt
            paid = line.tries[-1] if line.tries and not line.recorded else None
            self._on_event(
                Answered(
                    run.spec.unit,
                    answer.model,
                    line.recorded,
                    answer.input_tokens,
                    answer.output_tokens,
                    name=line.request,
                    prompt=None if prompt is None else prompt.digest,
                    strategy=line.question.strategy,
                    provider=answer.provider or self._asked(run, line),
                    request=None if prompt is None else prompt.request,
                    answer=answer,
                    cost=None if paid is None or paid.cost is None else float(paid.cost),
                    seconds=None if paid is None else paid.seconds,
                )
            )

    @staticmethod
    def _asked(run: UnitRun, line: Line) -> str | None:
        if line.escalation is not None:
            return line.escalation.config_of("").name
        return None if run.config is None else run.config.name

    def _judge(self, runs: list[UnitRun]) -> None:
        """Judge a round of answers of each unit, all in one batch, and go on from what comes of it."""
        with self._interrupts.finishing():
            said = judge_round(runs, self._context())
            stored = store_round(self._project, said)
            for judged in said:
                run, line = judged.run, judged.line
                if run.spec.unit not in self._open:
                    continue  # an earlier answer of the same round passed
                if isinstance(judged, Unusable):
                    self._refuse(run, line, judged.text, (judged.finding,), repeated=False)
                else:
                    self._decide(run, line, judged.made, judged.verdict, stored.get(run.spec.unit))
        for run in runs:
            if run.spec.unit in self._open:
                self._go_on(run)

    def _decide(
        self, run: UnitRun, line: Line, made: Composed, verdict: Verdict | None, stored: Future[Checkpoint] | None
    ) -> None:
        code = made.implementation.decode()
        if verdict is not None:
            self._on_event(Judged(run.spec.unit, line.request, verdict.passed, verdict.records))
        if verdict is None or made.implementation in run.refused:
            self._refuse(run, line, code, run.refused[made.implementation], repeated=True)
        elif verdict.faults:
            self._outcomes.failed(run, VibesafeValidationError(*verdict.faults))
        elif stored is None or not verdict.passed:
            run.refused[made.implementation] = verdict.findings
            self._refuse(run, line, code, verdict.findings, repeated=False)
        else:
            self._stored(run, made, stored)

    def _stored(self, run: UnitRun, made: Composed, stored: Future[Checkpoint]) -> None:
        try:
            checkpoint = stored.result()
        except VibesafeError as error:
            self._outcomes.failed(run, error)
        else:
            self._outcomes.passed(run, checkpoint.hash, made.implementation, made.repairs)

    def _refuse(self, run: UnitRun, line: Line, shown: str, findings: tuple[Finding, ...], *, repeated: bool) -> None:
        name = line.request
        run.refuse(line, shown, findings, self._memory(run))
        self._on_event(Refused(run.spec.unit, findings, repeated, name))

    def _go_on(self, run: UnitRun) -> None:
        """Ask again, unless a unit that this one refers to has no implementation."""
        missing = [unit for unit in sorted(self._callees[run.spec.unit]) if self._outcomes.has_failed(unit)]
        if missing:
            self._outcomes.without_callees(run, missing)
        else:
            self._ask(run)

    def _verdicts(self, candidates: list[Candidate]) -> tuple[Verdict, ...]:
        if not candidates:
            return ()
        return judge_each(candidates, self._context())

    def _context(self) -> GateContext:
        return GateContext(self._project, self._scan, dict(self._outcomes.active))
