"""How far generated code is confined while it is judged: the levels, from nothing to the most."""

UNCONFINED, LIMITED, PORTABLE, CONFINED, ISOLATED = "none", "L0", "L1", "L2", "L3"
LEVELS = (UNCONFINED, LIMITED, PORTABLE, CONFINED, ISOLATED)
"""none: a process of its own; L0: resource limits; L1: WebAssembly, for pure Python;
L2: a worker that confines itself (Landlock, seccomp); L3: that inside bubblewrap."""

REQUIRABLE = (LIMITED, PORTABLE, CONFINED, ISOLATED)
"""What a project can require."""


def reaches(level: str, minimum: str) -> bool:
    """Return whether a level is at least another one. What is no level reaches none."""
    return level in LEVELS and LEVELS.index(level) >= LEVELS.index(minimum)
