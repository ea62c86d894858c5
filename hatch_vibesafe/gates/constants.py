"""Implementations that ignore what they are given: what every contract should reject. Pure."""

from hatch_vibesafe.gates.unit_calls import parameters_of
from hatch_vibesafe.spec.model import Spec

_CONSTANTS = ("None", "True", "0", "1", "-1", "1.5", "''", "'a'", "[]", "[0]", "()", "{}")


def constant_implementations(spec: Spec) -> tuple[str, ...]:
    """Return modules in which the unit always returns the same, or one of its arguments as it was given."""
    names = [item.name for item in parameters_of(spec)]
    return tuple("\n".join([*spec.header, "", spec.head, f"    return {value}", ""]) for value in (*_CONSTANTS, *names))
