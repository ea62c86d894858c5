"""From the files of a project to its specs. Imports no user code, reads no file, touches no network."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from hatch_vibesafe.identity import UnitId
from hatch_vibesafe.problems import Problem, VibesafeError
from hatch_vibesafe.spec.canonical import UnknownSyntaxError
from hatch_vibesafe.spec.characters import unreadable
from hatch_vibesafe.spec.class_parameters import declarations
from hatch_vibesafe.spec.contract_decorators import is_contract
from hatch_vibesafe.spec.contract_modes import FULL, PRE
from hatch_vibesafe.spec.docstring import MalformedDocstring, read_docstring
from hatch_vibesafe.spec.effects import with_changes
from hatch_vibesafe.spec.endpoints import duplicate_routes, is_route_decorator, request_complaints
from hatch_vibesafe.spec.frozen import frozen_names
from hatch_vibesafe.spec.head import head_source, statements_source
from hatch_vibesafe.spec.header import header_lines
from hatch_vibesafe.spec.model import InvalidUnit, Scan, SettingsFor, SourceFile, Spec, proves_something
from hatch_vibesafe.spec.module import Module, read_module
from hatch_vibesafe.spec.parts import StubParts, spec_hash, stub_parts
from hatch_vibesafe.spec.references import Definitions, helper_parts
from hatch_vibesafe.spec.resolve import Resolver, Target
from hatch_vibesafe.spec.runtime_names import RuntimeNames
from hatch_vibesafe.spec.source import Source, read_source
from hatch_vibesafe.spec.stub import Stub, find_stubs
from hatch_vibesafe.spec.unquoted import unquoted_constants
from hatch_vibesafe.spec.unseen import Unseen

_VISIBLY = "write it so that a reader sees what Python reads"


def scan(files: Sequence[SourceFile], settings_for: SettingsFor, *, require_annotations: bool = True) -> Scan:
    """Return every unit that stands in `files`, and all that is wrong with them.

    With `require_annotations` off, a stub may leave its types out: a plain script in development need not name them.
    """
    found = _Found()
    modules, changed_elsewhere = with_changes(_read_modules(files, found))
    resolver = Resolver(modules)
    stubs = _find(modules.values(), found, require_annotations=require_annotations)
    units: dict[Target, StubParts] = {}
    for unit, stub in stubs:
        parts = _prepare(unit, stub, settings_for, resolver, found)
        if parts is not None:
            units[parts.target] = parts
    definitions = Definitions(modules, resolver, units, changed_elsewhere)
    unseen = Unseen(modules)
    for parts in units.values():
        needed = _finish(parts, definitions, resolver, found, modules)
        found.warnings += unseen.warnings(parts.unit, needed)
    return found.result()


@dataclass(slots=True)
class _Found:
    specs: list[Spec] = field(default_factory=list)
    invalid: list[InvalidUnit] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    def result(self) -> Scan:
        return Scan(
            specs=tuple(sorted(self.specs, key=lambda spec: spec.unit)),
            invalid=tuple(sorted(self.invalid, key=lambda item: (item.unit, item.line))),
            problems=tuple(self.problems),
            warnings=tuple(sorted(self.warnings, key=lambda problem: problem.where)),
        )

    def refuse(self, unit: UnitId, stub: Stub, examples: int, problems: Iterable[Problem]) -> None:
        file = stub.module.source.file
        kind = stub.decoration.options.kind
        self.invalid.append(InvalidUnit(unit, file.path, stub.node.lineno, kind, examples, tuple(problems)))


def _read_modules(files: Sequence[SourceFile], found: _Found) -> dict[str, Module]:
    """Return the modules that can be read, by name; of two files of one name the one that the wheel holds counts."""
    modules: dict[str, Module] = {}
    for file in sorted(files, key=lambda item: (not item.in_wheel, item.path)):
        if not file.in_wheel and b"vibesafe" not in file.content:
            # It holds no unit and does not ship: whether Python can read it is not our question.
            source = read_source(file)
            if isinstance(source, Source) and file.module not in modules:
                modules[file.module] = read_module(source)
            continue
        source = read_source(file)
        if isinstance(source, Problem):
            found.problems.append(source)
        elif file.module not in modules:
            modules[file.module] = read_module(source)
        else:
            first = modules[file.module].source.file
            what = f"{first.path} is the module {file.module} too: only one of them can be imported"
            found.problems.append(Problem(f"{file.path}:1", what, "rename or remove one of the two files"))
    return modules


def _find(modules: Iterable[Module], found: _Found, *, require_annotations: bool) -> list[tuple[UnitId, Stub]]:
    """Return the stubs whose ids stand for themselves alone."""
    stubs: dict[UnitId, list[Stub]] = {}
    for module in modules:
        path = module.source.file.path
        found_here, complaints = find_stubs(module, require_annotations=require_annotations)
        found.problems += [Problem(f"{path}:{item.line}", item.what, item.remedy) for item in complaints]
        if found_here:
            text = "\n".join(module.source.lines)
            found.problems += [Problem(f"{path}:{line}", what, _VISIBLY) for line, what in unreadable(text)]
        for stub in found_here:
            try:
                unit = UnitId(module.name, stub.qualname)
            except ValueError:
                what = f"the file holds a unit, but {module.name!r} is no name that Python can import"
                found.problems.append(Problem(f"{path}:{stub.node.lineno}", what, "rename the file"))
                continue
            stubs.setdefault(unit, []).append(stub)
    for unit, several in stubs.items():
        if len(several) > 1:
            _refuse_duplicates(unit, several, found)
    return _with_routes([(unit, several[0]) for unit, several in stubs.items() if len(several) == 1])


def _with_routes(stubs: list[tuple[UnitId, Stub]]) -> list[tuple[UnitId, Stub]]:
    """Return the stubs, with complaints of those that answer the same requests as another one of their package."""
    packages: dict[str, list[int]] = {}
    for place, (_, stub) in enumerate(stubs):
        file = stub.module.source.file
        package = file.module if file.is_package else file.module.rpartition(".")[0] or file.module
        packages.setdefault(package, []).append(place)
    for places in packages.values():
        routes = [(str(stubs[place][0]), stubs[place][1].node, stubs[place][1].decoration) for place in places]
        for number, complaint in duplicate_routes(routes):
            unit, stub = stubs[places[number]]
            stubs[places[number]] = (unit, replace(stub, complaints=(*stub.complaints, complaint)))
    return stubs


def _refuse_duplicates(unit: UnitId, several: list[Stub], found: _Found) -> None:
    lines = [stub.node.lineno for stub in several]
    for stub in several:
        others = ", ".join(str(line) for line in lines if line != stub.node.lineno)
        what = f"another unit has the same id (line {others})"
        remedy = "rename or remove one of them"
        found.refuse(unit, stub, 0, [Problem(_where(stub, unit, stub.node.lineno), what, remedy)])


def _where(stub: Stub, unit: UnitId, line: int) -> str:
    return f"{stub.module.source.file.path}:{line}  {unit}"


def _prepare(
    unit: UnitId, stub: Stub, settings_for: SettingsFor, resolver: Resolver, found: _Found
) -> StubParts | None:
    """Return what a stub contributes itself; None, with its problems noted, where it cannot be used."""
    file = stub.module.source.file
    complaints = sorted(stub.complaints, key=lambda item: item.line)
    problems = [Problem(_where(stub, unit, item.line), item.what, item.remedy) for item in complaints]
    where = _where(stub, unit, stub.node.lineno)
    if not file.in_wheel:
        remedy = "move it into a package of the wheel, or include the file in [tool.hatch.build.targets.wheel]"
        problems.append(Problem(where, "the file is not part of the wheel, so the unit would never ship", remedy))
    docstring = read_docstring(stub.docstring)
    if isinstance(docstring, MalformedDocstring):
        problems.append(Problem(_where(stub, unit, docstring.line), docstring.what, "mend the docstring"))
    parts: StubParts | None = None
    try:
        settings = settings_for(stub.decoration.options)
        if not isinstance(docstring, MalformedDocstring):
            parts = stub_parts(stub, docstring, settings, resolver)
            problems += [
                Problem(_where(stub, unit, item.line), item.what, item.remedy)
                for item in (
                    *parts.contract.complaints,
                    *parts.properties.complaints,
                    *request_complaints(stub.decoration, docstring.examples),
                )
            ]
    except VibesafeError as error:
        problems += [Problem(where, f"{item.where}: {item.what}", item.remedy) for item in error.problems]
    except UnknownSyntaxError as error:
        problems.append(Problem(where, str(error), "write it in syntax of Python 3.13 or older"))
    if problems:
        count = 0 if isinstance(docstring, MalformedDocstring) else len(docstring.examples)
        found.refuse(unit, stub, count, problems)
        return None
    return parts


def _finish(
    parts: StubParts, definitions: Definitions, resolver: Resolver, found: _Found, modules: Mapping[str, Module]
) -> frozenset[str]:
    """Put a unit's spec together, or note why it has none; return the names of the modules that it depends on."""
    stub = parts.stub
    module = stub.module
    unit = parts.unit
    where = _where(stub, unit, stub.node.lineno)
    try:
        reached = definitions.reached(parts)
    except UnknownSyntaxError as error:
        problem = Problem(where, f"a helper cannot be read: {error}", "write it in syntax of Python 3.13 or older")
        found.refuse(unit, stub, len(parts.docstring.examples), [problem])
        return frozenset()
    below = [
        Problem(
            where,
            f"it refers to {target.name}, defined below it in line {line}, so an implementation cannot import it",
            f"move {target.name} above {stub.qualname}",
        )
        for target, line in definitions.defined_below(parts)
    ]
    below += frozen_names(parts, modules, resolver, where)
    if below:
        found.refuse(unit, stub, len(parts.docstring.examples), below)
        return frozenset()
    found.warnings += _warnings(parts, where)
    every = (*parts.before, *helper_parts(reached), *parts.after)
    found.specs.append(
        Spec(
            unit=unit,
            options=stub.decoration.options,
            path=module.source.file.path,
            line=stub.node.lineno,
            head=head_source(module.source, stub.node),
            is_async=stub.node.__class__.__name__ == "AsyncFunctionDef",
            docstring=parts.docstring.text,
            examples=parts.docstring.examples,
            pre_hole=statements_source(module.source, stub.pre_hole),
            header=_header(parts, resolver),
            references=definitions.references(parts, reached),
            settings=parts.settings,
            parts=every,
            beside=definitions.beside(parts),
            contract=parts.contract.clauses,
            contract_header=header_lines(module, parts.contract.names, stub.node.name, resolver),
            properties=parts.properties.stated,
            method=stub.method,
            is_wrapped=_is_wrapped(stub),
            spec_hash=spec_hash(every),
        )
    )
    return frozenset({module.name, *(target.module for target in reached)})


def _is_wrapped(stub: Stub) -> bool:
    bound = stub.module.bindings.get(stub.node.name, []) if not stub.classes else []
    return bool(stub.decoration.above or stub.decoration.below) or len(bound) > 1


def _header(parts: StubParts, resolver: Resolver) -> tuple[str, ...]:
    """Return the lines that a method's head and pre-hole code, or a function's, need in a module of their own."""
    stub, head = parts.stub, parts.names.head
    declared, names = declarations(stub.classes, {chain[0] for chain in head.chains})
    names.add(head)
    being_made = stub.classes[0].name if stub.classes else ""
    lines = header_lines(stub.module, names, stub.node.name, resolver, being_made)
    return (*lines, *(line for line in declared if line not in lines))


def _warnings(parts: StubParts, where: str) -> list[Problem]:
    warnings: list[Problem] = []
    if not proves_something(parts.stub.node.name, parts.docstring.examples, parts.stub.decoration.options.kind):
        calls = "no example that calls it" if parts.docstring.examples else "no example"
        remedy = f"add a doctest to its docstring: `>>> {parts.stub.node.name}(...)` and what it returns"
        warnings.append(Problem(where, f"the spec has {calls}", remedy))
    runtime = RuntimeNames(parts.stub.module)
    if any(not is_contract(item, runtime) for item in parts.stub.decoration.below):
        what = "a decorator below @vibesafe is not applied to the implementation"
        warnings.append(Problem(where, what, "move it above @vibesafe"))
    options = parts.stub.decoration.options
    is_routed = any(map(is_route_decorator, parts.stub.decoration.above))
    if is_routed and options.kind == "function":
        what = "a decorator above it routes requests to it, and @vibesafe alone makes it no endpoint: none is tried"
        warnings.append(Problem(where, what, "write @vibesafe.http"))
    if options.kind == "http" and options.path is None and not is_routed:
        what = "the endpoint has no path, so that no application has a route to it"
        warnings.append(Problem(where, what, 'write @vibesafe.http(path="/..."), or @router.get("/...") above it'))
    mode = options.contracts
    own = {clause.kind for clause in parts.contract.clauses if not clause.library}
    if mode in {PRE, FULL} and not (own & {"requires"} if mode == PRE else own):
        section = "Requires:" if mode == PRE else "Requires:, Ensures: or Raises:"
        what = f"contracts is {mode!r}, and its docstring has no clause which that would check in a call"
        warnings.append(Problem(where, what, f"add {section} to the docstring, or take contracts={mode!r} out"))
    if parts.strangers:
        what = f"an example names {parts.strangers[0]}, which is neither in the module nor built in"
        remedy = f"define or import {parts.strangers[0]}, in the module or in the example, or correct its name"
        warnings.append(Problem(where, what, remedy))
    for name in unquoted_constants(parts):
        what = (
            f"the docstring names {name} without backticks: no model is shown it, and an edit of it moves no spec hash"
        )
        warnings.append(Problem(where, what, f"write `{name}` where the value in the module is meant"))
    doubts = parts.contract.doubts
    warnings += [Problem(_where(parts.stub, parts.unit, item.line), item.what, item.remedy) for item in doubts]
    return warnings
