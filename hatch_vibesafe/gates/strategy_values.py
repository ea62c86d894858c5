"""Values of the strategies of a stated property, as source text. Pure: the same choices give the same values."""

import ast
from dataclasses import dataclass
from random import Random

from hatch_vibesafe.gates.choices import Choices, Taken
from hatch_vibesafe.gates.input_types import draws
from hatch_vibesafe.gates.strategy_scalars import LONGEST, SCALARS, UnsatisfiedError, one_of, whole
from hatch_vibesafe.spec.model import Spec, StatedProperty, Strategy
from hatch_vibesafe.spec.strategies import NotAStrategyError, Plain, choices_of, plain_value

_TRIES = 8
_CONTAINERS = {"lists": "[{}]", "sets": "set([{}])", "frozensets": "frozenset([{}])", "dictionaries": "{{{}}}"}


@dataclass(frozen=True, slots=True)
class Drawn:
    """What was drawn for a property.

    Attributes:
        values: The source of the value of each given name, in their order.
        conditions: The source of the filters that these have to pass.
        taken: The choices that gave them.
    """

    values: tuple[str, ...]
    conditions: tuple[str, ...]
    taken: Taken


def drawn(stated: StatedProperty, spec: Spec, choices: Choices) -> Drawn | None:
    """Return the values that choices give; None where they give none.

    Raises:
        NotAStrategyError: if a strategy is of a type that is not known.
    """
    drawing = _Drawing(spec, choices)
    try:
        values = tuple(drawing.value(strategy) for _, strategy in stated.given)
    except UnsatisfiedError:
        return None
    return Drawn(values, tuple(drawing.conditions), choices.taken)


class _Drawing:
    def __init__(self, spec: Spec, choices: Choices) -> None:
        self._spec = spec
        self._choices = choices
        self.conditions: list[str] = []

    def value(self, strategy: Strategy) -> str:
        """Return the source of a value."""
        options = {name: source for name, source in strategy.options if name in {"of", "function"}}
        bounds = {name: plain_value(source) for name, source in strategy.options if name not in options}
        if strategy.kind in SCALARS:
            return SCALARS[strategy.kind](self._choices, bounds)
        if strategy.kind in _CONTAINERS:
            return self._container(strategy, bounds)
        return self._other(strategy, options.get("of", options.get("function", "")))

    def _other(self, strategy: Strategy, source: str) -> str:
        match strategy.kind:
            case "just":
                return source
            case "sampled_from":
                return one_of(self._choices, choices_of(strategy))
            case "one_of":
                return self.value(one_of(self._choices, strategy.parts))
            case "from_type":
                return self._of_type(source)
            case "map" | "filter":
                return self._applied(strategy, source)
            case _:
                return self._made(strategy, source)

    def _made(self, strategy: Strategy, source: str) -> str:
        """Return the source of a value that is made of others."""
        values = [self.value(part) for part in strategy.parts]
        if strategy.kind == "tuples":
            return f"({''.join(f'{value}, ' for value in values)})"
        given = list(zip(strategy.names, values, strict=True))
        if strategy.kind == "fixed_dictionaries":
            return f"{{{', '.join(f'{name}: {value}' for name, value in given)}}}"
        return f"{source}({', '.join(f'{name}={value}' if name else value for name, value in given)})"

    def _applied(self, strategy: Strategy, function: str) -> str:
        value = self.value(strategy.parts[0])
        applied = f"({function})({value})"
        if strategy.kind == "map":
            return applied
        self.conditions.append(applied)
        return value

    def _of_type(self, source: str) -> str:
        draw = draws(ast.parse(source, mode="eval").body, self._spec)
        if draw is None:
            raise NotAStrategyError(f"st.from_type({source}) is of a type that is not known here")
        return draw(Random(self._choices.up_to(1 << 16)))  # noqa: S311 - it is to be the same every time

    def _container(self, strategy: Strategy, bounds: dict[str, Plain]) -> str:
        least = whole(bounds.get("min_size"), 0)
        most = whole(bounds.get("max_size"), least + LONGEST)
        is_unique = strategy.kind != "lists" or bounds.get("unique") is True
        items: dict[str, str] = {}
        tries = 0
        while len(items) < most and (len(items) < least or self._choices.up_to(4)):
            key, *rest = [self.value(part) for part in strategy.parts]
            tries += 1
            if is_unique and key in items:
                if tries > most + _TRIES:
                    break
                continue
            items[key if is_unique else str(len(items))] = f"{key}: {rest[0]}" if rest else key
        if len(items) < least:
            raise UnsatisfiedError
        return _CONTAINERS[strategy.kind].format(", ".join(items.values()))
