"""A run over units that have work: ask, take the code out, judge, tell what was wrong, and ask again."""

from collections.abc import Callable, Mapping
from concurrent.futures import ALL_COMPLETED, FIRST_COMPLETED, wait

from hatch_vibesafe.gates.context import GateContext
from hatch_vibesafe.gates.run import judge_each
from hatch_vibesafe.gates.verdict import Candidate, Finding, Verdict
from hatch_vibesafe.generate.acceptance import accept, write_evidence_of
from hatch_vibesafe.generate.asking import Asking
from hatch_vibesafe.generate.beforehand import choose_providers, unjudgeable
from hatch_vibesafe.generate.candidates import KeptCandidate, keep_candidate
from hatch_vibesafe.generate.compose import Composed, compose_all
from hatch_vibesafe.generate.conversation import Question
from hatch_vibesafe.generate.events import Answered, Asked, Event, Failed, Interrupted, Passed, Refused
from hatch_vibesafe.generate.options import CompileOptions
from hatch_vibesafe.generate.prompt import build_prompt, request_digest
from hatch_vibesafe.generate.providers.at_hand import called
from hatch_vibesafe.generate.refusals import Memories, Refusals
from hatch_vibesafe.generate.result import (
    CompileResult,
    interrupted_error,
    missing_callee_problem,
    offline_error,
    place_of_limit,
    refused_error,
)
from hatch_vibesafe.generate.standing import callees, implementations_around
from hatch_vibesafe.generate.unit_run import Line, UnitRun, answer_text, usable_text
from hatch_vibesafe.identity import CheckpointHash, UnitId
from hatch_vibesafe.problems import VibesafeError, VibesafeValidationError
from hatch_vibesafe.project import Project
from hatch_vibesafe.spec.model import Scan

_COLLECTING = 0.05
"""Seconds to wait for further answers once there is one: judging two at once costs hardly more than judging one."""


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
        self._open = runs
        self._options = options
        self._on_event = on_event
        self._asking = Asking(project, options.jobs)
        self._callees = callees([run.spec for run in runs.values()], scan)
        around = {unit for others in self._callees.values() for unit in others}
        self._active = implementations_around(project, scan, around)
        self._results: dict[UnitId, CompileResult] = {}
        self._memories = Memories(project, forgetting=options.force)

    def results(self) -> dict[UnitId, CompileResult]:
        """Return what became of each unit."""
        finished = False
        try:
            self._judge_stored()
            self._end_early(choose_providers(list(self._open.values()), self._context()))
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
            for run in list(self._open.values()):
                self._end(run, CompileResult(run.spec.unit, "interrupted", None, error=interrupted_error(run.spec)))
            finished = True
        finally:
            self._asking.close(wait=finished)
        return self._results

    def _end_early(self, errors: Mapping[UnitId, VibesafeError]) -> None:
        for unit, error in errors.items():
            self._fail(self._open[unit], error)

    def _step(self) -> None:
        self._collect(0)
        ready = [run for run in self._open.values() if not run.is_waiting]
        # A unit is judged after those that it calls: their new implementations are what it will run with.
        first = [run for run in ready if not any(unit in self._open for unit in self._callees[run.spec.unit])]
        if first:
            self._judge(first)
        elif any(run.is_waiting for run in self._open.values()):
            self._collect(None)
        else:
            self._judge(ready)  # they call each other in a circle

    def _judge_stored(self) -> None:
        """Judge checkpoints whose evidence is not complete, so that nobody is asked for what is there already."""
        stored = [] if self._options.force else [(run, run.standing.ungated) for run in self._open.values()]
        whole = [(run, checkpoint) for run, checkpoint in stored if checkpoint is not None]
        verdicts = self._verdicts([Candidate(run.spec, checkpoint.implementation) for run, checkpoint in whole])
        for (run, checkpoint), verdict in zip(whole, verdicts, strict=True):
            if verdict.faults:
                self._fail(run, VibesafeValidationError(*verdict.faults))
            elif verdict.passed:
                write_evidence_of(self._project, checkpoint, verdict)
                self._pass(run, checkpoint.hash, checkpoint.implementation, ())
            else:
                run.refused[checkpoint.implementation] = verdict.findings
                self._on_event(Refused(run.spec.unit, verdict.findings, repeated=False))

    def _ask(self, run: UnitRun) -> None:
        """Give every line of a unit that goes on its next question; end the unit where none does."""
        try:
            for line in run.lines:
                if not line.ended:
                    self._ask_line(run, line)
        except VibesafeError as error:
            self._fail(run, error)
            return
        if all(line.ended for line in run.lines):
            self._give_up(run)

    def _ask_line(self, run: UnitRun, line: Line) -> None:
        if run.config is None:
            raise ValueError("nobody to ask was chosen")
        spec, config = run.spec, run.config
        provider = run.provider = run.provider or self._asking.provider(config)
        memory = self._memory(run)
        if line.prompt is None:
            line.question = Question(memory.first_open(line.question.sample, len(run.lines)))
        while True:
            question = line.question
            prompt = build_prompt(spec, question.feedback, continues=provider.continues, sample=question.sample)
            name = request_digest(prompt.request, provider.kind, question.sample)
            line.prompt, line.request = prompt, name
            line.answer = self._asking.recorded(name) if self._replays else None
            refused = None if line.answer is None else memory.feedback(name, line.answer)
            if refused is None:
                break
            run.passed_over += 1
            run.go_on(line, refused, memory)
        line.recorded = line.answer is not None
        if line.answer is not None:
            run.replays += 1
            self._answered(run, line)
        elif self._options.offline or line.calls >= config.attempts:
            line.ended = True
        else:
            line.calls += 1
            run.calls += 1
            self._on_event(Asked(spec.unit, run.calls, called(self._project, config)))
            line.future = self._asking.ask(
                provider, prompt.request, name, lambda answer: usable_text(spec, prompt, answer)[1] is None
            )

    @property
    def _replays(self) -> bool:
        """Whether recorded answers count: `force` asks anew, unless nobody may be asked."""
        return self._options.offline or not self._options.force

    def _memory(self, run: UnitRun) -> Refusals:
        kind = "" if run.config is None else run.config.kind
        return self._memories.of(run.spec, kind, self._callees[run.spec.unit], self._active)

    def _collect(self, timeout: float | None) -> None:
        """Take the answers that have come; wait for the first of them where `timeout` is None."""
        waiting = {line.future: (run, line) for run in self._open.values() for line in run.lines if line.future}
        done, _ = wait(waiting, timeout=timeout, return_when=FIRST_COMPLETED)
        if done and len(done) < len(waiting):
            done, _ = wait(waiting, timeout=_COLLECTING, return_when=ALL_COMPLETED)
        for future in done:
            run, line = waiting[future]
            line.future = None
            try:
                line.answer = future.result()
            except VibesafeError as error:
                run.error = error
                line.ended = True
                if all(other.ended for other in run.lines):
                    self._give_up(run)
            else:
                self._answered(run, line)

    def _answered(self, run: UnitRun, line: Line) -> None:
        if line.answer is not None:
            answer = line.answer
            tokens = answer.input_tokens, answer.output_tokens
            self._on_event(Answered(run.spec.unit, answer.model, line.recorded, *tokens))

    def _judge(self, runs: list[UnitRun]) -> None:
        """Judge a round of answers of each unit, all in one batch, and go on from what comes of it."""
        texts = [(run, line, *answer_text(run.spec, line)) for run in runs for line in run.answered]
        usable = [(run, line, text) for run, line, text, finding in texts if finding is None]
        composed = compose_all([(run.spec, text) for run, _, text in usable], markdown=True)
        candidates = {
            (run.spec.unit, made.implementation): Candidate(run.spec, made.implementation)
            for (run, _, _), made in zip(usable, composed, strict=True)
            if made.implementation not in run.refused
        }
        verdicts = dict(zip(candidates, self._verdicts(list(candidates.values())), strict=True))
        compositions = {id(line): made for (_, line, _), made in zip(usable, composed, strict=True)}
        for (run, line, _), made in zip(usable, composed, strict=True):
            verdict = verdicts.get((run.spec.unit, made.implementation))
            if verdict is not None and not verdict.faults and line.answer is not None:
                said = verdict.findings, "", line.answer.model
                keep_candidate(
                    self._project, KeptCandidate(run.spec.unit, run.spec.spec_hash, made.implementation, *said)
                )
        for run, line, text, finding in texts:
            if run.spec.unit not in self._open:
                continue  # an earlier answer of the same round passed
            if finding is not None:
                self._refuse(run, line, text, (finding,), repeated=False)
                continue
            self._decide(run, line, compositions[id(line)], verdicts)
        for run in runs:
            if run.spec.unit in self._open:
                self._go_on(run)

    def _decide(self, run: UnitRun, line: Line, made: Composed, verdicts: dict[tuple[UnitId, bytes], Verdict]) -> None:
        before = run.refused.get(made.implementation)
        if before is not None:
            self._refuse(run, line, made.implementation.decode(), before, repeated=True)
            return
        verdict = verdicts[run.spec.unit, made.implementation]
        if verdict.faults:
            self._fail(run, VibesafeValidationError(*verdict.faults))
            return
        if not verdict.passed:
            run.refused[made.implementation] = verdict.findings
            self._refuse(run, line, made.implementation.decode(), verdict.findings, repeated=False)
            return
        try:
            checkpoint = accept(
                self._project,
                run.spec,
                made.implementation,
                verdict,
                run.origin(line),
                repairs=made.repairs,
                parent=run.standing.parent,
            )
        except VibesafeError as error:
            self._fail(run, error)
            return
        self._pass(run, checkpoint.hash, made.implementation, made.repairs)

    def _refuse(self, run: UnitRun, line: Line, shown: str, findings: tuple[Finding, ...], *, repeated: bool) -> None:
        run.refuse(line, shown, findings, self._memory(run))
        self._on_event(Refused(run.spec.unit, findings, repeated))

    def _go_on(self, run: UnitRun) -> None:
        """Ask again, unless a unit that this one refers to has no implementation: then no answer can be told right."""
        missing = [unit for unit in sorted(self._callees[run.spec.unit]) if self._has_failed(unit)]
        if missing:
            refused = refused_error(
                run.spec, run.calls + run.replays, run.findings, place_of_limit(self._project.config, run.config)
            )
            problems = (missing_callee_problem(run.spec, unit) for unit in missing)
            self._fail(run, VibesafeValidationError(*problems, *refused.problems))
        else:
            self._ask(run)

    def _has_failed(self, unit: UnitId) -> bool:
        return unit in self._results and self._results[unit].checkpoint is None and unit not in self._active

    def _verdicts(self, candidates: list[Candidate]) -> tuple[Verdict, ...]:
        if not candidates:
            return ()
        return judge_each(candidates, self._context())

    def _context(self) -> GateContext:
        return GateContext(self._project, self._scan, dict(self._active))

    def _give_up(self, run: UnitRun) -> None:
        if run.error is not None:
            self._fail(run, run.error)
        elif self._options.offline:
            self._fail(run, offline_error(run.spec, run.replays + run.passed_over))
        else:
            self._fail(
                run,
                refused_error(
                    run.spec, run.calls + run.replays, run.findings, place_of_limit(self._project.config, run.config)
                ),
            )

    def _pass(self, run: UnitRun, checkpoint: CheckpointHash, implementation: bytes, repairs: tuple[str, ...]) -> None:
        unit = run.spec.unit
        self._active[unit] = implementation
        self._end(run, CompileResult(unit, "passed", checkpoint, run.calls, run.replays))
        self._on_event(Passed(unit, checkpoint, repairs))

    def _fail(self, run: UnitRun, error: VibesafeError) -> None:
        unit = run.spec.unit
        self._end(run, CompileResult(unit, "failed", None, run.calls, run.replays, run.findings, error))
        self._on_event(Failed(unit, error.problems))

    def _end(self, run: UnitRun, result: CompileResult) -> None:
        del self._open[run.spec.unit]
        self._results[run.spec.unit] = result
