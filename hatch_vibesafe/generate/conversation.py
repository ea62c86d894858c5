"""What to ask next: a line of questions about one unit, each either a follow-up of a refusal or a fresh start. Pure."""

from dataclasses import dataclass

from hatch_vibesafe.generate.prompt import Feedback
from hatch_vibesafe.store.records import Scalar

_LONGEST_CONVERSATION = 3


@dataclass(frozen=True, slots=True)
class Question:
    """Where a line of questions stands.

    Attributes:
        sample: Which answer to the first question it builds upon, from 0.
        feedback: What went back to the model after each refusal since; only the last is shown to it.
        refusals: How many refusals since the first question of this sample.
    """

    sample: int
    feedback: Feedback | None = None
    refusals: int = 0


def follow_up(question: Question, refusal: Feedback, *, longest: int, lines: int) -> Question:
    """Return the question after a refusal: a follow-up, or a fresh start where the last one changed nothing.

    Args:
        question: The question whose answer was refused.
        refusal: The answer, and why.
        longest: How many answers a conversation has before a fresh start with another sample.
        lines: How many lines of questions run side by side; each takes its own samples.
    """
    if question.refusals + 1 < longest and refusal != question.feedback:
        return Question(question.sample, refusal, question.refusals + 1)
    return Question(question.sample + lines)


def longest_conversation(sent: tuple[tuple[str, Scalar], ...], *, continues: bool) -> int:
    """Return how many answers a conversation with a provider has.

    A model that continues a begun answer is a small one on this machine. Measured, it mends nothing that it is told,
    but another sample is often right. At temperature 0 samples are alike, and only what it is told can change.
    """
    temperature = dict(sent).get("temperature", 1)
    return 1 if continues and temperature != 0 else _LONGEST_CONVERSATION
