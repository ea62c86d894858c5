"""The directory in which a candidate may write: how much is in it, and its end."""

import contextlib
import os

ENTRY = 4096
"""What a name counts for, be its file empty or not."""


def used(directory: str, most: int) -> int:
    """Return about how many bytes a directory takes, counted no further than beyond `most`."""
    total = 0
    waiting = [directory]
    while waiting and total <= most:
        with contextlib.suppress(OSError), os.scandir(waiting.pop()) as entries:
            for entry in entries:
                total += ENTRY
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                else:
                    with contextlib.suppress(OSError):
                        total += entry.stat(follow_symlinks=False).st_size
                if total > most:
                    break
    return total


def remove(directory: str) -> None:
    """Remove a directory with all that is in it, as far as it can be removed."""
    for root, directories, files in os.walk(directory, topdown=False):
        for name in files:
            with contextlib.suppress(OSError):
                os.unlink(os.path.join(root, name))  # noqa: PTH108, PTH118 - pathlib is not loaded here
        for name in directories:
            with contextlib.suppress(OSError):
                path = os.path.join(root, name)  # noqa: PTH118 - likewise
                os.unlink(path) if os.path.islink(path) else os.rmdir(path)  # noqa: PTH106, PTH108, PTH114 - likewise
    with contextlib.suppress(OSError):
        os.rmdir(directory)  # noqa: PTH106 - likewise
