"""From where a line of questions stands to the next request that no earlier run has had refused."""

from collections.abc import Callable
from typing import Protocol

from hatch_vibesafe.generate.prompt import Prompt, build_prompt, request_digest
from hatch_vibesafe.generate.refusals import Refusals
from hatch_vibesafe.generate.strategy import Question
from hatch_vibesafe.generate.unit_run import Line, UnitRun
from hatch_vibesafe.identity import Digest
from hatch_vibesafe.spec.model import Spec
from hatch_vibesafe.store.records import Answer


class Continuing(Protocol):
    """What a prompt depends on of whom is asked."""

    @property
    def kind(self) -> str:
        """The configuration's word for this kind of provider."""
        ...

    @property
    def continues(self) -> bool:
        """Whether it can continue a begun answer."""
        ...


def pose(
    run: UnitRun, line: Line, provider: Continuing, memory: Refusals, recorded: Callable[[Digest], Answer | None]
) -> None:
    """Give a line its next prompt, and the recorded answer to it where there is one.

    Recorded answers that are known to be refused are passed over, each to the question that follows it.

    Raises:
        VibesafeConfigurationError: if the template cannot be rendered.
    """
    if line.prompt is None:
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


def prompt_of(shown: Spec, question: Question, provider: Continuing) -> Prompt:
    """Return the prompt of a question, for the spec as the model is shown it.

    Raises:
        VibesafeConfigurationError: if the template cannot be rendered.
    """
    return build_prompt(
        shown,
        question.feedback,
        continues=provider.continues and question.strategy != "chat",
        sample=question.sample,
        strategy=question.strategy,
    )
