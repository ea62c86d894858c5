"""What the checked module of a unit raises where a clause of its contract does not hold."""

from vibesafe_runtime._exceptions import Problem, VibesafeContractViolation, printable

_LONGEST = 200


def violation(clause: str, unit: str, values: dict[str, object]) -> VibesafeContractViolation:
    """Return the exception that says which clause of a unit does not hold, and for which values."""
    shown = ", ".join(f"{name} = {_shown(value)}" for name, value in values.items())
    what = f"does not hold: {clause}" + (f"; {shown}" if shown else "")
    remedy = "call it with what its Requires allows" if clause.startswith("Requires ") else _REPORT
    return VibesafeContractViolation(Problem(unit, what, remedy), unit=unit, clause=clause)


_REPORT = "report the call to whoever maintains it: as an example in its docstring it has the unit written anew"


def _shown(value: object) -> str:
    try:
        text = printable(repr(value))
    except Exception as error:  # noqa: BLE001 - whatever a repr does, the violation is what has to be told
        text = f"<a {type(value).__name__} whose repr raises {type(error).__name__}>"
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
