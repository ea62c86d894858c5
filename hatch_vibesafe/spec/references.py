"""The definitions that a spec refers to, directly and through other definitions, each with a digest of its own."""

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from hatch_vibesafe.identity import Digest, tagged_digest
from hatch_vibesafe.spec.canonical import encode
from hatch_vibesafe.spec.head import stub_source
from hatch_vibesafe.spec.model import Reference
from hatch_vibesafe.spec.module import Binding, Module
from hatch_vibesafe.spec.names import free_names
from hatch_vibesafe.spec.parts import FORMAT, Part, StubParts
from hatch_vibesafe.spec.resolve import Resolver, Target
from hatch_vibesafe.spec.source import node_segment

_TAG = f"{FORMAT} definition"

Node = tuple[Target, bool]
"""A definition, and whether the statements that change it count.

A decorator like `@router.post("/x")` needs the statement that makes `router`, not every other route of it.
"""


@dataclass(frozen=True, slots=True)
class Definition:
    """What a definition contributes: its own digest, its text, and the definitions that it needs."""

    digest: Digest
    source: str
    needs: frozenset[Node]


class Definitions:
    """Every definition of one project, computed once when first asked for."""

    def __init__(self, modules: Mapping[str, Module], resolver: Resolver, units: Mapping[Target, StubParts]) -> None:
        self._modules = modules
        self._resolver = resolver
        self._units = units
        self._known: dict[Node, Definition] = {}
        self._helpers: dict[str, frozenset[Target]] = {}

    def reached(self, parts: StubParts) -> dict[Target, Definition]:
        """Return every definition that a unit refers to, directly or through others, sorted; cycles do no harm."""
        direct = {(target, True) for target in parts.needed | parts.shown}
        seen = self._closure([*direct, *((target, False) for target in parts.wrapping)])
        whole = {target for target, counts in seen if counts}
        chosen = {(target, counts) for target, counts in seen if counts or target not in whole}
        return {node[0]: self._known[node] for node in sorted(chosen) if node[0] != parts.target}

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
                found[key] = Reference(*key, self._definition((target, True)).source, direct=True)
        return tuple(found[key] for key in sorted(found))

    def beside(self, parts: StubParts) -> tuple[Part, ...]:
        """Return the helpers of the unit's module that the spec does not name, each with a digest of all it needs."""
        named = parts.needed | parts.shown
        helpers = sorted(target for target in self._helpers_of(parts.stub.module) if target not in named)
        return tuple((f"helper {target.label}", self._whole_digest(target)) for target in helpers)

    def _whole_digest(self, target: Target) -> Digest:
        """Return the digest of a definition and of all that it needs."""
        closure = sorted(self._closure([(target, True)]))
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
                for target in defined - self._units.keys()
                if not any(node[0] in self._units for node in self._closure([(target, True)]))
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
            target, changes = node
            module = self._modules[target.module]
            if (unit := self._units.get(target)) is not None:
                known = _unit_definition(unit)
            elif target.name:
                bindings = [item for item in module.bindings.get(target.name, ()) if item.binds or changes]
                known = self._binding_definition(module, target, bindings)
            else:
                known = self._module_definition(module, target)
            self._known[node] = known
        return known

    def _binding_definition(self, module: Module, target: Target, bindings: list[Binding]) -> Definition:
        nodes = [part for item in bindings for part in (*item.content, *(n for guard in item.guards for n in guard[1]))]
        resolution = self._resolver.resolve(module, free_names(nodes))
        meanings = tuple(item for item in resolution.meanings if item[1] != target.label)
        digest = tagged_digest(_TAG, encode(meanings), *(item.encoded() for item in bindings))
        sources = dict.fromkeys(node_segment(module.source, item.node) for item in bindings)
        needs = frozenset((item, True) for item in resolution.targets if item != target)
        return Definition(digest, "\n".join(sources), needs)

    def _module_definition(self, module: Module, target: Target) -> Definition:
        resolution = self._resolver.resolve(module, free_names(module.source.tree.body))
        digest = tagged_digest(_TAG, encode(resolution.meanings), encode(module.source.tree))
        needs = frozenset((item, True) for item in resolution.targets if item != target)
        return Definition(digest, "\n".join(module.source.lines), needs)


def helper_parts(reached: Mapping[Target, Definition]) -> tuple[Part, ...]:
    """Return the parts that the definitions make, in their order."""
    return tuple(
        (f"helper {target.label}" if target.name else f"module {target.module}", item.digest)
        for target, item in reached.items()
    )


def _unit_definition(unit: StubParts) -> Definition:
    own = encode([(name, digest) for name, digest in (*unit.before, *unit.after)])
    needs = {(target, True) for target in unit.needed | unit.shown} | {(target, False) for target in unit.wrapping}
    source = stub_source(unit.stub.module.source, unit.stub.node, unit.stub.docstring)
    return Definition(tagged_digest(_TAG, own), source, frozenset(needs))


def _defines(node: ast.stmt, name: str) -> bool:
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and node.name == name
