"""What goes between the worker and the parent: each message is its length (4 bytes, big-endian) and JSON."""

import json
import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import BinaryIO, NotRequired, TypedDict

    Encoded = list[object]

    class Settings(TypedDict):
        """How far every candidate of one batch is confined."""

        confined: bool
        limits: dict[str, int] | None
        processes: int
        readable: list[str]
        listable: list[str]
        timeout: float
        scratch: int
        preload: list[str]
        installed: list[str]
        granted: list[str]

    class Shared(TypedDict):
        """What the jobs of one batch have in common."""

        path: list[str]
        modules: dict[str, tuple[str, bool]]
        sources: dict[str, str]
        names: dict[str, str]
        implementations: dict[str, str]

    class Job(TypedDict):
        """One candidate: its unit's module and qualified name, its source, and its examples."""

        module: str
        qualname: str
        source: str
        examples: list[str]
        seconds: NotRequired[float]

    class Probe(TypedDict):
        """A question about the project alone: which modules can be imported, with so many bytes to spare?"""

        imports: list[str]
        room: int
        seconds: NotRequired[float]

    class SelfTest(TypedDict):
        """A question about the sandbox alone: what gets through? Names what has to be out of reach.

        With `files` there is a directory to write in, and an interpreter's library to read.
        """

        files: bool
        file: str
        home: str
        parent: int
        seconds: NotRequired[float]


def read_message(file: "BinaryIO") -> bytes:
    """Return the next message of a stream; nothing at its end."""
    return file.read(int.from_bytes(file.read(4), "big"))


def framed(content: bytes) -> bytes:
    """Return a message as it is sent."""
    return len(content).to_bytes(4, "big") + content


def write(channel: int, content: bytes) -> None:
    """Write to a descriptor, whole."""
    left = memoryview(content)
    while left:
        left = left[os.write(channel, left) :]


def send(channel: int, answer: "Encoded") -> None:
    """Write an answer to a descriptor."""
    write(channel, framed(json.dumps(answer).encode("ascii")))
