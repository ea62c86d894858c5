"""What the first batch of a run would wait for, done while the answers to judge are still on their way."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from hatch_vibesafe.gates import types
from hatch_vibesafe.gates.context import GateContext
from hatch_vibesafe.gates.surroundings import surroundings
from hatch_vibesafe.spec.model import Spec
from hatch_vibesafe.store.required import gates_for


@contextmanager
def making_ready(context: GateContext, specs: Sequence[Spec]) -> Iterator[None]:
    """Make the tools ready beside what is inside, for candidates of these specs.

    Raises:
        VibesafeConfigurationError: if the project's source files cannot be told or read.
    """
    project = context.project
    if not any(types.GATE in gates_for(spec, project.config.gates.required) for spec in specs):
        yield
        return
    arguments = (surroundings(context, specs), project.cache_path, project.config.gates.mypy)
    beside = threading.Thread(target=types.make_ready, args=arguments, name="vibesafe-ready")
    beside.start()
    try:
        yield
    finally:
        beside.join()
