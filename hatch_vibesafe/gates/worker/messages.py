"""What goes between the worker and the parent: each message is its length (4 bytes, big-endian) and JSON."""

import json
import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import BinaryIO, TypedDict

    Encoded = list[object]

    class Shared(TypedDict):
        """What the jobs of one batch have in common."""

        path: list[str]
        modules: dict[str, tuple[str, bool]]
        names: dict[str, str]
        implementations: dict[str, str]

    class Job(TypedDict):
        """One candidate: its unit's module and qualified name, its source, its examples, and the limits."""

        module: str
        qualname: str
        source: str
        examples: list[str]
        limits: dict[str, int] | None

    class Probe(TypedDict):
        """A question about the project alone: which modules can be imported, with so many bytes to spare?"""

        imports: list[str]
        room: int
        limits: dict[str, int] | None


def read_message(file: "BinaryIO") -> bytes:
    """Return the next message of a stream."""
    return file.read(int.from_bytes(file.read(4), "big"))


def send(channel: int, answer: "Encoded") -> None:
    """Write an answer to a descriptor, whole."""
    content = json.dumps(answer).encode("ascii")
    message = len(content).to_bytes(4, "big") + content
    while message:
        message = message[os.write(channel, message) :]
