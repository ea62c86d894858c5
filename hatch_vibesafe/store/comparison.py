"""Compare two implementations of a unit line by line, for people."""

import re
from difflib import unified_diff

from hatch_vibesafe.identity import CheckpointHash


def implementation_diff(
    active: bytes, current: bytes, active_hash: CheckpointHash, current_hash: CheckpointHash
) -> str:
    """Return the unified diff from the active implementation to the current one; empty where the bytes are equal.

    Bytes that are not UTF-8 are shown as escapes. A last line without a newline is marked as `diff` marks it.
    """
    lines = unified_diff(
        _lines(active),
        _lines(current),
        fromfile=f"active {active_hash[:12]}",
        tofile=f"current {current_hash[:12]}",
    )
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _lines(content: bytes) -> list[str]:
    # Not splitlines: it also splits at form feeds and other characters that are no line ends in Python source.
    return re.findall(r"[^\n]*\n|[^\n]+", content.decode("utf-8", "backslashreplace"))
