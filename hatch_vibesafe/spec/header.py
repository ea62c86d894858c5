"""The import lines that a stub's head and the code before its hole need in a module of their own."""

import ast
from dataclasses import dataclass, field

from hatch_vibesafe.spec.module import Binding, Module
from hatch_vibesafe.spec.names import Chain, Names
from hatch_vibesafe.spec.resolve import External, Resolver

_FUTURE = "from __future__ import annotations"
_GUARD = "if TYPE_CHECKING:"


@dataclass(slots=True)
class _Imports:
    plain: set[str] = field(default_factory=set)
    members: dict[str, set[str]] = field(default_factory=dict)

    def member(self, module: str, name: str) -> None:
        self.members.setdefault(module, set()).add(name)

    def lines(self) -> list[str]:
        froms = (f"from {source} import {', '.join(sorted(found))}" for source, found in sorted(self.members.items()))
        return [*sorted(self.plain), *froms]


def header_lines(
    module: Module, names: Names, own_name: str, resolver: Resolver, being_made: str = ""
) -> tuple[str, ...]:
    """Return the lines, sorted, `from __future__ import annotations` first where the module begins with it.

    What the module has for type checkers alone comes last, in one block under `if TYPE_CHECKING:`: importing it for
    good could close an import cycle that the module keeps open. So does the class `being_made`, of which the unit is a
    method: when the implementation is loaded, it does not exist yet.
    """
    imports, for_checkers = _Imports(), _Imports()
    for chain in sorted(names.chains):
        if chain[0] == own_name:
            continue
        bindings = [item for item in module.bindings.get(chain[0], ()) if item.binds]
        for_types = chain[0] == being_made or (bindings and all(map(_is_for_checkers, bindings)))
        wanted = for_checkers if for_types else imports
        if not bindings:
            _add_from_star(module, chain, resolver, imports)
        elif lines := _replicable(bindings, chain):
            for item in lines:
                _add_import(item, chain[0], wanted)
        else:
            wanted.member(module.name, chain[0])
    block = for_checkers.lines()
    if block:
        imports.member("typing", "TYPE_CHECKING")
    future = [_FUTURE] if module.postponed else []
    guarded = ["\n    ".join([_GUARD, *block])] if block else []
    return (*future, *imports.lines(), *guarded)


def _is_for_checkers(binding: Binding) -> bool:
    """Return whether a statement stands under `if TYPE_CHECKING:`, which is never true when the module runs."""
    return any(word == "if" and any(map(_is_type_checking, tests)) for word, tests in binding.guards)


def _is_type_checking(test: ast.AST) -> bool:
    match test:
        case ast.Name(id="TYPE_CHECKING") | ast.Attribute(attr="TYPE_CHECKING"):
            return True
        case _:
            return False


def _replicable(bindings: list[Binding], chain: Chain) -> list[Binding]:
    """Return the imports that can be repeated elsewhere; none where the module itself decides what the name is."""
    if any(item.origin is None for item in bindings):
        return []
    if len({(item.origin.module, item.origin.name) for item in bindings if item.origin is not None}) > 1:
        return []
    dotted = ".".join(chain)
    fitting = [
        item for item in bindings if item.origin is not None and f"{dotted}.".startswith(f"{item.origin.imported}.")
    ]
    return fitting or bindings


def _add_import(binding: Binding, bound: str, imports: _Imports) -> None:
    origin = binding.origin
    if origin is None:
        return
    if origin.name is not None:
        member = origin.name if origin.name == bound else f"{origin.name} as {bound}"
        imports.member(origin.module, member)
    elif origin.imported.partition(".")[0] == bound and origin.module == bound:
        imports.plain.add(f"import {origin.imported}")
    else:
        imports.plain.add(f"import {origin.imported} as {bound}")


def _add_from_star(module: Module, chain: Chain, resolver: Resolver, imports: _Imports) -> None:
    for meaning in resolver.chain(module, chain[:1]):
        if isinstance(meaning, External):
            imports.member(meaning.name.removesuffix(".*"), chain[0])
        elif meaning.name:
            member = meaning.name if meaning.name == chain[0] else f"{meaning.name} as {chain[0]}"
            imports.member(meaning.module, member)
        return
