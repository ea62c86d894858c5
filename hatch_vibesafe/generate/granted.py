"""What a prompt says of a unit's capabilities: what its implementation may use beside its arguments. Pure."""

from hatch_vibesafe.spec.capabilities import IMPORT

_WORDS = {
    "fs.read": "read files",
    "fs.write": "write files",
    "net": "use the network",
    "process": "start and control processes and threads",
    "clock": "ask for the time and sleep",
    "random": "draw random numbers",
    "env": "read the environment and what tells of this machine",
}


def granted_text(capabilities: tuple[str, ...]) -> str:
    """Return the lines that a prompt ends with for a unit that may do more than compute; empty for one that may not."""
    if not capabilities:
        return ""
    lines = "".join(f"- {_words(each)}\n" for each in capabilities)
    return f"\nBeside computing from its arguments, this function may:\n{lines}It may not do more than that.\n"


def _words(capability: str) -> str:
    module = capability.removeprefix(IMPORT)
    if module != capability:
        return f"import `{module}` and what is below it (`{capability}`)"
    return f"{_WORDS[capability]} (`{capability}`)"
