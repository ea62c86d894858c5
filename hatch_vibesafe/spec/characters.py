"""What a reader cannot see in a Python text: characters that hide or reorder, and names that look like others. Pure."""

import io
import re
import tokenize
import unicodedata
from collections.abc import Iterator

_ORDINARY_CONTROLS = frozenset("\t\n\r\f")
_HIDING_CATEGORIES = frozenset({"Cc", "Cf", "Zl", "Zp"})
# Blank, yet letters or marks by their category: fillers, the grapheme joiner and selectors that carry hidden data.
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_JOINERS = frozenset("\u200c\u200d")  # honest between letters of Persian or Indic scripts, and inside of emoji
_TOGETHER = (
    frozenset({"LATIN", "CJK", "HIRAGANA", "KATAKANA"}),
    frozenset({"LATIN", "CJK", "HANGUL"}),
    frozenset({"LATIN", "CJK", "BOPOMOFO"}),
)
_OUT_OF_THE_ORDINARY = re.compile(r"[^\t\n\r\f -~]")
_FIELD = re.compile(r"\{([^{}]*)\}")
_WORD = re.compile(r"\w+")


def unreadable(text: str) -> Iterator[tuple[int, str]]:
    """Yield the line and the fault of each character or name that is not what it looks like (UTS 39, UAX 31).

    The text is Python's. A zero-width joiner may stand between two characters that are not ASCII.
    """
    if not _OUT_OF_THE_ORDINARY.search(text):
        return
    for number, line in enumerate(re.split("\r\n|\r|\n", text), start=1):
        for place, character in enumerate(line):
            if _hides(character) and not (character in _JOINERS and _joins(line, place)):
                code = f"U+{ord(character):04X} {unicodedata.name(character, 'a control character')}"
                yield number, f"holds an invisible or reordering character ({code}): write it as an escape"
    if not text.isascii():
        yield from _names(text)


def _hides(character: str) -> bool:
    if character in _ORDINARY_CONTROLS:
        return False
    selects = "\ufe00" <= character <= "\ufe0d" or "\U000e0100" <= character <= "\U000e01ef"
    return selects or character in _BLANK or unicodedata.category(character) in _HIDING_CATEGORIES


def _joins(line: str, place: int) -> bool:
    around = line[max(place - 1, 0) : place] + line[place + 1 : place + 2]
    return len(around) == len("ab") and not any(character.isascii() for character in around)


def _names(text: str) -> Iterator[tuple[int, str]]:
    for line, name in _written_names(text):
        fault = "" if name.isascii() else name_fault(name)
        if fault:
            yield line, fault


def _written_names(text: str) -> Iterator[tuple[int, str]]:
    """Yield each name as it is written. Before Python 3.12 `tokenize` splits one at its combining marks."""
    line, name, end = 0, "", (0, 0)
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.NAME or (token.type == tokenize.ERRORTOKEN and not token.string.isascii()):
            if token.start != end:
                yield line, name
                line, name = token.start[0], ""
            name, end = name + token.string, token.end
        elif token.type == tokenize.STRING and "f" in token.string[:2].lower():  # one token until Python 3.12
            yield from (
                (token.start[0], word) for field in _FIELD.findall(token.string) for word in _WORD.findall(field)
            )
    yield line, name


def name_fault(name: str) -> str:
    """Return why a name is not what it looks like; empty where it is."""
    plain = unicodedata.normalize("NFKC", name)
    if plain != name:
        return f"spells the name `{plain}` as `{name}`: write names in the form that Python reads (NFKC)"
    if any("\ufe0e" <= character <= "\ufe0f" for character in name):
        return f"has an invisible character in the name `{plain!a}`: leave it out"
    scripts = {script for character in name if (script := _script(character))}
    if len(scripts) > 1 and not any(scripts <= together for together in _TOGETHER):
        return f"mixes scripts in the name `{name}` ({', '.join(sorted(scripts)).lower()}): write it in one"
    return ""


def _script(character: str) -> str:
    """Return the script of a letter as its Unicode name begins; empty for what every script shares."""
    if unicodedata.category(character) not in {"Lu", "Ll", "Lt", "Lo"}:
        return ""
    return unicodedata.name(character, "UNKNOWN").partition(" ")[0]
