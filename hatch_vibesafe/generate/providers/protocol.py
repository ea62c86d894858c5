"""What a provider is: it answers a request, or raises `VibesafeProviderError`."""

from dataclasses import dataclass
from typing import Literal, Protocol

from hatch_vibesafe.store.records import Scalar


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked.

    Attributes:
        messages: The conversation. A last message of role "assistant" is the beginning of the answer, for providers
            that can continue one; its text is not repeated in `Answer.text`.
        sent: What is sent beside the messages (model, temperature, seed, max_tokens, reasoning_effort), sorted by name;
            what is unset is absent and not sent.
        stop: Texts at which a provider that can do so ends the answer.
    """

    messages: tuple[Message, ...]
    sent: tuple[tuple[str, Scalar], ...]
    stop: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back.

    Attributes:
        text: The answer's text.
        model: The model that the provider says answered.
        input_tokens: Tokens of the prompt as the provider counts them; 0 where it does not say.
        output_tokens: Tokens of the answer, likewise.
        finish: Why it ended: "stop", "length" (cut off), or the provider's own word.
    """

    text: str
    model: str
    input_tokens: int = 0
    output_tokens: int = 0
    finish: str = "stop"


class Provider(Protocol):
    """Answers requests. Called from several threads at once."""

    @property
    def kind(self) -> str:
        """The configuration's word for this kind of provider."""
        ...

    @property
    def continues(self) -> bool:
        """Whether it can continue a last message of role "assistant"."""
        ...

    def ask(self, request: Request) -> Answer:
        """Return the answer.

        Raises:
            VibesafeProviderError: when there is none after bounded retries; never holds a key.
        """
        ...
