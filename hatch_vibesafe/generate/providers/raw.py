"""A conversation as one text that a model continues: for raw completions, which know no roles. Pure."""

from dataclasses import dataclass, replace

from hatch_vibesafe.generate.providers.protocol import Request
from hatch_vibesafe.store.records import Answer

_MOST_STOPS = 4
"""OpenAI's API takes no more."""

_FENCE = "```python\n"
_END = "\n```"


@dataclass(frozen=True, slots=True)
class RawPrompt:
    """A text to be continued.

    Attributes:
        text: The text.
        stop: Where its continuation ends.
        begun: The beginning of the answer that was put in, which the answer has to begin with; empty where the request
            held one of its own.
    """

    text: str
    stop: tuple[str, ...]
    begun: str

    def whole(self, answer: Answer) -> Answer:
        """Return an answer with the beginning that was put in, and with the fence closed where it ended there."""
        if not self.begun or not answer.text.strip():
            return answer
        end = f"{_END}\n" if answer.finish == "stop" and _END not in answer.text else ""
        return replace(answer, text=f"{self.begun}{answer.text}{end}")


def raw_prompt(request: Request) -> RawPrompt:
    """Return the text of a request: its messages, one after the other, with nothing behind a begun answer.

    Where no answer is begun, a fence is: what continues a task in prose is more prose.
    """
    *before, last = request.messages
    text = "".join(f"{message.content.rstrip()}\n\n" for message in before)
    if last.role == "assistant":
        return RawPrompt(text + last.content, request.stop[:_MOST_STOPS], "")
    return RawPrompt(f"{text}{last.content.rstrip()}\n\n{_FENCE}", (_END,), _FENCE)
