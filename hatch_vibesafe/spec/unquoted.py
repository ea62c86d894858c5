"""Constants of the module that a docstring names without backticks: no model is shown them, and no hash holds them."""

import re

from hatch_vibesafe.spec.parts import StubParts

_CONSTANT = re.compile(r"(?<![\w`.])[A-Z][A-Z0-9_]{2,}(?![\w`])")


def unquoted_constants(parts: StubParts) -> tuple[str, ...]:
    """Return the constants that a spec's text speaks of and does not name, sorted."""
    found = {*_CONSTANT.findall(parts.docstring.text)} & parts.stub.module.bindings.keys()
    names = parts.names
    named = {chain[0] for each in (names.code, names.examples, names.mentions) for chain in each.chains}
    return tuple(sorted(found - named))
