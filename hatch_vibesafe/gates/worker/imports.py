"""Imports modules of the project with no candidate in them: what fails here would fail with every candidate.

The answers are, in the order of the modules, `["imported"]`, `["undecided"]` where a unit without an implementation was
called on the way, or `["failed", text, file, line, missing]` with the deepest place in the project and the module that
was not found, if that is why; and then `["done"]`.
"""

import importlib
import sys

from hatch_vibesafe.gates.worker.limits import TEXT_LIMIT
from hatch_vibesafe.gates.worker.modules import Modules, Project, stand_in

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from hatch_vibesafe.gates.worker.messages import Encoded, Probe


def imports(project: Project, probe: "Probe") -> "Iterator[Encoded]":
    """Import each module, and say what came of it."""
    sys.meta_path.insert(0, Modules(project))
    sys.path += project.path
    called: list[str] = []
    stand_in(project, called)
    files = {file for file, _ in project.places.values()}
    for name in probe["imports"]:
        called.clear()
        try:
            bytearray(probe["room"])
            importlib.import_module(name)
        except BaseException as error:  # noqa: BLE001 - the project's code may raise anything
            text = f"{type(error).__name__}: {error}"[:TEXT_LIMIT]
            missing = (error.name or "") if isinstance(error, ModuleNotFoundError) else ""
            yield ["undecided"] if called else ["failed", text, *place_in(error, files), missing]
        else:
            yield ["imported"]
    yield ["done"]


def place_in(error: BaseException, files: "Collection[str]") -> tuple[str, int]:
    """Return the deepest file and line of these files that an exception passed through; empty and 0 for none."""
    if isinstance(error, SyntaxError) and error.filename is not None and error.filename in files:
        return error.filename, error.lineno or 0
    place = ("", 0)
    traceback = error.__traceback__
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename in files:
            place = (traceback.tb_frame.f_code.co_filename, traceback.tb_lineno)
        traceback = traceback.tb_next
    return place
