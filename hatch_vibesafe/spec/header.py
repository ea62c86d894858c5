"""The import lines that a stub's head and the code before its hole need in a module of their own."""

from hatch_vibesafe.spec.module import Binding, Module
from hatch_vibesafe.spec.names import Chain, Names
from hatch_vibesafe.spec.resolve import External, Resolver

_FUTURE = "from __future__ import annotations"


def header_lines(module: Module, names: Names, own_name: str, resolver: Resolver) -> tuple[str, ...]:
    """Return the lines, sorted, `from __future__ import annotations` first where the module begins with it."""
    plain: set[str] = set()
    members: dict[str, set[str]] = {}
    for chain in sorted(names.chains):
        if chain[0] == own_name:
            continue
        bindings = [item for item in module.bindings.get(chain[0], ()) if item.binds]
        if not bindings:
            _add_from_star(module, chain, resolver, members)
        elif lines := _replicable(bindings, chain):
            for item in lines:
                _add_import(item, chain[0], plain, members)
        else:
            members.setdefault(module.name, set()).add(chain[0])
    future = [_FUTURE] if module.postponed else []
    froms = [f"from {source} import {', '.join(sorted(found))}" for source, found in sorted(members.items())]
    return (*future, *sorted(plain), *froms)


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


def _add_import(binding: Binding, bound: str, plain: set[str], members: dict[str, set[str]]) -> None:
    origin = binding.origin
    if origin is None:
        return
    if origin.name is not None:
        member = origin.name if origin.name == bound else f"{origin.name} as {bound}"
        members.setdefault(origin.module, set()).add(member)
    elif origin.imported.partition(".")[0] == bound and origin.module == bound:
        plain.add(f"import {origin.imported}")
    else:
        plain.add(f"import {origin.imported} as {bound}")


def _add_from_star(module: Module, chain: Chain, resolver: Resolver, members: dict[str, set[str]]) -> None:
    for meaning in resolver.chain(module, chain[:1]):
        if isinstance(meaning, External):
            members.setdefault(meaning.name.removesuffix(".*"), set()).add(chain[0])
        elif meaning.name:
            member = meaning.name if meaning.name == chain[0] else f"{meaning.name} as {chain[0]}"
            members.setdefault(meaning.module, set()).add(member)
        return
