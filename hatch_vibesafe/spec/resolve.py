"""From a name in a module to the definitions of the project that it stands for."""

import ast
import builtins
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from hatch_vibesafe.spec.module import Module, Origin, absolute_module
from hatch_vibesafe.spec.names import Chain, Names

_BUILTINS = frozenset(dir(builtins))
_GETATTR = "__getattr__"


@dataclass(frozen=True, slots=True, order=True)
class Target:
    """A definition of the project: a name in a module, or with an empty name the module itself."""

    module: str
    name: str

    @property
    def label(self) -> str:
        """Its name for people."""
        return f"{self.module}.{self.name}" if self.name else self.module


@dataclass(frozen=True, slots=True, order=True)
class External:
    """Something outside the project, e.g. `decimal.Decimal`."""

    name: str

    @property
    def label(self) -> str:
        """Its name for people."""
        return self.name


Meaning = Target | External


@dataclass(frozen=True, slots=True)
class Resolution:
    """What some names stand for.

    Attributes:
        meanings: Each name as it is spelled, with what it stands for; sorted.
        targets: The definitions of the project among them.
        passed: The names by which other modules of the project hand these definitions on.
    """

    meanings: tuple[tuple[str, str], ...]
    targets: frozenset[Target]
    passed: frozenset[tuple[Target, Target]]


class Resolver:
    """Tells what names stand for, in the modules of one project."""

    def __init__(self, modules: Mapping[str, Module]) -> None:
        self._modules = modules
        self._packages = {name.rsplit(".", count)[0] for name in modules for count in range(name.count(".") + 1)}

    def resolve(self, module: Module, names: Names) -> Resolution:
        """Return what the names, found in a piece of `module`, stand for."""
        meanings: set[tuple[str, str]] = set()
        targets: set[Target] = set()
        passed: set[tuple[Target, Target]] = set()
        for chain in names.chains:
            found = self.chain(module, chain)
            meanings |= {(".".join(chain), item.label) for item in found}
            own = {item for item in found if isinstance(item, Target)}
            targets |= own
            passed |= {(hop, item) for item in own for hop in self._hops(module, chain)}
        for node in names.imports:
            for spelled, found in self._imported(module, node):
                meanings |= {(spelled, item.label) for item in found}
                targets |= {item for item in found if isinstance(item, Target)}
        return Resolution(tuple(sorted(meanings)), frozenset(targets), frozenset(passed))

    def is_project(self, module: str) -> bool:
        """Return whether a module, or a package around modules, is the project's."""
        return module in self._packages

    def chain(self, module: Module, chain: Chain) -> list[Meaning]:
        """Return what a name with attributes stands for in a module; nothing for builtins and unknown names."""
        return self._attributes(self._lookup(module.name, chain[0], set(), from_outside=False), chain[1:])

    def absolute(self, chain: Chain) -> list[Meaning]:
        """Return what a full dotted name stands for, where it names a definition of the project."""
        if chain[0] not in self._packages or len(chain) == 1:
            return []
        found = self._attributes([Target(chain[0], "")], chain[1:])
        return [item for item in found if isinstance(item, Target) and item.name]

    def _imported(self, module: Module, node: ast.Import | ast.ImportFrom) -> Iterable[tuple[str, list[Meaning]]]:
        for item in node.names:
            if isinstance(node, ast.Import):
                origin = Origin(item.name, None, item.name)
            else:
                base = absolute_module(module.name, node, is_package=module.source.file.is_package)
                origin = Origin(base, None if item.name == "*" else item.name, base)
            yield f"import {item.asname or item.name}", self._follow(origin, set())

    def _hops(self, module: Module, chain: Chain) -> set[Target]:
        """Return the project's own name for what the module imports under the first name of a chain."""
        origins = (item.origin for item in module.bindings.get(chain[0], ()))
        return {
            Target(origin.module, origin.name)
            for origin in origins
            if origin is not None
            and origin.name is not None
            and origin.module in self._modules
            and not self._modules[origin.module].bindings.keys().isdisjoint({origin.name, _GETATTR})
        }

    def _lookup(
        self, name: str, attribute: str, seen: set[tuple[str, str]], *, from_outside: bool = True
    ) -> list[Meaning]:
        """Return what a name stands for in a module; `from_outside` where it is taken as an attribute of it."""
        if (name, attribute) in seen:
            return []
        seen.add((name, attribute))
        module = self._modules.get(name)
        bindings = module.bindings.get(attribute, []) if module else []
        binding = [item for item in bindings if item.binds]
        if module is None or not binding:
            changed: list[Meaning] = [Target(name, attribute)] if bindings else []
            return changed + self._unbound(module, name, attribute, seen, from_outside=from_outside)
        origins = {item.origin for item in binding if item.origin is not None}
        found: list[Meaning] = []
        if len(origins) != 1 or any(item.origin is None for item in bindings):
            found.append(Target(name, attribute))
        for origin in sorted(origins, key=lambda item: (item.module, item.name or "", item.imported)):
            found += self._follow(origin, seen)
        if module.stars and module.stars[-1].order > binding[-1].order:
            found += self._from_stars(module, attribute, seen, after=binding[-1].order)
        return list(dict.fromkeys(found))

    def _unbound(
        self, module: Module | None, name: str, attribute: str, seen: set[tuple[str, str]], *, from_outside: bool
    ) -> list[Meaning]:
        if module is not None and module.stars:
            found = self._from_stars(module, attribute, seen, after=-1)
            if found:
                return found
        if f"{name}.{attribute}" in self._packages:
            return [Target(f"{name}.{attribute}", "")]
        if from_outside and module is not None and _GETATTR in module.bindings:
            return [Target(name, _GETATTR)]
        if attribute in _BUILTINS or module is None:
            return []
        return [External(f"{star.module}.*") for star in module.stars if star.module not in self._modules]

    def _from_stars(self, module: Module, attribute: str, seen: set[tuple[str, str]], *, after: int) -> list[Meaning]:
        """Return what the last star import brings that has the name, and earlier ones where it may not run."""
        reached: list[Meaning] = []
        for star in reversed(module.stars):
            source = self._modules.get(star.module)
            if star.order <= after or source is None or not self.exports(source, attribute):
                continue
            listed = source.exports is not None and attribute in source.exports.names
            found = self._lookup(star.module, attribute, seen, from_outside=listed)
            reached += found
            if found and star.certain:
                break
        return reached

    def exports(self, module: Module, name: str, seen: frozenset[str] = frozenset()) -> bool:
        """Return whether a star import of the module brings a name, if the module has it."""
        exports = module.exports
        if exports is None or (not exports.readable and not name.startswith("_")):
            return not name.startswith("_")
        if name in exports.names:
            return True
        others = (self._modules.get(other) for chain in exports.handed_on for other in self._listed(module, chain))
        inside = seen | {module.name}
        return any(
            self.exports(other, name, inside) for other in others if other is not None and other.name not in seen
        )

    def _listed(self, module: Module, chain: Chain) -> list[str]:
        """Return the modules whose `__all__` a chain stands for: `a.__all__`, or a name that was imported for it."""
        if chain[-1] == "__all__" and len(chain) > 1:
            found = self.chain(module, chain[:-1])
            return [item.module for item in found if isinstance(item, Target) and not item.name]
        origins = (item.origin for item in module.bindings.get(chain[0], ()))
        return [origin.module for origin in origins if origin is not None and origin.name == "__all__"]

    def _follow(self, origin: Origin, seen: set[tuple[str, str]]) -> list[Meaning]:
        if origin.name is None:
            return [Target(origin.module, "") if origin.module in self._packages else External(origin.imported)]
        if origin.module not in self._packages:
            return [External(f"{origin.module}.{origin.name}")]
        found = self._lookup(origin.module, origin.name, seen)
        return found or [External(f"{origin.module}.{origin.name}")]

    def _attributes(self, found: list[Meaning], attributes: Chain) -> list[Meaning]:
        reached: list[Meaning] = []
        for item in found:
            meanings = [item]
            rest = attributes
            while rest and len(meanings) == 1 and isinstance(meanings[0], Target) and not meanings[0].name:
                following = self._lookup(meanings[0].module, rest[0], set())
                if not following:
                    break
                meanings, rest = following, rest[1:]
            reached += meanings
        return reached
