"""Runs command lines one after the other in one process, and writes down how each ended.

usage: python every_command.py FILE [closed-pipe]   (FILE holds {"lines": [[WORD, ...], ...]}, then {"outcomes": [...]})

With `closed-pipe`, nobody reads what goes to standard output. What goes to standard error is written down.
"""

import io
import json
import os
import sys
import traceback
from pathlib import Path

from hatch_vibesafe.cli import main as vibesafe


def pipe_that_nobody_reads() -> io.TextIOWrapper:
    reading, writing = os.pipe()
    os.close(reading)
    return os.fdopen(writing, "w", encoding="utf-8")


def outcome(line: list[str], *, is_read: bool) -> dict[str, object]:
    """Run a command line; return its code and what it said of errors."""
    own, error = sys.stdout, io.StringIO()
    sys.stderr = error
    if not is_read:
        sys.stdout = pipe_that_nobody_reads()
    code = -1
    try:
        vibesafe(line)
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else -1
    except BaseException:  # noqa: BLE001 - what reaches a user is what is looked for
        error.write(traceback.format_exc())
    sys.stdout = own
    return {"line": line, "code": code, "error": error.getvalue()}


def main(file: Path, *, is_read: bool) -> None:
    lines = json.loads(file.read_text(encoding="utf-8"))["lines"]
    outcomes = [outcome(line, is_read=is_read) for line in lines]
    file.write_text(json.dumps({"outcomes": outcomes}), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), is_read="closed-pipe" not in sys.argv[2:])
