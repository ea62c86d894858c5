"""What a worker is asked to evaluate about the stated properties of a unit, as examples. Pure.

The body of a property runs where no candidate does. In it the unit is a function that gives the answers which are known
already, one after the other; at the first call that has none it stops and says what it was asked.
"""

import ast
import textwrap
from collections.abc import Sequence

from hatch_vibesafe.gates.contract_sources import Sources
from hatch_vibesafe.gates.unit_calls import ON_AN_OBJECT, definition_of, parameters_of
from hatch_vibesafe.spec.contract_expressions import evaluable, is_awaited_lazily, is_lazy
from hatch_vibesafe.spec.model import Spec, StatedProperty
from hatch_vibesafe.spec.stated_properties import ASSUME
from hatch_vibesafe.spec.walking import walk

_SUPPORT = (
    """
class _Asked(BaseException):
    pass
""",
    """
class _Unmet(BaseException):
    pass
""",
    """
def _assume(condition):
    if not condition:
        raise _Unmet
    return True
""",
    """
def _put_back(now, after):
    if isinstance(now, list) and isinstance(after, list):
        now[:] = after
    elif isinstance(now, (dict, set)) and type(now) is type(after):
        now.clear()
        now.update(after)
    elif isinstance(after, dict) and hasattr(now, "__dict__"):
        now.__dict__.clear()
        now.__dict__.update(after)
""",
    """
async def _later(items):
    for item in items:
        yield item
""",
    """
def _raised(module, qualname, message):
    kind = __import__("importlib").import_module(module)
    for name in qualname.split("."):
        kind = getattr(kind, name)
    if not (isinstance(kind, type) and issubclass(kind, Exception)):
        raise _Unmet
    error = kind.__new__(kind, message)
    error.args = (message,) if message else ()
    error._of_the_unit = True
    return error
""",
    """
def _try(body, values, is_met, answers):
    waiting = list(answers)
    def answer(*given):
        if not _within(*given):
            raise _Unmet
        if not waiting:
            raise _Asked(_told(given))
        kind, *what = waiting.pop(0)
        if kind == "raised":
            raise _raised(*what)
        for now, after in zip(given, what[1:]):
            _put_back(now, after)
        return what[0]
    try:
        if not is_met():
            return ("unmet",)
        body(answer, *values())
    except _Asked as asked:
        return ("asked", asked.args[0])
    except _Unmet:
        return ("unmet",)
    except Exception as error:
        is_own = getattr(error, "_of_the_unit", False) is True
        return ("broken", "unit" if is_own else "body", type(error).__name__, str(error)[:200])
    return ("held",)
""",
)


_OF_A_FUNCTION = """
def _told(given):
    return given
"""
_OF_AN_OBJECT = """
def _told(given):
    if type(given[0]) is not {owner} or not hasattr(given[0], "__dict__"):
        raise _Unmet
    return (given[0].__dict__, *given[1:])
"""
_WRAPPERS = {"class": "classmethod", "static": "staticmethod", "property": "property", "instance": ""}


def owner_of(spec: Spec) -> str:
    """Return the class that a method is of, as its module spells it."""
    return spec.unit.qualname.rpartition(".")[0]


def defining(spec: Spec) -> list[str]:
    """Return the examples that have to run before any property is tried."""
    own = Sources(spec)
    names = [item.name for item in own.parameters]
    required = " and ".join(f"({it})" for it in evaluable(own.requires, names, "_old").conditions)
    told = _OF_AN_OBJECT.format(owner=owner_of(spec)) if spec.method in ON_AN_OBJECT else _OF_A_FUNCTION
    within = f"def _within({', '.join(names)}):\n    return {required or 'True'}\n"
    stated = [_definition(number, item, spec) for number, item in enumerate(spec.properties)]
    return [*(source.lstrip() for source in _SUPPORT), told.lstrip(), within, *stated]


def trial(number: int, values: Sequence[str], conditions: Sequence[str], answers: Sequence[str]) -> str:
    """Return the example that tries a property, by its number, on values, with the answers that are known."""
    met = " and ".join(f"({condition})" for condition in conditions) or "True"
    return f"_try(_property_{number}, lambda: {_tuple(values)}, lambda: {met}, {_tuple(answers)})\n"


def returned(values: Sequence[str | None], before: Sequence[str]) -> str:
    """Return the answer of a call: its result and its arguments then; those that are not known are as before."""
    result, *after = values
    return _tuple(["'returned'", str(result), *(now or then for now, then in zip(after, before, strict=True))])


def raised(module: str, qualname: str, message: str) -> str:
    """Return the answer of a call that raised."""
    return repr(("raised", module, qualname, message))


def _tuple(items: Sequence[str]) -> str:
    return "(" + "".join(f"{item}, " for item in items) + ")"


def _definition(number: int, stated: StatedProperty, spec: Spec) -> str:
    """Return the definition of a property: a function of what answers a call, and of the values that are given."""
    node = definition_of(spec)
    names = ", ".join(item.name for item in parameters_of(spec))
    for item in walk(node):
        if isinstance(item, ast.arg):
            item.annotation = None
    answer = f"_answer({names})"
    is_later = is_awaited_lazily(node.returns)
    word = "async def" if spec.is_async else "def"
    own = "def" if is_later else word
    gives = f"_later({answer})" if is_later else f"iter({answer})" if is_lazy(node.returns) else answer
    given = ", ".join(name for name, _ in stated.given)
    called = "" if spec.method else f"{spec.unit.name}, "
    lines = [
        f"def _property_{number}(_answer, {given}):",
        f"    {own} {spec.unit.name}({ast.unparse(node.args)}):",
        f"        return {gives}",
        f"    {word} _body({called}{ASSUME}, {given}):",
        textwrap.indent(stated.body, "        "),
        *_put_in_place(spec),
        "    try:",
        f"        _held = _body({called}_assume, {given})",
        "        return __import__('asyncio').run(_held) if _held is not None else None",
        "    finally:",
        *(_put_away(spec) or ["        pass"]),
    ]
    return "\n".join(lines) + "\n"


def _put_in_place(spec: Spec) -> list[str]:
    """Return what has a method's class ask for the answers, while a property of it is tried."""
    if not spec.method:
        return []
    name = spec.unit.name
    return [
        f"    _kept = vars({owner_of(spec)})[{name!r}]",
        f"    setattr({owner_of(spec)}, {name!r}, {_WRAPPERS[spec.method]}({name}))",
    ]


def _put_away(spec: Spec) -> list[str]:
    return [f"        setattr({owner_of(spec)}, {spec.unit.name!r}, _kept)"] if spec.method else []
