"""What a batch would wait for, done while the answers to judge are still on their way."""

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
    if not _needs_types(context, specs):
        yield
        return
    project = context.project
    arguments = (surroundings(context, specs), project.cache_path, project.config.gates.mypy)
    beside = threading.Thread(target=types.make_ready, args=arguments, name="vibesafe-ready")
    beside.start()
    try:
        yield
    finally:
        beside.join()
        if context.started is not None:
            context.started.close()


def begin_tools(context: GateContext, specs: Sequence[Spec]) -> None:
    """Begin to start what will judge candidates of these specs, where `making_ready` ends it."""
    if context.started is not None and _needs_types(context, specs):
        context.started.begin()


def _needs_types(context: GateContext, specs: Sequence[Spec]) -> bool:
    required = context.project.config.gates.required
    return any(types.GATE in gates_for(spec, required) for spec in specs)
