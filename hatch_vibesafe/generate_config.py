"""`[generate]`: how implementations are asked for."""

from collections.abc import Sequence
from dataclasses import dataclass

from hatch_vibesafe.toml_table import Table

_MOST = 100


@dataclass(frozen=True, slots=True)
class GenerateConfig:
    """How implementations are asked for.

    Attributes:
        holdout: Of how many examples of a spec one is not shown to the model, where it has three or more; 0 for none;
            None where the project does not say.
        escalate_to: The provider that is asked once for a unit whose own brought no answer that passes.
    """

    holdout: int | None = None
    escalate_to: str | None = None


SHIPPED = GenerateConfig()


def read_generate(table: Table) -> GenerateConfig:
    """Return what `[generate]` says, with every wrong key recorded in the table."""
    holdout = table.optional_integer("holdout")
    if holdout is not None and (holdout < 0 or holdout == 1 or holdout > _MOST):
        table.problem("holdout", f"is {holdout}", "write 3 to hold one of three examples back, or 0 to show them all")
    escalate_to = table.optional_text("escalate_to")
    table.refuse_unknown()
    return GenerateConfig(holdout=holdout, escalate_to=escalate_to)


def refuse_unknown_provider(table: Table, config: GenerateConfig, names: Sequence[str]) -> None:
    """Record an `escalate_to` that names none of the configured providers; `table` is `[generate]`."""
    if config.escalate_to is not None and config.escalate_to not in names:
        remedy = f"choose from {', '.join(names)}" if names else f"add a [provider.{config.escalate_to}] table"
        table.problem("escalate_to", f"names {config.escalate_to!r}, which is no configured provider", remedy)
