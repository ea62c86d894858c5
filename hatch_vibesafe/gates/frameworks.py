"""What examples are asked through that is not installed: a fault of the environment, known before a candidate runs."""

from importlib.util import find_spec

from hatch_vibesafe.problems import Problem
from hatch_vibesafe.spec.model import Spec, asks_by_request

_FOR_REQUESTS = ("fastapi", "httpx")


def missing_frameworks(spec: Spec) -> tuple[Problem, ...]:
    """Return a problem for each package that the examples of a unit need to be asked, and that is not installed."""
    needed = _FOR_REQUESTS if spec.options.kind == "http" and asks_by_request(spec.examples) else ()
    what = "its examples send requests, and for that {} is needed, which is not installed"
    return tuple(
        Problem(spec.where, what.format(name), f"pip install {name}") for name in needed if find_spec(name) is None
    )
