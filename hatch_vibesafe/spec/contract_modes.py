"""Which clauses of a contract are checked at run time. Pure."""

CONTRACT_MODES = ("off", "pre", "full")
"""None; `Requires`; all."""
OFF, PRE, FULL = CONTRACT_MODES
