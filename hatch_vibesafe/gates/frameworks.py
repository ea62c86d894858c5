"""What examples are asked through that is not installed: a fault of the environment, known before a candidate runs."""

from importlib.util import find_spec

from hatch_vibesafe.problems import Problem
from hatch_vibesafe.spec.model import Spec, asks

_NEEDED = {"http": ("fastapi", "httpx"), "cli": ("typer",)}
_HOW = {"http": "send requests", "cli": "run command lines"}


def missing_frameworks(spec: Spec) -> tuple[Problem, ...]:
    """Return a problem for each package that the examples of a unit are asked through, and that is not installed."""
    kind = spec.options.kind
    missing = [name for name in _NEEDED[kind] if find_spec(name) is None] if asks(kind, spec.examples) else []
    return tuple(
        Problem(
            spec.where,
            f"its examples {_HOW[kind]}, and for that {name} is needed, which is not installed",
            f"pip install {name}",
        )
        for name in missing
    )
