"""`[generate]`: how implementations are asked for."""

from dataclasses import dataclass

from hatch_vibesafe.toml_table import Table

_MOST = 100


@dataclass(frozen=True, slots=True)
class GenerateConfig:
    """How implementations are asked for.

    Attributes:
        holdout: Of how many examples of a spec one is not shown to the model, where it has three or more; 0 for none;
            None where the project does not say.
    """

    holdout: int | None = None


SHIPPED = GenerateConfig()


def read_generate(table: Table) -> GenerateConfig:
    """Return what `[generate]` says, with every wrong key recorded in the table."""
    holdout = table.optional_integer("holdout")
    if holdout is not None and (holdout < 0 or holdout == 1 or holdout > _MOST):
        table.problem("holdout", f"is {holdout}", "write 3 to hold one of three examples back, or 0 to show them all")
    table.refuse_unknown()
    return GenerateConfig(holdout=holdout)
