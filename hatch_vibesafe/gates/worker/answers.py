"""Imports a spec's module with the candidate in it, and answers each example."""

import importlib
import sys

from hatch_vibesafe.gates.worker import client, shell
from hatch_vibesafe.gates.worker.examples import DRAINED, OWN, SEEN, SHOW, described, drained, line_in, run_example
from hatch_vibesafe.gates.worker.limits import TEXT_LIMIT
from hatch_vibesafe.gates.worker.modules import (
    CandidateLoader,
    Modules,
    Project,
    given_path,
    import_if_possible,
    stand_in,
)
from hatch_vibesafe.gates.worker.origins import Origins
from hatch_vibesafe.gates.worker.transcript import Transcript
from hatch_vibesafe.gates.worker.witness import Witness

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from hatch_vibesafe.gates.worker.messages import Encoded, Job


def answers(project: Project, job: "Job") -> "Iterator[Encoded]":
    """Import the spec's module with the candidate in it, run the examples, and give one answer each."""
    unit = f"{job['module']}/{job['qualname']}"
    name = project.names[unit]
    project.give(name, job["source"])
    origins = Origins(project.frozen)
    candidate = CandidateLoader(job["source"], given_path(name), job["qualname"], origins, job["examples"])
    sys.meta_path.insert(0, Modules(project, (name, candidate)))
    sys.path += project.path
    resolved = stand_in(project)
    for way in (client, shell):
        for needed in way.MODULES if way.asks(job["examples"]) else ():
            import_if_possible(needed)
    try:
        module = importlib.import_module(job["module"])
    except BaseException as error:  # noqa: BLE001 - the candidate's and the project's code may raise anything
        yield ["failed", f"{type(error).__name__}: {error}"[:TEXT_LIMIT], line_in(error, given_path(name))]
        return
    if unit not in resolved:
        yield ["failed", f"the module {job['module']} never decorates {job['qualname']}", 0]
        return
    origins.settle()
    witness = Witness(origins)
    namespace = dict(vars(module))
    if "." not in job["qualname"]:
        namespace[job["qualname"]] = resolved[unit]
    namespace |= _asking(unit, job["examples"], namespace)
    transcript = Transcript(witness)
    namespace |= {SHOW: transcript.show, SEEN: witness.seen, OWN: origins.believe, DRAINED: drained}
    for source in job["examples"]:
        raised: Encoded | None = None
        sys.stdout = transcript.output
        try:
            run_example(source, namespace)
        except BaseException as error:  # noqa: BLE001 - an answer too: examples may expect any exception
            raised = described(error, witness, given_path(name))
        yield ["example", transcript.take(), raised, witness.refusals]
    yield ["done"]


def _asking(name: str, examples: "Iterable[str]", namespace: "Mapping[str, object]") -> dict[str, object]:
    """Return what the examples ask an endpoint or a command with, where the module does not use that name itself."""
    units = sys.modules.get("vibesafe_runtime._units")
    unit = units.kept(name) if units is not None else None
    if unit is None:
        return {}
    if unit.kind == "http" and client.NAME not in namespace and client.asks(examples):
        return {client.NAME: client.client_of(unit, namespace)}
    if unit.kind == "cli" and shell.NAME not in namespace and shell.asks(examples):
        return {shell.NAME: shell.shell_of(unit.implementation)}
    return {}
