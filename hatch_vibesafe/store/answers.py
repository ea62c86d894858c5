"""What providers answered, by the digest of the request: the same question is asked once.

An answer's file holds the answer alone. Neither the request nor any setting or key is in it.
"""

import contextlib
import errno
import json
import os
import shutil
from dataclasses import asdict
from pathlib import Path

from hatch_vibesafe.identity import Digest, parse_digest
from hatch_vibesafe.problems import VibesafeError
from hatch_vibesafe.store.files import FULL, problem_of, read_file, write_atomically
from hatch_vibesafe.store.records import Answer

_FORMAT = 1
_ROOM = 256 * 1024
"""Bytes that have to be free before anybody is asked: the longest answers, and what is stored of them."""

_TEXTS = ("text", "model", "finish")
_PROVIDER = "provider"
"""Only there where another provider answered than the one that was asked."""

_COUNTS = ("input_tokens", "output_tokens")


class AnswerCache:
    """Answers on disk, one JSON file each: `<directory>/<first two digits>/<request digest>.json`."""

    __slots__ = ("_directory", "_full")

    def __init__(self, directory: Path) -> None:
        """Keep the answers below `directory`, which is created with the first one."""
        self._directory = directory
        self._full: VibesafeError | None = None

    def refuse_without_room(self) -> None:
        """Refuse to go on where an answer could not be kept: whoever asked for it would pay for nothing.

        Raises:
            VibesafeError: if the disk is full, or was when an answer was to be kept.
        """
        if self._full is not None:
            raise VibesafeError(*self._full.problems)
        place = next((each for each in (self._directory, *self._directory.parents) if each.exists()), None)
        if place is None:
            return
        with contextlib.suppress(OSError):  # a file system that does not say it is not refused for that
            if shutil.disk_usage(place).free < _ROOM:
                full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
                self._full = VibesafeError(problem_of(full, self._directory, "written"))
        if self._full is not None:
            raise VibesafeError(*self._full.problems)

    def get(self, request: Digest) -> Answer | None:
        """Return the answer to a request, or None where there is none that can be read whole.

        Raises:
            ValueError: if `request` is not a digest.
        """
        try:
            content = read_file(self._path(request))
        except VibesafeError:
            return None
        return None if content is None else _parse(content)

    def put(self, request: Digest, answer: Answer) -> None:
        """Keep the answer to a request; one that is there already is replaced.

        Raises:
            ValueError: if `request` is not a digest.
            VibesafeError: if it cannot be written.
        """
        values = {name: value for name, value in asdict(answer).items() if name != _PROVIDER or value}
        content = json.dumps({"format": _FORMAT, **values}, indent=1, sort_keys=True)
        try:
            write_atomically(self._path(request), f"{content}\n".encode("ascii"))
        except VibesafeError as error:
            if isinstance(error.__cause__, OSError) and error.__cause__.errno in FULL:
                self._full = error
            raise

    def _path(self, request: Digest) -> Path:
        name = parse_digest(request)
        return self._directory / name[:2] / f"{name}.json"


def _parse(content: bytes) -> Answer | None:
    """Return the answer that the bytes hold, or None where they hold anything else."""
    try:
        values = json.loads(content)
    except (ValueError, RecursionError):
        return None
    if not isinstance(values, dict) or values.get("format") != _FORMAT:
        return None
    provider = values.pop(_PROVIDER, "")
    if set(values) != {"format", *_TEXTS, *_COUNTS} or type(provider) is not str:
        return None
    texts = [values[name] for name in _TEXTS]
    counts = [values[name] for name in _COUNTS]
    if not all(type(value) is str for value in texts) or not all(type(value) is int for value in counts):
        return None
    return Answer(
        text=values["text"],
        model=values["model"],
        input_tokens=values["input_tokens"],
        output_tokens=values["output_tokens"],
        finish=values["finish"],
        provider=provider,
    )
