"""Keeping the key out of everything that is said, kept or shown."""

from hatch_vibesafe.problems import printable
from hatch_vibesafe.redact import REDACTED, SHORTEST_SECRET, without
from hatch_vibesafe.store.records import Answer

_LONGEST = 300
_MOST_TOKENS = 10**9


class Secret:
    """A key that shows itself to no one by accident: neither its text nor its representation holds it."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def __repr__(self) -> str:
        return REDACTED

    def __bool__(self) -> bool:
        return bool(self._value)

    def reveal(self) -> str:
        """Return the key, for the one header that needs it."""
        return self._value

    def redacted(self, text: str) -> str:
        """Return `text` with every occurrence of the key gone, however it is spelled."""
        return without(text, self._value)

    def redacted_answer(self, answer: Answer) -> Answer:
        """Return an answer without the key, as it can be written down: servers exist that echo what they were sent.

        What a server on this machine is given for a key ("none", "test") is a word of any code, and stays in it.
        """
        text = answer.text if len(self._value) < SHORTEST_SECRET else self.redacted(answer.text)
        return Answer(
            text=text.encode("utf-8", "backslashreplace").decode(),  # JSON can hold half a character
            model=one_line(self.redacted(answer.model)),
            input_tokens=_counted(answer.input_tokens),
            output_tokens=_counted(answer.output_tokens),
            finish=one_line(self.redacted(answer.finish)),
            provider=answer.provider,
        )


def _counted(tokens: int) -> int:
    return tokens if tokens <= _MOST_TOKENS else 0  # who counts beyond all measure does not count


def one_line(text: str) -> str:
    """Return a server's words as one short line, in which nothing steers a terminal."""
    line = printable(" ".join(text.split()))
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}..."
