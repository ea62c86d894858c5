"""What providers answered, by the digest of the request: the same question is asked once.

An answer's file holds the answer alone. Neither the request nor any setting or key is in it.
"""

import json
from dataclasses import asdict
from pathlib import Path

from hatch_vibesafe.identity import Digest, parse_digest
from hatch_vibesafe.problems import VibesafeError
from hatch_vibesafe.store.files import read_file, write_atomically
from hatch_vibesafe.store.records import Answer

_FORMAT = 1
_TEXTS = ("text", "model", "finish")
_PROVIDER = "provider"
"""Only there where another provider answered than the one that was asked."""

_COUNTS = ("input_tokens", "output_tokens")


class AnswerCache:
    """Answers on disk, one JSON file each: `<directory>/<first two digits>/<request digest>.json`."""

    __slots__ = ("_directory",)

    def __init__(self, directory: Path) -> None:
        """Keep the answers below `directory`, which is created with the first one."""
        self._directory = directory

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
        write_atomically(self._path(request), f"{content}\n".encode("ascii"))

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
