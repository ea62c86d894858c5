"""What a unit may ask for beside computing: the capabilities of its decorator. Pure."""

CAPABILITIES = ("pure", "fs.read", "fs.write", "net", "process", "clock", "random", "env")
IMPORT = "import:"


def capability_faults(capabilities: tuple[str, ...]) -> tuple[str, ...]:
    """Return what is wrong with the capabilities of a unit, in words; nothing where they can be granted."""
    faults = [f"the capability {each!r} does not exist" for each in capabilities if not _exists(each)]
    if "pure" in capabilities and len(capabilities) > 1:
        faults.append("the capability 'pure' stands beside others")
    return tuple(faults)


def listed(capabilities: tuple[str, ...]) -> tuple[str, ...]:
    """Return the capabilities of a unit as they are told: `pure` where it asks for none."""
    return capabilities or ("pure",)


def _exists(capability: str) -> bool:
    module = capability.removeprefix(IMPORT)
    if module != capability:
        return all(part.isidentifier() for part in module.split("."))
    return capability in CAPABILITIES
