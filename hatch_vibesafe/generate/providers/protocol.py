"""What a provider is: it answers a request, or raises `VibesafeProviderError`."""

from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

from hatch_vibesafe.store.records import Answer, Scalar


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
        sent: What is sent beside the messages (model, temperature, seed, max_tokens, reasoning_effort, json), sorted by
            name; what is unset is absent and not sent.
        stop: Texts at which a provider that can do so ends the answer.
    """

    messages: tuple[Message, ...]
    sent: tuple[tuple[str, Scalar], ...]
    stop: tuple[str, ...] = ()


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
            RequestFailedError: when there is none; it says whether another request may have one. Never holds a key.
            ProviderUnusableError: if nothing can be asked; then nothing was sent.
        """
        ...


@runtime_checkable
class Sampling(Provider, Protocol):
    """A provider that can be asked for several answers with one request."""

    def ask_for_several(self, request: Request, count: int) -> tuple[Answer, ...]:
        """Return at least one answer and at most `count`; raises as `ask` does."""
        ...


@runtime_checkable
class Closing(Provider, Protocol):
    """A provider that holds what has to be ended when nobody is asked any more."""

    def close(self) -> None:
        """End what is on its way; whoever waits for it gets a `RequestFailedError`. May be called more than once."""
        ...


@runtime_checkable
class Loading(Provider, Protocol):
    """A provider whose library takes a while to load."""

    def load(self) -> None:
        """Load it now, asking nobody and unlocking no keyring; the first question says what is missing."""
        ...
