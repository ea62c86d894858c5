"""Does one job inside WebAssembly. This file is made a part of the component, and is imported nowhere else.

Whatever it imports is in the component's memory from the beginning: there are no files in there from which anything
could be imported later.
"""

import asyncio
import asyncio.events
import contextlib
import gc
import importlib
import json
import sys
import time

import wit_world  # type: ignore[import-not-found]  # made of judge.wit while the component is

from hatch_vibesafe.gates.capability_table import PARTS, PURE_MODULES
from hatch_vibesafe.gates.worker.answers import answers
from hatch_vibesafe.gates.worker.imports import imports
from hatch_vibesafe.gates.worker.modules import Project
from hatch_vibesafe.gates.worker.self_test import self_test

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from hatch_vibesafe.gates.worker.messages import Encoded

_BELOW = (
    *("collections.abc", "email.message", "email.utils", "encodings.idna", "html.entities", "html.parser"),
    *("http.client", "os.path", "urllib.error", "urllib.parse"),
    *("xml.dom.minidom", "xml.etree.ElementTree", "xml.sax.saxutils"),
)
_RUNTIME = ("vibesafe_runtime", "vibesafe_runtime._finder", "vibesafe_runtime._trust", "vibesafe_runtime._units")
_OURS = frozenset({"componentize_py_async_support", "componentize_py_types", "hatch_vibesafe", "inside", "wit_world"})


class _NoFiles:
    """What an event loop waits with where there is nothing to wait for but time."""

    def select(self, timeout: float | None) -> list[object]:
        """Sleep that long."""
        if timeout is None:
            raise RuntimeError("the event loop would wait for ever")
        time.sleep(max(timeout, 0))
        return []


class EventLoop(asyncio.BaseEventLoop):
    """An event loop without files, sockets and threads, of which WASI has none."""

    def __init__(self) -> None:
        super().__init__()
        self._selector = _NoFiles()

    def _process_events(self, _: list[object]) -> None:
        """Do nothing: none comes from outside."""

    def _write_to_self(self) -> None:
        """Do nothing: no other thread waits to be woken."""


class WitWorld(wit_world.WitWorld):  # type: ignore[misc]  # likewise
    """What the host calls."""

    def work(self, shared: bytes, job: bytes, platform: str) -> None:
        """Do a job, and have the host take each answer."""
        answer: Callable[[bytes], None] = wit_world.answer
        given, asked = Project(json.loads(shared)), json.loads(job)
        found = imports(given, asked) if "imports" in asked else None
        found = found or (self_test(asked) if "file" in asked else answers(given, asked))
        # What a candidate could tell by that it is judged.
        for name in [name for name in sys.modules if name.partition(".")[0] in _OURS]:
            del sys.modules[name]
        sys.platform = platform
        for each in found:
            answer(_encoded(each))


def _encoded(answer: "Encoded") -> bytes:
    return json.dumps(answer).encode("ascii")


def _prepare() -> None:
    """Load what a pure unit may import, for every job."""
    asyncio.events.new_event_loop = EventLoop
    asyncio.new_event_loop = EventLoop
    for name in sorted({*PURE_MODULES, *PARTS, *_BELOW}):
        with contextlib.suppress(ImportError):  # bz2 and lzma are not there
            importlib.import_module(name)
    for name in _RUNTIME:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()


_prepare()
