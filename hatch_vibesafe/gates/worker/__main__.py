"""Runs one candidate's examples and reports what came of each: the confined half of the doctest gate.

This file is run by itself, as `python -I -S -B __main__.py`, with nothing but the standard library. It judges
nothing: it is never told what an example should give. It reads a job from standard input and writes answers to
what was its standard output, which it first moves to a descriptor of its own and replaces by the null device.

Threat: the candidate runs in this process. It can keep answers back or forge them; to forge one that is believed it has
to know what the parent expects, and then it could as well return it. What it must not be able to do is to make a wrong
value look right *without* knowing the right one: hence exact types, and `Witness`.

The answers are `["example", events, raised, refusals]` in the order of the examples and then `["done"]`; or
`["failed", text, line]` where the spec's module cannot be imported. A probe is given no candidate; see `imports.py`.
"""

import json
import os
import sys
import types

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing_extensions import TypeIs

    from hatch_vibesafe.gates.worker.messages import Job, Probe, Shared

GATES = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120 - before any import


def main() -> None:
    """Take the descriptors over, read the job, and answer."""
    # The worker's other files under their own names, without the package around them: it needs what is installed.
    stand_ins = {"hatch_vibesafe": os.path.dirname(GATES), "hatch_vibesafe.gates": GATES}  # noqa: PTH120 - likewise
    for name, directory in stand_ins.items():
        sys.modules[name] = types.ModuleType(name)
        sys.modules[name].__path__ = [directory]
    from hatch_vibesafe.gates.worker.answers import answers  # noqa: PLC0415 - found by the lines above
    from hatch_vibesafe.gates.worker.confinement import confine, supervise  # noqa: PLC0415 - likewise
    from hatch_vibesafe.gates.worker.imports import imports  # noqa: PLC0415 - likewise
    from hatch_vibesafe.gates.worker.messages import read_message, send  # noqa: PLC0415 - likewise

    channel = os.dup(1)
    null = os.open(os.devnull, os.O_RDWR)
    with open(0, "rb", closefd=False) as file:
        shared: Shared = json.loads(read_message(file))
        job: Job | Probe = json.loads(read_message(file))
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    os.close(null)
    if sys.platform != "win32":
        supervise()
        if job["limits"] is not None:
            confine(job["limits"])
    for name in [name for name in sys.modules if name.partition(".")[0] == "hatch_vibesafe"]:
        del sys.modules[name]
    for answer in imports(shared, job) if is_probe(job) else answers(shared, job):
        send(channel, answer)
    os._exit(0)


def is_probe(job: "Job | Probe") -> "TypeIs[Probe]":
    """Whether a job has no candidate, but asks what can be imported."""
    return "imports" in job


if __name__ == "__main__":
    main()
