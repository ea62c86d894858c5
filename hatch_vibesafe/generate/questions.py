"""From where a line of questions stands to the next request that no earlier run has had refused."""

from collections.abc import Callable
from typing import Protocol

from hatch_vibesafe.generate.gateway.budget import BudgetError
from hatch_vibesafe.generate.prompt import Prompt, build_prompt, request_digest
from hatch_vibesafe.generate.providers.failures import ProviderUnusableError
from hatch_vibesafe.generate.refusals import Refusals
from hatch_vibesafe.generate.strategy import Question
from hatch_vibesafe.generate.unit_run import Line, UnitRun
from hatch_vibesafe.identity import Digest
from hatch_vibesafe.problems import VibesafeError, VibesafeProviderError
from hatch_vibesafe.spec.model import Spec
from hatch_vibesafe.store.records import Answer, Scalar


class Asked(Protocol):
    """What a prompt depends on of whom is asked."""

    @property
    def kind(self) -> str:
        """The configuration's word for this kind of provider."""
        ...

    @property
    def continues(self) -> bool:
        """Whether it can continue a begun answer."""
        ...

    @property
    def converses(self) -> bool:
        """Whether it takes a conversation; every answer is begun for one that only completes text."""
        ...

    @property
    def sent(self) -> tuple[tuple[str, Scalar], ...]:
        """What its configuration has sent beside the messages."""
        ...


def pose(
    run: UnitRun, line: Line, provider: Asked, memory: Refusals, recorded: Callable[[Digest], Answer | None]
) -> None:
    """Give a line its next prompt, and the recorded answer to it where there is one.

    Recorded answers that are known to be refused are passed over, each to the question that follows it; where none
    does, the line has ended.

    Raises:
        VibesafeConfigurationError: if the template cannot be rendered.
    """
    if line.prompt is None and line.question.strategy == "first":
        line.question = Question(memory.first_open(line.question.sample, len(run.lines)))
    shown = run.shown
    while True:
        question = line.question
        prompt = prompt_of(shown, question, provider)
        name = request_digest(prompt.request, provider.kind, question.sample, question.strategy)
        line.prompt, line.request, line.answer = prompt, name, recorded(name)
        refused = None if line.answer is None else memory.feedback(name, line.answer)
        if refused is None:
            line.recorded = line.answer is not None
            return
        run.passed_over += 1
        run.go_on(line, refused, memory)
        if line.ended:
            return


def is_refused_form(question: Question, error: VibesafeError) -> bool:
    """Return whether a provider may take a question in another form, after it did not take it with a begun answer."""
    hopeless = isinstance(error, BudgetError | ProviderUnusableError)
    return question.strategy == "begun" and isinstance(error, VibesafeProviderError) and not hopeless


def prompt_of(shown: Spec, question: Question, provider: Asked) -> Prompt:
    """Return the prompt of a question, for the spec as the model is shown it.

    Raises:
        VibesafeConfigurationError: if the template cannot be rendered.
    """
    return build_prompt(
        shown,
        question.feedback,
        continues=question.strategy == "begun" or not provider.converses,
        sample=question.sample,
        natively=provider.continues,
        strategy=question.strategy,
        # Of a provider that is at hand, and not configured, no spec holds what is sent.
        sent=provider.sent if question.strategy == "escalated" or not shown.settings.sent else None,
    )
