"""What a docstring says to people: without examples, contracts and fences, which say it to gates."""

import inspect
import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

CONTRACTS = ("requires", "ensures", "raises", "invariant", "invariants")
"""The sections that hold a contract."""

_SECTION = re.compile(r"([A-Z][a-z]+):")
_ENTRY = re.compile(r"(\*{0,2}[\w.]+)(?: *\([^)]*\))?: *(.*)")
_FENCE, _FENCE_END = "```hypothesis", "```"


def prose(docstring: str, without: "tuple[str, ...]" = CONTRACTS) -> str:
    """Return what a docstring says besides its examples, its fences, and the sections of these names."""
    kept: list[str] = []
    for line in _without_sections(_without_fences(_without_examples(_lines(docstring))), without):
        if line.strip() or (kept and kept[-1].strip()):
            kept.append(line)
    return "\n".join(kept).strip()


def section(docstring: str, name: str) -> dict[str, str]:
    """Return the entries of a section such as `Args:`, each with its text on one line."""
    entries: dict[str, str] = {}
    last = ""
    indentation: int | None = None
    is_inside = False
    for line in _without_examples(_lines(docstring)):
        depth = len(line) - len(line.lstrip())
        if line.strip() and not depth:
            is_inside = line.strip().lower() == f"{name}:"
            continue
        if not is_inside or not line.strip():
            continue
        indentation = depth if indentation is None else indentation
        found = _ENTRY.fullmatch(line.strip())
        if depth <= indentation and found:
            last = found[1]
            entries[last] = found[2]
        elif last:
            entries[last] = f"{entries[last]} {line.strip()}".strip()
    return entries


def _lines(docstring: str) -> list[str]:
    return inspect.cleandoc(docstring).split("\n")


def _without_examples(lines: "list[str]") -> "Iterator[str]":
    in_example = False
    for line in lines:
        text = line.strip()
        in_example = text.startswith(">>>") or (in_example and bool(text))
        if not in_example:
            yield line


def _without_fences(lines: "Iterator[str]") -> "Iterator[str]":
    in_fence = False
    for line in lines:
        if in_fence:
            in_fence = line.strip() != _FENCE_END
        elif line.strip() == _FENCE:
            in_fence = True
        else:
            yield line


def _without_sections(lines: "Iterator[str]", names: "tuple[str, ...]") -> "Iterator[str]":
    in_section = False
    for line in lines:
        if line.strip() and line == line.lstrip():
            found = _SECTION.fullmatch(line.strip())
            in_section = found is not None and found[1].lower() in names
        if not in_section:
            yield line
