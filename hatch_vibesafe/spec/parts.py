"""What a stub itself contributes to its spec hash, part by part, and the names that it uses."""

import ast
import builtins
from dataclasses import dataclass, fields, replace
from functools import lru_cache

from hatch_vibesafe.identity import Digest, SpecHash, UnitId, tagged_digest
from hatch_vibesafe.spec.canonical import Encodable, encode, encode_signature
from hatch_vibesafe.spec.class_invariants import read_invariants
from hatch_vibesafe.spec.contract_decorators import read_decorators
from hatch_vibesafe.spec.contract_subset import Scope
from hatch_vibesafe.spec.contracts import (
    OF_A_CLASS,
    Contract,
    clause_names,
    contract_names,
    contradictions,
    read_contract,
)
from hatch_vibesafe.spec.docstring import Docstring, docstring_lines, example_names, mentioned_names
from hatch_vibesafe.spec.lessons import lessons_for
from hatch_vibesafe.spec.model import UnitOptions, UnitSettings
from hatch_vibesafe.spec.names import Names, assigned_names, free_names, function_names, parameter_names
from hatch_vibesafe.spec.normalise import normalise_docstring, normalise_newlines
from hatch_vibesafe.spec.resolve import Resolution, Resolver, Target
from hatch_vibesafe.spec.stated_properties import Properties, property_names, read_properties
from hatch_vibesafe.spec.stub import Stub

FORMAT = "vibesafe-spec/1"

Part = tuple[str, Digest]
"""A part's name for people, and its digest."""
_WHERE_GIVEN = ("capabilities", "contracts", "status")
_GIVEN = {"http": frozenset({"client"}), "cli": frozenset({"shell"})}
"""The names that examples of each kind have without an import."""
_OPTIONS = tuple(field.name for field in fields(UnitOptions))


@dataclass(frozen=True, slots=True)
class StubNames:
    """The names that a stub uses, by how it uses them.

    Attributes:
        head: In its signature and in the code before its hole.
        code: In these and in its overloads.
        examples: In the inputs of its examples.
        mentions: In backticks and contracts.
        decorators: In the other decorators.
    """

    head: Names
    code: Names
    examples: Names
    mentions: Names
    decorators: Names


@dataclass(frozen=True, slots=True)
class StubParts:
    """A usable stub with what it contributes itself.

    Attributes:
        stub: The stub.
        docstring: Its docstring.
        settings: Its template and what is sent.
        names: The names that it uses.
        needed: The definitions that its code names: they must exist before an implementation can be imported.
        shown: The definitions that its examples, contracts and backticks name.
        wrapping: The definitions that the other decorators name.
        passed: The names by which other modules of the project hand these definitions on.
        before: The parts that stand before its helpers.
        after: The parts that stand after them.
        contract: What its docstring promises.
        properties: What it says of every value that is drawn.
        strangers: The names of its examples that are nowhere, sorted.
    """

    stub: Stub
    docstring: Docstring
    settings: UnitSettings
    names: StubNames
    needed: frozenset[Target]
    shown: frozenset[Target]
    wrapping: frozenset[Target]
    passed: frozenset[tuple[Target, Target]]
    before: tuple[Part, ...]
    after: tuple[Part, ...]
    contract: Contract
    properties: Properties
    strangers: tuple[str, ...] = ()

    @property
    def unit(self) -> UnitId:
        """The unit's id."""
        return UnitId(self.stub.module.name, self.stub.qualname)

    @property
    def target(self) -> Target:
        """The unit as a definition of the project."""
        return Target(self.stub.module.name, self.stub.qualname)


def stub_parts(stub: Stub, docstring: Docstring, settings: UnitSettings, resolver: Resolver) -> StubParts:
    """Return what a stub contributes itself.

    Raises:
        UnknownSyntaxError: for syntax that the format does not cover.
    """
    names = _names(stub, docstring)
    code = resolver.resolve(stub.module, names.code)
    examples = resolver.resolve(stub.module, names.examples)
    mentions = resolver.resolve(stub.module, names.mentions)
    decorators = resolver.resolve(stub.module, names.decorators)
    own = Target(stub.module.name, stub.qualname)
    is_async = isinstance(stub.node, ast.AsyncFunctionDef)
    # What a method may touch of its object is what its class says.
    around = {Target(stub.module.name, each.name) for each in stub.classes[:1]}
    lessons = lessons_for(UnitId(stub.module.name, stub.qualname), settings.lessons)
    dotted = {item for chain in names.mentions.chains for item in resolver.absolute(chain) if isinstance(item, Target)}
    scope, lines = _scope(stub, resolver), docstring_lines(stub.docstring)
    contract = _with_invariants(read_contract(docstring.text, scope, *lines), stub, scope)
    contract, decorated = _with_decorators(contract, stub, scope)
    promised = resolver.resolve(stub.module, decorated)
    return StubParts(
        stub=stub,
        docstring=docstring,
        settings=replace(settings, lessons=lessons),
        names=names,
        needed=code.targets - {own},
        shown=(examples.targets | mentions.targets | promised.targets | dotted | around) - {own},
        wrapping=decorators.targets - {own},
        passed=code.passed | examples.passed | mentions.passed | promised.passed,
        before=_before(stub, docstring, own, (code, examples, mentions, decorators)),
        after=(
            ("template", _template_part(settings.template_content, settings.template_chain)),
            ("settings", _settings_part(repr(settings.sent), settings.sent)),
            *([("lessons", _part(tuple(lesson.text for lesson in lessons)))] if lessons else []),
        ),
        contract=contract,
        properties=read_properties(docstring, scope, *lines, is_async=is_async, method=stub.method),
        strangers=_strangers(stub, docstring, names.examples, scope),
    )


def spec_hash(parts: tuple[Part, ...]) -> SpecHash:
    """Return the hash over all parts: their names and digests, in order."""
    return SpecHash(tagged_digest(FORMAT, *(text.encode() for part in parts for text in part)))


def _names(stub: Stub, docstring: Docstring) -> StubNames:
    local = parameter_names(stub.node.args) | assigned_names(stub.pre_hole)
    mentions = mentioned_names(docstring.text)
    mentions.add(contract_names(docstring.text))
    mentions.chains = {chain for chain in mentions.chains if chain[0] not in local}
    mentions.add(property_names(docstring))
    if (of_class := _class_docstring(stub)) is not None:
        mentions.add(contract_names(normalise_docstring(str(of_class.value)), OF_A_CLASS))
        mentions.chains -= {("self",), *(chain for chain in mentions.chains if chain[0] in local)}
    head = function_names(stub.node, stub.pre_hole)
    code = Names(set(head.chains), [*head.imports])
    for overload in stub.overloads:
        code.add(function_names(overload, ()))
    return StubNames(
        head=head,
        code=code,
        examples=example_names(docstring),
        mentions=mentions,
        decorators=free_names([*stub.decoration.above, *stub.decoration.below]),
    )


def _class_docstring(stub: Stub) -> ast.Constant | None:
    """Return the docstring of a method's class, where the method is called on an object of it."""
    if stub.method not in {"instance", "property"}:
        return None
    match stub.classes[-1].body:
        case [ast.Expr(value=ast.Constant(value=str()) as docstring), *_]:
            return docstring
        case _:
            return None


def _with_invariants(contract: Contract, stub: Stub, scope: Scope) -> Contract:
    """Return a contract with what the class of a method says of all its objects."""
    docstring = _class_docstring(stub)
    if docstring is None:
        return contract
    lines = docstring_lines(docstring)
    found = read_contract(normalise_docstring(str(docstring.value)), scope, *lines, sections=OF_A_CLASS)
    contract.names.add(found.names)
    return Contract(
        (*contract.clauses, *found.clauses),
        (*contract.complaints, *found.complaints),
        (*contract.doubts, *found.doubts),
        contract.names,
    )


def _with_decorators(contract: Contract, stub: Stub, scope: Scope) -> tuple[Contract, Names]:
    """Return a contract with what `icontract` and `deal` say above the stub, and the names that this takes."""
    raised = {clause.exception for clause in contract.clauses}
    found = read_decorators(stub, scope, raised).and_also(read_invariants(stub, scope))
    names = clause_names(found.clauses, scope)
    contract.names.add(names)
    clauses = (*contract.clauses, *found.clauses)
    # What contradicts within the docstring is in there already.
    every = [*contract.complaints, *found.complaints, *(contradictions([*clauses]) if found.clauses else ())]
    complaints = tuple(dict.fromkeys(every))
    return Contract(clauses, complaints, (*contract.doubts, *found.doubts), contract.names), names


def _scope(stub: Stub, resolver: Resolver) -> Scope:
    module = stub.module

    def is_known(name: str) -> bool:
        return name in module.bindings or bool(resolver.chain(module, (name,)))

    return Scope(frozenset(parameter_names(stub.node.args)), stub.node.name, is_known)


def _strangers(stub: Stub, docstring: Docstring, named: Names, scope: Scope) -> tuple[str, ...]:
    """Return the names that examples take from the module which has none of them, where no example says that."""
    given = _GIVEN.get(stub.decoration.options.kind, frozenset())
    if stub.module.stars or any((example.exception or "").startswith("NameError") for example in docstring.examples):
        return ()
    names = {chain[0] for chain in named.chains} - given
    unknown = {name for name in names if not hasattr(builtins, name) and not scope.is_known(name)}
    return tuple(sorted(name for name in unknown if not name.startswith("__")))


def _part(value: Encodable) -> Digest:
    return tagged_digest(f"{FORMAT} part", encode(value))


_NO_CODE = _part(())


def _before(stub: Stub, docstring: Docstring, own: Target, resolutions: tuple[Resolution, ...]) -> tuple[Part, ...]:
    options, above, below = stub.decoration.options, stub.decoration.above, stub.decoration.below
    signature = tuple(encode_signature(item) for item in (*stub.overloads, stub.node))
    # Two imports may change places while the text and the set of definitions stay as they are: what each name stands
    # for is a part of its own.
    meanings = sorted({item for found in resolutions for item in found.meanings if item[1] != own.label})
    return (
        ("options", _options_part(options, above, below) if above or below else _options_alone(repr(options), options)),
        ("signature", _part(signature)),
        ("docstring", _part(docstring.prose)),
        *((f"example {number}", _part(case)) for number, case in enumerate(docstring.cases, start=1)),
        ("code before the hole", _part(stub.pre_hole) if stub.pre_hole else _NO_CODE),
        ("imports", _imports_part(stub.module.postponed, (*meanings,))),
    )


# Most units of a project share these. A text stands beside what is sent, for `1`, `1.0` and `True` are equal, and are
# encoded differently.
@lru_cache(maxsize=32)
def _settings_part(text: str, sent: tuple[tuple[str, str | int | float], ...]) -> Digest:  # noqa: ARG001 - see above
    return _part(sent)


@lru_cache(maxsize=256)
def _imports_part(postponed: bool, meanings: tuple[tuple[str, str], ...]) -> Digest:
    return _part((postponed, meanings))


@lru_cache(maxsize=256)
def _options_alone(text: str, options: UnitOptions) -> Digest:  # noqa: ARG001 - see above
    return _options_part(options, (), ())


def _options_part(options: UnitOptions, above: tuple[ast.expr, ...], below: tuple[ast.expr, ...]) -> Digest:
    """Return the part of what stands in the decorator, and of the other decorators."""
    written = tuple((name, _option(options, name)) for name in _OPTIONS if _counts(options, name))
    return _part((written, ("above", above, "below", below)))


@lru_cache(maxsize=32)
def _template_part(text: str, chain: tuple[tuple[str, str], ...]) -> Digest:
    """Return the part of a template, which most units of a project share, and of those that it is made from."""
    own = normalise_newlines(text)
    return _part((own, tuple((name, normalise_newlines(other)) for name, other in chain)) if chain else own)


def _counts(options: UnitOptions, name: str) -> bool:
    """Return whether an option is in the hash: the newer ones are where they are given, all others always."""
    return name not in _WHERE_GIVEN or bool(getattr(options, name))


def _option(options: UnitOptions, name: str) -> str | int | tuple[str, ...] | None:
    value: str | int | tuple[str, ...] | None = getattr(options, name)
    return value
