"""What an example shows."""

import builtins

from hatch_vibesafe.gates.worker.limits import TEXT_LIMIT
from hatch_vibesafe.gates.worker.witness import Witness, exact

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hatch_vibesafe.gates.worker.messages import Encoded


class Transcript:
    """What an example shows, in order: printed text and values. Stands in for standard output."""

    encoding = "utf-8"
    errors = "backslashreplace"

    def __init__(self, witness: Witness) -> None:
        self._witness = witness
        self._events: list[Encoded] = []
        self._pieces: list[str] = []
        self._room = TEXT_LIMIT

    def write(self, text: str) -> int:
        """Keep printed text up to a bound; what goes beyond it is dropped and said to have been."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        piece = exact(text)[: self._room]
        self._room -= len(piece)
        self._pieces.append(piece)
        if len(piece) < len(text) and ["cut"] not in self._events[-1:]:
            self._events.append(["cut"])
        return len(text)

    def flush(self) -> None:
        """Do nothing: nothing is held back."""

    def isatty(self) -> bool:
        """Say what a file says."""
        return False

    def writable(self) -> bool:
        """Say what a file says."""
        return True

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
        events, self._events, self._room = self._events, [], TEXT_LIMIT
        return events

    def _end_text(self) -> None:
        if any(self._pieces):
            self._events.append(["text", "".join(self._pieces)])
        self._pieces.clear()
