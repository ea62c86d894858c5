"""How many tokens a prompt has: as its provider counted them where it ever did, else an estimate that says so."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Literal

from hatch_vibesafe.generate.providers.protocol import Message
from hatch_vibesafe.store.records import Answer

ESTIMATED = "estimated from the text: the model's own tokenizer is not known here, and may count a quarter more or less"
COUNTED = "counted by the provider when it answered this prompt"

_AROUND_MESSAGE = 4
"""What chat templates put around a message, more or less."""

# What byte-pair tokenizers split a text into before they join anything: a space goes with the word that follows it.
_PIECE = re.compile(
    r"(?P<word>[A-Z]?[a-z]+|[A-Z]+)|(?P<digits>[0-9]+)|(?P<line>\n[ \t\n]*)|(?P<space>[ \t\r]+)"
    r"|(?P<sign>[!-/:-@\[-`{-~]+)|(?P<other>[^\x00-\x7f]+)|."
)
_LETTERS, _DIGITS, _SIGNS = 8, 2, 2


@dataclass(frozen=True, slots=True)
class TokenCount:
    """A number of tokens.

    Attributes:
        count: How many.
        by: Who counted.
        how: The same, for people.
    """

    count: int
    by: Literal["provider", "estimate"]
    how: str


def token_count(messages: Sequence[Message], answer: Answer | None) -> TokenCount:
    """Return how many tokens messages have.

    Args:
        messages: The messages.
        answer: The recorded answer to them, which tells what the provider counted.
    """
    if answer is not None and answer.input_tokens:
        return TokenCount(answer.input_tokens, "provider", COUNTED)
    count = sum(estimated_tokens(message.content) + _AROUND_MESSAGE for message in messages)
    return TokenCount(count, "estimate", ESTIMATED)


def estimated_tokens(text: str) -> int:
    """Return about how many tokens a byte-pair tokenizer makes of a text."""
    return sum(_tokens(match) for match in _PIECE.finditer(text))


def _tokens(match: re.Match[str]) -> int:
    length = len(match[0])
    match match.lastgroup:
        case "word":
            return ceil(length / _LETTERS)
        case "digits":
            return ceil(length / _DIGITS)
        case "sign":
            return ceil(length / _SIGNS)
        case "space":
            return int(length > 1)
        case "other":
            return length
        case _:
            return 1
