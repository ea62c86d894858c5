"""Recording a command in the ledger: what cannot be written is a warning, never a failure."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from hatch_vibesafe.cli.output import print_warnings
from hatch_vibesafe.generate.recording import Recorder
from hatch_vibesafe.project import Project
from hatch_vibesafe.spec.model import Spec


@contextmanager
def recording(project: Project, command: str, specs: Sequence[Spec], template: str = "") -> Iterator[Recorder]:
    """Yield the recorder of a command; warn afterwards of what could not be written, and of what dead commands left."""
    recorder = Recorder(project, command, specs, template)
    try:
        yield recorder
    finally:
        print_warnings(recorder.close())
