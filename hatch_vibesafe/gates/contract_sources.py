"""What a worker is asked to evaluate about the calls of a unit and its contract, as examples. Pure.

Every example evaluates one expression: functions without names give each parameter its value and bind nothing that
another example could see.
"""

import ast
from collections.abc import Iterable, Sequence
from typing import Literal

from hatch_vibesafe.gates.type_members import Members
from hatch_vibesafe.gates.unit_calls import ON_AN_OBJECT, Case, definition_of, invocation, parameters_of
from hatch_vibesafe.gates.worker.examples import DRAINED
from hatch_vibesafe.spec.contract_expressions import evaluable, is_awaited_lazily, is_lazy
from hatch_vibesafe.spec.model import Clause, Spec
from hatch_vibesafe.spec.walking import walk

LAZY_ITEMS = 1000
"""How much is taken of what a generator gives: its contract is about the list of that."""

_OLD = "_old"
_KINDS = "_kinds"
_OUTSIDE = "False, ()"
_DEFINE_KINDS = (
    f"def {_KINDS}(kind):\n"
    "    below = [pair for each in type.__subclasses__(kind) for pair in _kinds(each)]\n"
    "    return [(kind.__module__, kind.__qualname__), *below]\n"
)
_HELD = "_held"
_DEFINE_HELD = (
    f"def {_HELD}(condition):\n"
    "    try:\n"
    "        return not not condition()\n"
    "    except Exception as error:\n"
    "        return f'{type(error).__name__}: {error}'\n"
)


class Sources:
    """The questions about one unit."""

    def __init__(self, spec: Spec) -> None:
        """Read the unit's parameters and its contract."""
        self.spec = spec
        self.parameters = parameters_of(spec)
        # What holds of every object is required of one before a call, and ensured after it.
        self.requires = _of("requires", spec) + _of("invariant", spec)
        self.ensures = _of("ensures", spec) + _of("invariant", spec)
        self.raises = _of("raises", spec)
        self._names = [item.name for item in self.parameters]
        self._receiver = self._names[:1] if spec.method in ON_AN_OBJECT else []
        spelled = list(dict.fromkeys(clause.exception for clause in self.raises))
        self._head = [_DEFINE_KINDS, *(f"{_KINDS}({name})" for name in spelled)] if spelled else []
        self.exceptions = list(enumerate(spelled, start=1))
        """The exceptions of the contract, each with the place of the answer that names all its classes."""

    @property
    def stub(self) -> str:
        """An implementation that does nothing, for where none must run."""
        return "\n".join([*self.spec.header, "", self.spec.head, "    raise NotImplementedError", ""])

    def places(self, cases: Sequence[Case], *, of: Literal["before", "calls", "after"] = "calls") -> list[int]:
        """Return the place of the answer to each case among all answers to one of these questions."""
        places: list[int] = []
        place = {"before": len(self._head), "calls": 0, "after": 1}[of]
        ran = 0
        for case in cases:
            place += max(0, len(case.setup) - ran)
            ran = max(ran, len(case.setup))
            places.append(place)
            place += 1
        return places

    def before(self, cases: Sequence[Case]) -> list[str]:
        """Return what asks, for each call, whether it is within `Requires` and which conditions of `Raises` hold.

        A call that the types do not allow is outside of it, and is not made.
        """
        required = _all(evaluable(self.requires, self._names, _OLD).conditions)
        raised = _tuple(f"not not ({it})" for it in evaluable(self.raises, self._names, _OLD).conditions)
        body = f"({required}, {raised}) if {required} else ({_OUTSIDE})"
        members = Members(self.spec)
        asked = [
            self._with_arguments(case, body) if members.allow(case, self.parameters) else f"({_OUTSIDE})"
            for case in cases
        ]
        return self._head + self._examples(cases, asked)

    def calls(self, cases: Sequence[Case], *, copies: bool = False) -> list[str]:
        """Return the calls, each of which shows what came back and what the arguments are like then.

        With `copies`, what a generator gives is copied before it goes on.
        """
        call = invocation(self.spec, self.parameters)
        returns = definition_of(self.spec).returns
        if is_awaited_lazily(returns):
            call = f"__import__('asyncio').run({DRAINED}({call}, {LAZY_ITEMS}, {copies}))"
        elif is_lazy(returns):
            call = f"__import__('itertools').islice({call}, {LAZY_ITEMS})"
            call = f"[*map(__import__('copy').deepcopy, {call})]" if copies else f"[*{call}]"
        # An object of the unit's own class is shown by its state: few classes say in their `repr` how they are made.
        state = [f"getattr({name}, '__dict__', {name})" for name in self._receiver]
        body = _tuple([call, *state, *self._names[len(state) :]])
        return self._examples(cases, [self._with_arguments(case, body) for case in cases])

    def after(self, cases: Sequence[Case], given: Sequence[tuple[str | None, ...]]) -> list[str]:
        """Return what asks, for each call that returned, which clauses of `Ensures` hold for what it gave.

        For one that cannot be evaluated the answer is why. `given` are the result and the arguments after each call; an
        argument that is None is as it was before.
        """
        ensured = evaluable(self.ensures, self._names, _OLD)
        truths = _tuple(f"{_HELD}(lambda: {condition})" for condition in ensured.conditions)
        sources: list[str] = []
        for case, values in zip(cases, given, strict=True):
            if not values:
                sources.append("None")
                continue
            left = [now or before for now, before in zip(values[1:], case.call.values, strict=True)]
            if self._receiver and left[0].startswith("{"):
                left[0] = with_state(f"object.__new__(type({_own_copy(case.call.values[0])}))", left[0])
            names = ", ".join([*self._names, "result", _OLD])
            old = self._with_arguments(case, _tuple(ensured.before))
            sources.append(f"(lambda {names}: {truths})({', '.join([*left, str(values[0]), old])})")
        return [_DEFINE_HELD, *self._examples(cases, sources)]

    def _with_arguments(self, case: Case, body: str) -> str:
        values = [_own_copy(value) if case.setup else f"({value})" for value in case.call.values]
        return f"(lambda {', '.join(self._names)}: {body})({', '.join(values)})"

    def _examples(self, cases: Sequence[Case], sources: Sequence[str]) -> list[str]:
        """Return the examples: each source after the statements that it needs, of which one began the same way."""
        examples: list[str] = []
        ran = 0
        for case, source in zip(cases, sources, strict=True):
            examples += [*case.setup[ran:], f"{source}\n"]
            ran = max(ran, len(case.setup))
        return examples


def with_state(made: str, state: str) -> str:
    """Return the source of an object, which another source makes, with this state."""
    return f"(lambda made, state: (made.__dict__.update(state), made)[1])({made}, {state})"


def _own_copy(value: str) -> str:
    """Return the source of a value that no call shares with another: an earlier example may have made it."""
    has_name = any(isinstance(node, ast.Name) for node in walk(ast.parse(value, mode="eval")))
    return f"__import__('copy').deepcopy({value})" if has_name else f"({value})"


def _of(kind: str, spec: Spec) -> tuple[Clause, ...]:
    return tuple(clause for clause in spec.contract if clause.kind == kind)


def _all(conditions: Iterable[str]) -> str:
    return "(" + (" and ".join(f"not not ({condition})" for condition in conditions) or "True") + ")"


def _tuple(items: Iterable[str]) -> str:
    return "(" + "".join(f"{item}, " for item in items) + ")"
