"""Which recorded drafts are over: those of a conversation that ended without a stub, or that a person did not want.

The same sentence then begins a new conversation, and not the old one again. It is a memory in the cache: without it a
draft is replayed, and nothing else happens.
"""

import contextlib
import json

from hatch_vibesafe.identity import Digest
from hatch_vibesafe.problems import VibesafeError
from hatch_vibesafe.project import Project
from hatch_vibesafe.store.files import read_file, write_atomically

_FORMAT = 1


def conversations_over(project: Project, question: Digest) -> int:
    """Return how many conversations that begin with a question are over."""
    with contextlib.suppress(VibesafeError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        content = read_file(project.cache_path / "drafts" / f"{question}.json")
        document = {} if content is None else json.loads(content)
        if document.get("format") == _FORMAT and type(document["over"]) is int:
            return max(0, document["over"])
    return 0


def end_conversation(project: Project, question: Digest, number: int) -> None:
    """Remember that the conversation of that number, from 0, is over."""
    content = json.dumps({"format": _FORMAT, "over": number + 1}, sort_keys=True)
    with contextlib.suppress(VibesafeError):
        write_atomically(project.cache_path / "drafts" / f"{question}.json", f"{content}\n".encode("ascii"))
