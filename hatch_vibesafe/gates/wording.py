"""What the words of a docstring say: the text without its examples, and whether a value stands in it. Pure."""

import ast
import re

from hatch_vibesafe.gates.cases import Literal
from hatch_vibesafe.gates.without_answers import prose
from hatch_vibesafe.spec.model import Spec

_SHORTEST_BEGINNING = 3
_WORD = re.compile(r"\w+")


def rules(spec: Spec) -> str:
    """Return what a docstring says in words: without its examples, those that stand in the text too."""
    call = f"{spec.unit.name}("
    return "\n".join(line for line in prose(spec.docstring).splitlines() if call not in line).casefold()


def words(text: str) -> frozenset[str]:
    """Return the words of a text."""
    return frozenset(_WORD.findall(text))


def is_said(shown: Literal, text: str) -> bool:
    """Whether the words of a docstring say a value itself: each word of a text, else the value as it stands."""
    said = str(ast.literal_eval(shown) if shown[0] in "'\"" else shown).casefold()
    if all(word.isalpha() for word in said.split()):
        spoken = words(text)
        return bool(said) and all(word in spoken or _begins(word, spoken) for word in said.split())
    if shown[0] in "([{'\"":
        return "".join(said.split()) in "".join(text.split())
    return re.search(rf"(?<![\w.]){re.escape(said)}(?!\w)", text) is not None


def _begins(word: str, spoken: frozenset[str]) -> bool:
    return len(word) >= _SHORTEST_BEGINNING and any(each.startswith(word) for each in spoken)
