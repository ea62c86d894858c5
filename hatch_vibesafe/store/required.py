"""Which gates a checkpoint must have passed: the configured ones, and for a contract those that check it. Pure."""

from hatch_vibesafe.spec.model import Spec

CONTRACT_GATES = ("contracts", "properties")
"""They judge the candidates of a spec that has a contract; no setting leaves them out."""
PROPERTY_GATES = ("properties",)
"""They judge those of a spec that has stated properties and no contract."""


def gates_for(spec: Spec, configured: tuple[str, ...]) -> tuple[str, ...]:
    """Return the gates that a spec's evidence must name, in the order in which they run."""
    return (*configured, *(CONTRACT_GATES if spec.contract else PROPERTY_GATES if spec.properties else ()))
