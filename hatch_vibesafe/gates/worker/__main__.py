"""Runs candidates' examples and reports what came of each: the confined half of the doctest gate.

This file is run by itself, as `python -I -S -B __main__.py`, with nothing but the standard library. It judges
nothing: it is never told what an example should give. It reads jobs from standard input and writes answers to
what was its standard output, which it first moves to a descriptor of its own and replaces by the null device.

Threat: the candidate runs in a child of this process. It can keep answers back or forge them; to forge one that is
believed it has to know what the parent expects, and then it could as well return it. What it must not be able to do is
to make a wrong value look right *without* knowing the right one: hence exact types, and `Witness`.

The answers are `["example", events, raised, refusals]` in the order of the examples and then `["done"]`; or
`["failed", text, line]` where the spec's module cannot be imported. A probe is given no candidate; see `imports.py`.
"""

import os
import sys
import types

GATES = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120 - before any import


def main() -> None:
    """Find the worker's other files, and answer jobs."""
    # The worker's other files under their own names, without the package around them: it needs what is installed.
    stand_ins = {"hatch_vibesafe": os.path.dirname(GATES), "hatch_vibesafe.gates": GATES}  # noqa: PTH120 - likewise
    for name, directory in stand_ins.items():
        sys.modules[name] = types.ModuleType(name)
        sys.modules[name].__path__ = [directory]
    from hatch_vibesafe.gates.worker.serve import serve  # noqa: PLC0415 - found by the lines above

    serve()
    os._exit(0)


if __name__ == "__main__":
    main()
