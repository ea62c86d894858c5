"""What is about to be written into the user's tree: shown as a diff, then written, each file whole or not at all."""

import contextlib
import difflib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from hatch_vibesafe.problems import Problem, VibesafeError
from hatch_vibesafe.store.files import quoted, write_atomically
from hatch_vibesafe.store.index import lock_of
from hatch_vibesafe.store.lock import locked


@dataclass(frozen=True, slots=True)
class Change:
    """One file.

    Attributes:
        path: Where it is.
        before: What it holds; None where there is no file yet.
        after: What it shall hold.
    """

    path: Path
    before: bytes | None
    after: bytes


def diff_lines(changes: Sequence[Change], root: Path) -> Iterator[str]:
    """Yield the lines of one unified diff, with paths relative to `root`, without line endings."""
    for change in changes:
        name = change.path.relative_to(root).as_posix()
        old = _lines(change.before or b"")
        new = _lines(change.after)
        before = "/dev/null" if change.before is None else f"a/{name}"
        if old == new:
            yield from (f"--- {before}", f"+++ b/{name}", *([] if new else ["(an empty file)"]))
        yield from difflib.unified_diff(old, new, before, f"b/{name}", lineterm="")


def write_changes(changes: Sequence[Change], index: Path | None = None) -> None:
    """Write every file, in order, and keep the permissions of those that were there.

    Args:
        changes: The files.
        index: The project's index, whose lock is held meanwhile, so that of two commands the second sees what the
            first wrote; None where the project has none yet, or may have that of an older release.

    Raises:
        VibesafeError: before anything is written, with every file that was edited since it was read or whose directory
            cannot be written to; or with the one that could not be written; or if another command keeps the lock.
    """
    with contextlib.nullcontext() if index is None or not changes else locked(lock_of(index)):
        _write(changes)


def _write(changes: Sequence[Change]) -> None:
    problems = dict.fromkeys(problem for change in changes for problem in _in_the_way(change))
    if problems:
        raise VibesafeError(*problems)
    for change in changes:
        mode = change.path.stat().st_mode & 0o7777 if change.before is not None else None
        write_atomically(change.path, change.after)
        if mode is not None:
            with contextlib.suppress(OSError):
                change.path.chmod(mode)


def _in_the_way(change: Change) -> Iterator[Problem]:
    path = change.path
    now = path.read_bytes() if path.is_file() else None
    if now != change.before or path.is_symlink():
        yield Problem(str(path), "has changed since it was read; nothing was written", "run the command again")
    above = next(parent for parent in path.parents if parent.exists())
    if not above.is_dir():
        yield Problem(str(above), "is not a directory", f"move it away: ls -ld {quoted(above)}")
    elif not os.access(above, os.W_OK, effective_ids=os.access in os.supports_effective_ids):
        remedy = f"make {quoted(above)} writable for you and run the command again"
        yield Problem(str(above), "cannot be written to; nothing was written", remedy)


def _lines(content: bytes) -> list[str]:
    return content.decode("utf-8", "replace").replace("\r\n", "\n").splitlines()
