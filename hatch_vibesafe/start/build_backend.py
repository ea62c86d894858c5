"""What builds a project, and what to do where it is not hatchling."""

from pathlib import Path

from hatch_vibesafe.problems import Problem
from hatch_vibesafe.start.toml_edits import value_at

HATCHLING = "hatchling.build"
_LEGACY = "setuptools.build_meta"
_OTHER_TOOLS = {"poetry": "poetry.core.masonry.api", "flit": "flit_core.buildapi", "pdm": "pdm.backend"}


def backend_of(document: dict[str, object], root: Path) -> str:
    """Return what builds a project: what `[build-system]` names (PEP 517), else what its files are for, or ""."""
    if "build-system" in document:
        named = value_at(document, ("build-system", "build-backend"))
        return named if isinstance(named, str) else _LEGACY
    if (root / "setup.py").exists() or (root / "setup.cfg").exists() or value_at(document, ("tool", "setuptools")):
        return _LEGACY
    return next((backend for tool, backend in _OTHER_TOOLS.items() if value_at(document, ("tool", tool))), "")


def other_backend(backend: str) -> Problem:
    """Return what is said to who builds with something else."""
    what = f"is {backend!r}; the build hook is one of hatchling, and nothing was changed"
    remedy = (
        'keep it: depend on "vibesafe-runtime", and run `vibesafe bake DIR` on what it builds or installs;'
        f' or set build-backend = "{HATCHLING}" with requires = ["hatchling"], and run `vibesafe init` again'
    )
    return Problem("pyproject.toml [build-system] build-backend", what, remedy)
