"""One unit within a run: its lines of questions, what was answered, and what was refused."""

from concurrent.futures import Future
from dataclasses import dataclass, field

from hatch_vibesafe.gates.verdict import Finding
from hatch_vibesafe.generate.acceptance import Origin
from hatch_vibesafe.generate.extract import answer_finding, begins_anew, continued, endless_finding
from hatch_vibesafe.generate.feedback import Feedback, normalised_error
from hatch_vibesafe.generate.gateway.gateway import Gateway, sent_to
from hatch_vibesafe.generate.gateway.tries import Try
from hatch_vibesafe.generate.holdout import held_back, shown_code, shown_findings, shown_spec, usual_holdout
from hatch_vibesafe.generate.json_answer import asks_for_json, in_markdown
from hatch_vibesafe.generate.prompt import Prompt
from hatch_vibesafe.generate.refusals import BESIDE, Refusals
from hatch_vibesafe.generate.standing import Standing
from hatch_vibesafe.generate.strategy import Abilities, Question, Strategy, follow_up, is_stuck, ladder
from hatch_vibesafe.identity import Digest
from hatch_vibesafe.problems import VibesafeError
from hatch_vibesafe.provider_config import ProviderConfig
from hatch_vibesafe.spec.model import Spec
from hatch_vibesafe.store.records import Answer

_LONGEST_SHOWN = 4000


@dataclass(slots=True)
class Line:
    """One line of questions. `ended` where nothing more is asked on it; `said` is what refused its new answers.

    `tries` are the requests that the question on its way has cost. `escalation` is who is asked in the place of the
    unit's own provider, once that has brought nothing that passes.
    """

    question: Question
    said: list[str] = field(default_factory=list)
    calls: int = 0
    prompt: Prompt | None = None
    request: Digest | None = None
    future: Future[Answer] | None = None
    answer: Answer | None = None
    recorded: bool = False
    ended: bool = False
    tries: list[Try] = field(default_factory=list)
    escalation: Gateway | None = None

    def replay(self) -> None:
        """Take note that the answer is one that another command has paid for."""
        self.recorded = True


@dataclass(frozen=True, slots=True)
class Tried:
    """One answer that was refused in this run.

    Attributes:
        strategy: How it was asked for.
        model: The model that answered.
        recorded: Whether the answer was recorded earlier.
        code: What was judged, whole; the answer itself where nothing could be judged.
        findings: Why it was refused.
    """

    strategy: Strategy
    model: str
    recorded: bool
    code: str
    findings: tuple[Finding, ...]


@dataclass(slots=True)
class UnitRun:
    """A unit that has work in this run.

    Attributes:
        spec: Its spec.
        standing: Where it stood before.
        lines: Its lines of questions; as many as samples are asked for.
        holdout: Of how many examples one is held back from the model; None where the project does not say.
        config: Whom it asks; None until it asks.
        provider: The same, opened.
        refused: The candidates that were refused in this run, and why.
        tried: The answers that were refused in this run, in order.
        findings: Why the last one was refused.
        error: Why a line ended without an answer, where one did.
        calls: Its provider calls of this run.
        replays: The recorded answers that were judged in this run.
        escalated: Whether another provider was asked in its own one's place.
        passed_over: The recorded answers that an earlier run refused, which are not judged again.
    """

    spec: Spec
    standing: Standing
    lines: list[Line]
    holdout: int | None = 0
    config: ProviderConfig | None = None
    provider: Gateway | None = None
    refused: dict[bytes, tuple[Finding, ...]] = field(default_factory=dict)
    tried: list[Tried] = field(default_factory=list)
    findings: tuple[Finding, ...] = ()
    error: VibesafeError | None = None
    calls: int = 0
    replays: int = 0
    passed_over: int = 0
    escalated: bool = False

    @property
    def held(self) -> tuple[int, ...]:
        """The numbers of the examples that the model is not shown."""
        continues = self.provider is not None and self.provider.continues
        return held_back(self.spec, usual_holdout(continues=continues) if self.holdout is None else self.holdout)

    @property
    def shown(self) -> Spec:
        """The spec as the model is shown it."""
        return shown_spec(self.spec, self.held)

    @property
    def rungs(self) -> tuple[Strategy, ...]:
        """The ways to ask that there are."""
        continues = self.provider is not None and self.provider.continues
        settings = self.spec.settings.sent or (() if self.config is None else self.config.sent)
        temperature = dict(settings).get("temperature")
        number = temperature if isinstance(temperature, int | float) else None
        converses = self.provider is None or self.provider.converses
        return ladder(Abilities(continues, number, begins=not asks_for_json(settings), converses=converses))

    @property
    def is_waiting(self) -> bool:
        """Whether an answer is on its way."""
        return any(line.future is not None for line in self.lines)

    @property
    def answered(self) -> list[Line]:
        """The lines with an answer that is not judged yet."""
        return [line for line in self.lines if line.answer is not None]

    def origin(self, line: Line) -> Origin:
        """Return where the candidate of a line comes from."""
        if line.prompt is None or line.answer is None or self.config is None:
            raise ValueError("the line has no answer")
        gateway = line.escalation or self.provider
        asked = self.config if line.escalation is None else line.escalation.config_of("")
        answered = asked if gateway is None else gateway.config_of(line.answer.provider)
        stands_in = line.escalation is not None or answered.name in self.config.fallback
        return Origin(
            "recorded" if line.recorded else "generated",
            prompt=line.prompt.digest,
            provider=answered.name,
            provider_kind=answered.kind,
            model_answered=line.answer.model,
            sent=sent_to(answered, asked, line.prompt.request.sent),
            attempt=self.calls + self.replays,
            strategy=line.question.strategy,
            in_place_of=self.config.name if stands_in else "",
        )

    def refuse(self, line: Line, text: str, findings: tuple[Finding, ...], memory: Refusals) -> None:
        """Go on to the next question of a line, and remember that its answer was refused."""
        feedback = Feedback(self._as_shown(text), shown_findings(findings, self.held))
        if line.request is not None and line.answer is not None:
            sample = BESIDE if line.question.strategy == "escalated" else line.question.sample
            memory.add(line.request, line.answer, sample, feedback)
            self.tried.append(Tried(line.question.strategy, line.answer.model, line.recorded, text, findings))
        if not line.recorded:  # what costs nothing is no reason to stop
            line.said.append(normalised_error(findings))
        line.ended = line.ended or is_stuck(line.said, self.rungs)
        self.go_on(line, feedback, memory)
        self.findings = findings
        memory.write()

    def go_on(self, line: Line, feedback: Feedback, memory: Refusals) -> None:
        """Go on to the question that follows a refusal."""
        before = line.question
        line.answer = None
        self.findings = feedback.findings
        if before.strategy == "escalated":
            line.ended = True
            return
        line.question = follow_up(before, feedback, self.rungs, lines=len(self.lines))
        if line.question.sample != before.sample:
            memory.close(before.sample)
            line.question = Question(memory.first_open(line.question.sample, len(self.lines)))

    def _as_shown(self, text: str) -> str:
        code = shown_code(self.shown, text) if self.held else text
        return code[:_LONGEST_SHOWN]


def answer_text(spec: Spec, line: Line) -> tuple[str, Finding | None]:
    """Return a line's answer as a whole, and why it cannot be used, where it cannot."""
    if line.answer is None or line.prompt is None:
        raise ValueError("the line has no answer")
    text, name = line.answer.text, spec.unit.name
    if endless := endless_finding(text):
        return text[:_LONGEST_SHOWN], endless
    if asks_for_json(line.prompt.request.sent):
        return in_markdown(text, line.answer.finish, name)
    is_whole = line.question.strategy == "begun" and begins_anew(text, name)
    if not line.prompt.beginning or is_whole:
        return text, answer_finding(text, line.answer.finish, name)
    if not text.strip():
        return text, answer_finding("", "stop", name)
    return continued(line.prompt.beginning, text, name), None
