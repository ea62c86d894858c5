"""Which statements change a name without binding it: those of its own module, and those of others that reach it."""

import builtins
from collections.abc import Iterator, Mapping
from dataclasses import replace

from hatch_vibesafe.spec.changes import Act, Touch, Way
from hatch_vibesafe.spec.inheriting import Inheriting
from hatch_vibesafe.spec.kinds import Kind, kind_of
from hatch_vibesafe.spec.lookup import Lookup
from hatch_vibesafe.spec.module import Binding, Module
from hatch_vibesafe.spec.names import Chain
from hatch_vibesafe.spec.resolve import Resolver, Target
from hatch_vibesafe.spec.running import Running

Reached = dict[Target, list[tuple[Module, Binding]]]
"""Definitions with the statements that reach them through a call, a decorator, a base or an import."""

_BUILTINS = frozenset(dir(builtins))


def with_changes(modules: Mapping[str, Module]) -> tuple[dict[str, Module], Reached]:
    """Return the modules with the statements that change their names among the bindings, and what reaches further."""
    resolver = Resolver(modules)
    effects = _Effects(modules, resolver)
    reached: Reached = {}
    changed: dict[str, Module] = {}
    for name in sorted(modules):
        module = modules[name]
        found = [(act, *effects.of(module, act)) for act in module.acts]
        changed[name] = replace(module, bindings=_merged(module, found))
        if not module.source.file.in_wheel:
            continue  # what the wheel does not hold fills no table of what it does
        for act, _, far in found:
            binding = Binding(act.node, act.content, act.guards, binds=False, order=act.order)
            for target in far:
                own = changed[name].bindings.get(target.name, ()) if target.module == name else ()
                if all(item.node is not act.node for item in own):
                    reached.setdefault(target, []).append((module, binding))
    return {name: changed[name] for name in modules}, reached


def _merged(module: Module, found: list[tuple[Act, set[str], set[Target]]]) -> dict[str, list[Binding]]:
    """Return the bindings with the changes between them, in the order of the statements."""
    bindings = dict(module.bindings)
    for act, names, _ in found:
        binding = Binding(act.node, act.content, act.guards, binds=False, order=act.order)
        for name in names:
            bindings[name] = sorted([*bindings.get(name, ()), binding], key=lambda item: item.order)
    return bindings


class _Effects:
    def __init__(self, modules: Mapping[str, Module], resolver: Resolver) -> None:
        self._modules = modules
        self._resolver = resolver
        self._lookup = Lookup(modules, resolver)
        self._running = Running(self._lookup)
        self._inheriting = Inheriting(self._lookup, self._running)
        self._aliases: dict[str, dict[str, set[tuple[Chain, bool]]]] = {}

    def of(self, module: Module, act: Act) -> tuple[set[str], set[Target]]:
        """Return the module's own names that a statement changes, and the definitions that it reaches otherwise."""
        names: set[str] = set()
        far: set[Target] = set()
        own = {name for name in _roots(act) if any(item.node is act.node for item in module.bindings.get(name, ()))}
        for touch in act.touches:
            for chain, distant in self._all_names(module, touch.chain):
                alias = chain is not touch.chain
                if chain[0] in own and not (alias or touch.way is Way.DECORATES):
                    far |= self._imported(module, chain)  # `from tables import T` and `T += [1]`
                    continue
                self._route(module, replace(touch, chain=chain), names, far, alias=alias, distant=distant)
        for call in act.calls:
            if self._is_foreign(module, call.chain[0]):
                continue
            far |= self._running.called(module, call)
            if call.counts and not call.chain[1:] and self._lookup.is_object(Target(module.name, call.chain[0])):
                for chain, distant in [*self._all_names(module, call.chain)][1:]:
                    self._route(module, Touch(chain, Way.CALLED), names, far, alias=True, distant=distant)
        for base in act.bases:
            if not self._is_foreign(module, base[0]):
                far |= self._inheriting.inherited(module, base)
        return names, {target for target in far if not self._makes(module, act, target)}

    def _imported(self, module: Module, chain: Chain) -> set[Target]:
        """Return the objects of other modules that a name stands for which the module binds anew as well."""
        if all(item.origin is None for item in module.bindings.get(chain[0], ())):
            return set()
        found = self._resolver.chain(module, chain)
        objects = (item for item in found if isinstance(item, Target) and item.module in self._modules)
        return {item for item in objects if item.module != module.name and self._kind(item) is Kind.OBJECT}

    def _kind(self, target: Target) -> Kind:
        return kind_of(target, self._modules)

    def _makes(self, module: Module, act: Act, target: Target) -> bool:
        """Return whether a definition stands in the statement itself."""
        bindings = module.bindings.get(target.name, ()) if target.module == module.name else ()
        return any(item.node is act.node for item in bindings)

    def _all_names(self, module: Module, chain: Chain) -> Iterator[tuple[Chain, bool]]:
        """Yield a chain, and what its name is a second name of, through whatever."""
        yield chain, False
        aliases = self._aliases_of(module)
        waiting = [(name, False) for name in (chain[0],) if name in aliases]
        seen = {chain, chain[:1]}
        while waiting:
            name, far = waiting.pop()
            for other, distant in aliases.get(name, ()):
                if other not in seen:
                    seen.add(other)
                    yield other, far or distant
                    waiting.append((other[0], far or distant))

    def _aliases_of(self, module: Module) -> dict[str, set[tuple[Chain, bool]]]:
        known = self._aliases.get(module.name)
        if known is None:
            known = {}
            for act in module.acts:
                for alias in act.aliases:
                    known.setdefault(alias.name, set()).add((alias.of, alias.distant))
            self._aliases[module.name] = known
        return known

    def _route(
        self, module: Module, touch: Touch, names: set[str], far: set[Target], *, alias: bool, distant: bool
    ) -> None:
        """Note a touched name, if what it stands for can be changed so, where the change belongs."""
        name = touch.chain[0]
        bindings = [item for item in module.bindings.get(name, ()) if item.binds]
        if self._is_foreign(module, name):
            if bindings and not alias and touch.way in (Way.SET, Way.CALLED):
                names.add(name)
            return
        if any(item.origin is None for item in bindings):
            if self._is_changed(module, touch, self._kind(Target(module.name, name)), distant):
                names.add(name)
            return
        if self._lookup.is_function_of_module(module, touch.chain):
            return
        found = self._resolver.chain(module, touch.chain)
        through_module = self._is_module(module, touch.chain[:1])
        for target in found:
            if not isinstance(target, Target) or target.module not in self._modules:
                continue
            kind = self._kind(target)
            if kind is Kind.MODULE or not self._is_changed(module, touch, kind, distant):
                continue
            if through_module or self._is_certain(module, touch, kind):
                far.add(target)
            else:
                names.add(name)

    def _is_certain(self, module: Module, touch: Touch, kind: Kind) -> bool:
        """Return whether a touch counts wherever it stands, and not for the users of the name in its module alone."""
        match touch.way:
            case Way.GIVEN | Way.RECEIVER:
                return kind is not Kind.DEFINITION
            case Way.ARGUMENT:
                by = touch.by
                return kind is not Kind.DEFINITION and by is not None and self._running.changes_arguments(module, by)
            case _:
                return True

    def _is_module(self, module: Module, chain: Chain) -> bool:
        return any(isinstance(item, Target) and not item.name for item in self._resolver.chain(module, chain))

    def _is_changed(self, module: Module, touch: Touch, kind: Kind, distant: bool) -> bool:
        """Return whether touching something of a kind may change it."""
        if kind is Kind.CONSTANT:
            return touch.way is Way.DECORATES
        if kind is not Kind.DEFINITION:
            return True
        if touch.way is Way.ARGUMENT:
            # Handing a class to `TypeVar` or `field` makes something of it; a function of the project may change it.
            return len(touch.chain) == 1 and touch.by is not None and not self._is_foreign(module, touch.by[0])
        return not distant

    def _is_foreign(self, module: Module, name: str) -> bool:
        """Return whether a name stands for nothing of the project: a builtin, unknown, or imported from elsewhere."""
        bindings = [item for item in module.bindings.get(name, ()) if item.binds]
        if bindings:
            origins = [item.origin for item in bindings]
            return all(origin is not None and not self._resolver.is_project(origin.module) for origin in origins)
        return name in _BUILTINS or not module.stars


def _roots(act: Act) -> set[str]:
    return {touch.chain[0] for touch in act.touches}
