"""The definitions that a spec refers to, directly and through other definitions, each with a digest of its own."""

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum

from hatch_vibesafe.identity import Digest, tagged_digest
from hatch_vibesafe.spec.canonical import encode
from hatch_vibesafe.spec.effects import Reached
from hatch_vibesafe.spec.head import stub_source
from hatch_vibesafe.spec.kinds import DEFINITIONS
from hatch_vibesafe.spec.model import Reference
from hatch_vibesafe.spec.module import Binding, Module
from hatch_vibesafe.spec.names import free_names
from hatch_vibesafe.spec.parts import FORMAT, Part, StubParts
from hatch_vibesafe.spec.resolve import Resolver, Target
from hatch_vibesafe.spec.source import node_segment

_TAG = f"{FORMAT} definition"


class Extent(IntEnum):
    """How much of a definition counts."""

    MADE = 0
    """What makes it: a unit's `@router.post("/x")` needs the statement that makes `router`, not its other routes."""
    CHANGED = 1
    """Also the statements of its module that change it: for what a helper is decorated with or inherits from."""
    REACHED = 2
    """Also what reaches it through calls, decorators, bases and imports, in whichever module."""


Node = tuple[Target, Extent]
"""A definition, and how much of it counts."""


@dataclass(frozen=True, slots=True)
class Definition:
    """What a definition contributes: its own digest, its text, and the definitions that it needs."""

    digest: Digest
    source: str
    needs: frozenset[Node]


class Definitions:
    """Every definition of one project, computed once when first asked for."""

    def __init__(
        self,
        modules: Mapping[str, Module],
        resolver: Resolver,
        units: Mapping[Target, StubParts],
        changed_elsewhere: Reached,
    ) -> None:
        self._modules = modules
        self._changed_elsewhere = changed_elsewhere
        self._resolver = resolver
        self._units = units
        self._known: dict[Node, Definition] = {}
        self._helpers: dict[str, frozenset[Target]] = {}

    def reached(self, parts: StubParts) -> dict[Target, Definition]:
        """Return every definition that a unit refers to, directly or through others, sorted; cycles do no harm."""
        direct = {(target, Extent.REACHED) for target in parts.needed | parts.shown}
        extents: dict[Target, Extent] = {}
        for target, extent in self._closure([*direct, *((target, Extent.MADE) for target in parts.wrapping)]):
            extents[target] = max(extent, extents.get(target, extent))
        return {item: self._known[item, extents[item]] for item in sorted(extents) if item != parts.target}

    def references(self, parts: StubParts, reached: Mapping[Target, Definition]) -> tuple[Reference, ...]:
        """Return the names in scope for prompts and gates, sorted."""
        named = parts.needed | {target for target in parts.shown if not self._is_later_unit(target, parts)}
        found = {
            (target.module, target.name): Reference(target.module, target.name, item.source, target in named)
            for target, item in reached.items()
        }
        for name, target in parts.passed:
            if target in reached and target in named and (name.module, name.name) not in found:
                found[name.module, name.name] = Reference(name.module, name.name, reached[target].source, direct=True)
        for target in self._helpers_of(parts.stub.module):
            key = (target.module, target.name)
            if key not in found or not found[key].direct:
                found[key] = Reference(*key, self._definition((target, Extent.REACHED)).source, direct=True)
        return tuple(found[key] for key in sorted(found))

    def beside(self, parts: StubParts) -> tuple[Part, ...]:
        """Return the helpers of the unit's module that the spec does not name, each with a digest of all it needs."""
        named = parts.needed | parts.shown
        helpers = sorted(target for target in self._helpers_of(parts.stub.module) if target not in named)
        return tuple((f"helper {target.label}", self._whole_digest(target)) for target in helpers)

    def _whole_digest(self, target: Target) -> Digest:
        """Return the digest of a definition and of all that it needs."""
        closure = sorted(self._closure([(target, Extent.REACHED)]))
        contents = tuple((node[0].label, self._definition(node).digest) for node in closure)
        return tagged_digest(f"{_TAG} whole", encode(contents))

    def defined_below(self, parts: StubParts) -> Iterable[tuple[Target, int]]:
        """Yield the module's own definitions that stand below the unit which names them, with their lines."""
        module = parts.stub.module
        for target in sorted(parts.needed | parts.shown):
            if target.module != module.name or not target.name:
                continue
            lines = [item.node.lineno for item in module.bindings.get(target.name, ()) if item.binds]
            is_mentioned_unit = target in self._units and target not in parts.needed
            if lines and min(lines) > parts.stub.node.lineno and not is_mentioned_unit:
                yield target, min(lines)

    def _helpers_of(self, module: Module) -> frozenset[Target]:
        """Return the functions and classes of a module that an implementation may use without the spec naming them.

        They are those that refer to no unit, through whatever: what calls a unit is its user, not its helper.
        """
        known = self._helpers.get(module.name)
        if known is None:
            defined = {
                Target(module.name, name)
                for name, bindings in module.bindings.items()
                if any(_defines(item.node, name) for item in bindings)
            }
            known = frozenset(
                target
                for target in defined
                if target not in self._units
                and not any(node[0] in self._units for node in self._closure([(target, Extent.REACHED)]))
            )
            self._helpers[module.name] = known
        return known

    def _closure(self, nodes: Iterable[Node]) -> set[Node]:
        """Return these definitions of the project and all that they need, through whatever."""
        waiting = list(nodes)
        seen: set[Node] = set()
        while waiting:
            node = waiting.pop()
            if node not in seen and node[0].module in self._modules:
                seen.add(node)
                waiting.extend(self._definition(node).needs)
        return seen

    def _is_later_unit(self, target: Target, parts: StubParts) -> bool:
        """Return whether the target is a unit of the same module further down, which no implementation can import."""
        other = self._units.get(target)
        is_own = target.module == parts.stub.module.name
        return other is not None and is_own and other.stub.node.lineno > parts.stub.node.lineno

    def _definition(self, node: Node) -> Definition:
        known = self._known.get(node)
        if known is None:
            target, extent = node
            module = self._modules[target.module]
            if (unit := self._units.get(target)) is not None:
                known = _unit_definition(unit, max(extent, Extent.CHANGED))
            elif target.name:
                known = self._binding_definition(module, target, extent)
            else:
                known = self._module_definition(module, target)
            self._known[node] = known
        return known

    def _binding_definition(self, module: Module, target: Target, extent: Extent) -> Definition:
        bindings = [item for item in module.bindings.get(target.name, ()) if item.binds or extent > Extent.MADE]
        elsewhere = self._changed_elsewhere.get(target, ()) if extent is Extent.REACHED else ()
        statements = [*((module, item) for item in bindings), *elsewhere]
        own = self._resolver.resolve(module, free_names(node for item in bindings for node in _syntax(item)))
        digest = [encode(tuple(item for item in own.meanings if item[1] != target.label))]
        digest += [item.encoded() for item in bindings]
        needs = {(item, max(extent, Extent.CHANGED)) for item in own.targets if item != target}
        for other, binding in elsewhere:
            found = self._resolver.resolve(other, free_names(_syntax(binding)))
            digest += [encode(("elsewhere", found.meanings)), binding.encoded()]
            needs |= {(item, extent) for item in found.targets if item != target}
        around = {item for where, binding in statements for item in self._only_around(where, binding)}
        needs = {(item, min(each, Extent.CHANGED) if item in around else each) for item, each in needs}
        sources = dict.fromkeys(node_segment(module.source, item.node) for item in bindings)
        return Definition(tagged_digest(_TAG, *digest), "\n".join(sources), frozenset(needs))

    def _only_around(self, module: Module, binding: Binding) -> frozenset[Target]:
        """Return what only a definition's decorators and bases name: its other users are no part of the definition."""
        node = binding.node
        if not isinstance(node, DEFINITIONS):
            return frozenset()
        around: list[ast.expr] = [*node.decorator_list, *(node.bases if isinstance(node, ast.ClassDef) else ())]
        if not around:
            return frozenset()
        inside = free_names([*node.body, node.args] if not isinstance(node, ast.ClassDef) else node.body)
        return (
            self._resolver.resolve(module, free_names(around)).targets - self._resolver.resolve(module, inside).targets
        )

    def _module_definition(self, module: Module, target: Target) -> Definition:
        resolution = self._resolver.resolve(module, free_names(module.source.tree.body))
        digest = tagged_digest(_TAG, encode(resolution.meanings), encode(module.source.tree))
        needs = frozenset((item, Extent.REACHED) for item in resolution.targets if item != target)
        return Definition(digest, "\n".join(module.source.lines), needs)


def _syntax(binding: Binding) -> list[ast.AST]:
    return [*binding.content, *(node for guard in binding.guards for node in guard[1])]


def helper_parts(reached: Mapping[Target, Definition]) -> tuple[Part, ...]:
    """Return the parts that the definitions make, in their order."""
    return tuple(
        (f"helper {target.label}" if target.name else f"module {target.module}", item.digest)
        for target, item in reached.items()
    )


def _unit_definition(unit: StubParts, extent: Extent) -> Definition:
    own = encode([(name, digest) for name, digest in (*unit.before, *unit.after)])
    needs = {(target, extent) for target in unit.needed | unit.shown}
    needs |= {(target, Extent.MADE) for target in unit.wrapping}
    source = stub_source(unit.stub.module.source, unit.stub.node, unit.stub.docstring)
    return Definition(tagged_digest(_TAG, own), source, frozenset(needs))


def _defines(node: ast.stmt, name: str) -> bool:
    return isinstance(node, DEFINITIONS) and node.name == name
