"""The decorator: how it is spelled, and the options that stand in it."""

import ast
from collections.abc import Sequence
from dataclasses import dataclass, fields

from hatch_vibesafe.spec.capabilities import CAPABILITIES, IMPORT, capability_faults
from hatch_vibesafe.spec.contract_modes import CONTRACT_MODES
from hatch_vibesafe.spec.model import KINDS, Kind, UnitOptions
from hatch_vibesafe.spec.runtime_names import RuntimeNames

_SPELLINGS: dict[str, Kind] = {"func": "function", "http": "http", "cli": "cli"}
_OPTIONS = tuple(field.name for field in fields(UnitOptions))
_LISTS = ("tags", "capabilities")
_NUMBERS = ("status",)

Given = str | int | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Complaint:
    """What is wrong at a line of a file, and the edit that mends it; a unit turns it into a `Problem`."""

    line: int
    what: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Decoration:
    """Our decorator on a definition.

    Attributes:
        options: What stands in it.
        above: The other decorators above it, which are applied to the implementation.
        below: The other decorators below it.
        complaints: What is wrong with it.
    """

    options: UnitOptions
    above: tuple[ast.expr, ...]
    below: tuple[ast.expr, ...]
    complaints: tuple[Complaint, ...]


def read_decoration(decorators: Sequence[ast.expr], runtime: RuntimeNames) -> Decoration | None:
    """Return our decorator among `decorators`, or None where the definition is not a unit."""
    places = [index for index, item in enumerate(decorators) if _attributes(item, runtime) is not None]
    if not places:
        return None
    place = places[0]
    options, complaints = _options(decorators[place], runtime)
    if len(places) > 1:
        line = decorators[places[1]].lineno
        complaints.append(Complaint(line, "the decorator stands here twice", "keep one @vibesafe"))
    below = tuple(item for index, item in enumerate(decorators) if index > place and index not in places)
    return Decoration(options, tuple(decorators[:place]), below, tuple(complaints))


def _attributes(node: ast.expr, runtime: RuntimeNames) -> tuple[str, ...] | None:
    role = runtime.role(node.func if isinstance(node, ast.Call) else node)
    return role[1] if role is not None and role[0] == "vibesafe" else None


def _options(node: ast.expr, runtime: RuntimeNames) -> tuple[UnitOptions, list[Complaint]]:
    complaints: list[Complaint] = []
    given: dict[str, Given] = {}
    spelling = _attributes(node, runtime) or ()
    if spelling and (len(spelling) > 1 or spelling[0] not in _SPELLINGS):
        what = f"@vibesafe.{'.'.join(spelling)} does not exist"
        complaints.append(
            Complaint(node.lineno, what, "write @vibesafe, @vibesafe.func, @vibesafe.http or @vibesafe.cli")
        )
    if isinstance(node, ast.Call):
        for argument in node.args:
            what = "the decorator takes keyword arguments only"
            complaints.append(Complaint(argument.lineno, what, f"name the option: one of {', '.join(_OPTIONS)}"))
        for keyword in node.keywords:
            _take(keyword, given, complaints)
    kind = _kind(node, spelling, given.get("kind"), complaints)

    def text(name: str) -> str | None:
        value = given.get(name)
        return value if isinstance(value, str) else None

    def texts(name: str) -> tuple[str, ...]:
        value = given.get(name, ())
        return value if isinstance(value, tuple) else ()

    status = given.get("status")
    capabilities = texts("capabilities")
    remedy = f"choose from {', '.join(CAPABILITIES)}, {IMPORT}NAME; 'pure' stands alone"
    complaints += [Complaint(node.lineno, fault, remedy) for fault in capability_faults(capabilities)]
    contracts = text("contracts")
    if contracts is not None and contracts not in CONTRACT_MODES:
        what = f"contracts is {contracts!r}, which is no mode"
        complaints.append(Complaint(node.lineno, what, f"choose from {', '.join(CONTRACT_MODES)}"))
    options = UnitOptions(
        kind=kind,
        provider=text("provider"),
        template=text("template"),
        model=text("model"),
        method=text("method"),
        path=text("path"),
        tags=texts("tags"),
        capabilities=tuple(sorted({*capabilities} - {"pure"})),
        contracts=contracts,
        status=status if isinstance(status, int) else None,
    )
    return options, complaints


def _take(keyword: ast.keyword, given: dict[str, Given], complaints: list[Complaint]) -> None:
    if keyword.arg not in _OPTIONS:
        what = f"the option {keyword.arg!r} does not exist" if keyword.arg else "options cannot be given with **"
        complaints.append(Complaint(keyword.value.lineno, what, f"use {', '.join(_OPTIONS)}"))
        return
    match keyword.value:
        case ast.Constant(value=None) if keyword.arg != "kind":
            return
        case ast.Constant(value=str() as value) if keyword.arg not in (*_LISTS, *_NUMBERS):
            given[keyword.arg] = value
            return
        case ast.Constant(value=int() as value) if keyword.arg in _NUMBERS and not isinstance(value, bool):
            given[keyword.arg] = value
            return
        case ast.List(elts=elements) | ast.Tuple(elts=elements) if keyword.arg in _LISTS:
            values = [item.value for item in elements if isinstance(item, ast.Constant) and isinstance(item.value, str)]
            if len(values) == len(elements):
                given[keyword.arg] = tuple(values)
                return
        case _:
            pass
    wanted, how = ("a list of texts", " in quotes") if keyword.arg in _LISTS else ("a text", " in quotes")
    if keyword.arg in _NUMBERS:
        wanted, how = "a number", ""
    what = f"{keyword.arg} is not {wanted} written out: a scan runs no code, so it cannot know the value"
    complaints.append(Complaint(keyword.value.lineno, what, f"write {keyword.arg} as {wanted}{how}"))


def _kind(node: ast.expr, spelling: tuple[str, ...], given: Given | None, complaints: list[Complaint]) -> Kind:
    spelled = _SPELLINGS.get(spelling[0]) if spelling else None
    kind = next((item for item in KINDS if item == given), None)
    if given is not None and kind is None:
        complaints.append(
            Complaint(node.lineno, f"the kind {given!r} does not exist", f"use one of {', '.join(KINDS)}")
        )
    if spelled and kind and spelled != kind:
        what = f"the decorator says two kinds: {spelled} and {kind}"
        complaints.append(Complaint(node.lineno, what, "leave out kind="))
    return kind or spelled or "function"
