"""A file is changed between the look at it and its use: it is a pipe whose writer decides each time, or it flickers.

Who: whoever can write into site-packages and is quick. What stops it: a file is opened once, and the bytes that run are
the very bytes that were hashed.
"""

import contextlib
import os
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.attacks.conftest import IMPLEMENTATION, Corpus, Kind, Threat, judge

THREAT = Threat(
    attack="change a file between check and use",
    at_import="no effect",
    by_verify="-",
    with_key="no effect",
    with_guard="no effect",
    by="the bytes that run are the bytes that were hashed: one read",
)

# Imports in a hundred children while another thread replaces the file again and again.
FLICKER = """
import os, sys, threading
import vibesafe_runtime._finder, vibesafe_runtime._installed
place, canary = sys.argv[1:]
with open(place, "rb") as file:
    honest = file.read()
evil = f"open({canary!r}, 'w').close()\\n".encode() + honest
stop = threading.Event()
def flicker():
    while not stop.is_set():
        for content in (evil, honest):
            with open(place + ".new", "wb") as file:
                file.write(content)
            os.replace(place + ".new", place)
counts = {0: 0, 7: 0}
writer = os.fork()
if writer == 0:
    flicker()
try:
    for _ in range(100):
        child = os.fork()
        if child == 0:
            try:
                from shop.pricing import total
            except vibesafe_runtime.VibesafeHashMismatch:
                os._exit(7)
            os._exit(0 if total(4) == 9 else 1)
        counts[os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])] += 1
finally:
    os.kill(writer, 9)
    os.waitpid(writer, 0)
print(counts[0] + counts[7], min(counts.values()) > 0)
"""


class Pipe:
    """A named pipe in the place of a file, which gives every reader the next of some contents."""

    def __init__(self, file: Path, contents: Sequence[bytes]) -> None:
        self.file = file
        self.contents = list(contents)
        self.readers = 0
        self._renew()
        threading.Thread(target=self._serve, daemon=True).start()

    def _renew(self) -> None:
        new = self.file.parents[3] / "pipe"
        os.mkfifo(new)
        new.rename(self.file)

    def _serve(self) -> None:
        for content in self.contents:
            # The last one has only the reader that lets it go, and that reads nothing.
            with contextlib.suppress(BrokenPipeError), self.file.open("wb") as pipe:
                self.readers += 1
                # Whoever opens the file once more gets a pipe of its own.
                self._renew()
                pipe.write(content)

    def close(self) -> None:
        """Let a writer go that still waits for a reader."""
        while self.readers < len(self.contents):
            os.close(os.open(self.file, os.O_RDONLY | os.O_NONBLOCK))


@pytest.mark.parametrize("kind", ["plain", "signed", "guarded"])
@pytest.mark.parametrize("options", [(), ("-O",)])
def test_the_bytes_that_run_are_the_bytes_that_were_hashed(
    corpus: Corpus, kind: Kind, options: tuple[str, ...]
) -> None:
    shop = corpus.copy(kind)
    pipe = Pipe(shop.site / IMPLEMENTATION, [shop.read(IMPLEMENTATION), shop.evil_total().encode()])
    shop.arguments = (*options, *shop.arguments)
    judge(shop, THREAT.at_import)
    assert pipe.readers == 1
    pipe.close()


def test_other_bytes_are_refused_and_not_read_again(corpus: Corpus) -> None:
    shop = corpus.copy()
    pipe = Pipe(shop.site / IMPLEMENTATION, [shop.evil_total().encode(), shop.read(IMPLEMENTATION)])
    judge(shop, "refused", where="pricing__total.py")
    assert pipe.readers == 1
    pipe.close()


def test_a_file_that_flickers_is_what_was_locked_or_refused(corpus: Corpus) -> None:
    shop = corpus.copy()
    done = shop.run("-c", FLICKER, shop.site / IMPLEMENTATION, shop.canary)
    assert done.stdout == "100 True\n", done.stdout + done.stderr
    assert not shop.canary.exists()
