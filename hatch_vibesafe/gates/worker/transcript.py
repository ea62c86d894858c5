"""What an example shows."""

import builtins

from hatch_vibesafe.gates.worker.limits import TEXT_LIMIT
from hatch_vibesafe.gates.worker.witness import Witness, exact

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hatch_vibesafe.gates.worker.messages import Encoded


class Output:
    """Stands in for standard output: keeps text up to a bound, and knows of nothing else."""

    encoding = "utf-8"
    errors = "backslashreplace"
    __slots__ = ("_pieces", "_room")

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._room = TEXT_LIMIT

    def write(self, text: str) -> int:
        """Keep printed text up to a bound; what goes beyond it is dropped."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        piece = exact(text)[: max(self._room, 0)]
        self._pieces.append(piece)
        self._room -= len(exact(text))
        return len(piece)

    def flush(self) -> None:
        """Do nothing: nothing is held back."""

    def isatty(self) -> bool:
        """Say what a file says."""
        return False

    def writable(self) -> bool:
        """Say what a file says."""
        return True


class Transcript:
    """What an example shows, in order: printed text and values."""

    def __init__(self, witness: Witness) -> None:
        self.output = Output()
        self._witness = witness
        self._events: list[Encoded] = []

    def show(self, value: object) -> None:
        """Keep the value of an expression statement, as the interactive interpreter shows it."""
        if value is not None:
            vars(builtins)["_"] = value
            event: Encoded = ["value", self._witness.encode(value)]
            self._end_text()
            self._events.append(event)

    def take(self) -> "list[Encoded]":
        """Return what was kept, and begin anew."""
        self._end_text()
        events, self._events = self._events, []
        if self.output._room < 0:  # noqa: SLF001 - what runs must find no more on it than a file has
            events.append(["cut"])
        self.output._room = TEXT_LIMIT  # noqa: SLF001 - likewise
        return events

    def _end_text(self) -> None:
        pieces = self.output._pieces  # noqa: SLF001 - likewise
        if any(pieces):
            self._events.append(["text", "".join(pieces)])
        pieces.clear()
