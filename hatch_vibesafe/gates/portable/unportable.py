"""Units that cannot be judged in WebAssembly, and why. Pure."""

from hatch_vibesafe.gates.confined import GRANTED
from hatch_vibesafe.problems import Problem
from hatch_vibesafe.sandbox_levels import PORTABLE
from hatch_vibesafe.spec.model import Spec


def unportable(spec: Spec, level: str) -> tuple[Problem, ...]:
    """Return why a unit cannot be judged at this level; nothing at any but the portable one."""
    if level != PORTABLE:
        return ()
    asked = sorted(GRANTED & {*spec.options.capabilities})
    whats = [f"asks for {', '.join(asked)}"] if asked else []
    if spec.options.kind != "function":
        whats.append(f"is of kind {spec.options.kind}, whose framework is not there")
    mend = "judge it on Linux, where the level is L2 or L3, or run the command with --allow-unsandboxed"
    where = f"{spec.path}:{spec.line}  {spec.unit}"
    return tuple(Problem(where, f"cannot be judged at sandbox level {PORTABLE}: it {what}", mend) for what in whats)
