"""The `[policy]` table: what a project forbids to generated code beside what is forbidden anyway. It only tightens."""

from dataclasses import dataclass

from hatch_vibesafe.spec.capabilities import CAPABILITIES, IMPORT, capability_faults
from hatch_vibesafe.toml_table import Table


@dataclass(frozen=True, slots=True)
class PolicyConfig:
    """What a project forbids.

    Attributes:
        deny_capabilities: Capabilities that no unit may ask for.
        deny_imports: Modules that no implementation may import, nor what is below them.
        allow_imports: The only modules that implementations may import, with what is below them, beside what their
            spec itself needs or names; None where any may be that is not forbidden.
    """

    deny_capabilities: tuple[str, ...] = ()
    deny_imports: tuple[str, ...] = ()
    allow_imports: tuple[str, ...] | None = None

    @property
    def settings(self) -> tuple[str, ...]:
        """What of it could change a verdict, in one order; nothing where it forbids nothing."""
        allowed = None if self.allow_imports is None else sorted({*self.allow_imports})
        return (
            *(f"deny_capabilities {each}" for each in sorted({*self.deny_capabilities})),
            *(f"deny_imports {each}" for each in sorted({*self.deny_imports})),
            *([] if allowed is None else ["allow_imports", *(f"allow_imports {each}" for each in allowed)]),
        )


UNTIGHTENED = PolicyConfig()


def read_policy(table: Table) -> PolicyConfig:
    """Return what a `[policy]` table says; its problems are recorded with it."""
    denied = table.texts("deny_capabilities", ())
    for capability in denied:
        if capability == "pure" or capability_faults((capability,)):
            what = "without which nothing runs" if capability == "pure" else "which is no capability"
            choices = ", ".join(each for each in CAPABILITIES if each != "pure")
            table.problem("deny_capabilities", f"names {capability!r}, {what}", f"choose from {choices}, {IMPORT}NAME")
    modules = _modules(table, "deny_imports")
    allowed = _modules(table, "allow_imports") if "allow_imports" in table else None
    for module in sorted({*modules} & {*(allowed or ())}):
        table.problem("allow_imports", f"names {module!r}, which deny_imports names too", "take it out of one of them")
    table.refuse_unknown()
    return PolicyConfig(denied, modules, allowed)


def _modules(table: Table, key: str) -> tuple[str, ...]:
    names = table.texts(key, ())
    for name in names:
        if not all(part.isidentifier() for part in name.split(".")):
            table.problem(key, f"names {name!r}, which is no module's name", 'write modules as in "urllib.request"')
    return names
