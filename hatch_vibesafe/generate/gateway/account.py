"""The account of a run: what is reserved before a request is sent, and what it cost in the end."""

import threading
from collections.abc import Callable

from hatch_vibesafe.budget_config import BudgetConfig
from hatch_vibesafe.generate.gateway.budget import (
    COMMAND,
    RUN,
    UNIT,
    BudgetError,
    NoTimeLeftError,
    Spent,
    no_time_left,
    refusal,
)
from hatch_vibesafe.identity import UnitId


class Account:
    """What a run spends, by unit and together. Used from several threads at once."""

    def __init__(self, budget: BudgetConfig, now: Callable[[], float]) -> None:
        """Count from now on; `now` is a clock that only goes forward."""
        self._budget = budget
        self._now = now
        self._began = now()
        self._lock = threading.Lock()
        self._run = Spent()
        self._units: dict[UnitId, Spent] = {}
        self._units_began: dict[UnitId, float] = {}

    def reserve(self, unit: UnitId, expected: Spent, model: str) -> None:
        """Set aside what a request may cost, before it is sent: requests at the same time cannot share what is left.

        Raises:
            BudgetError: if the budget of the run or of the unit has no room for it.
        """
        with self._lock:
            now = self._now()
            began = self._units_began.setdefault(unit, now)
            of_unit = self._units.get(unit, Spent())
            problem = (
                refusal(self._budget.command, self._run, expected, now - self._began, of=COMMAND, model=model)
                or refusal(self._budget.run, self._run, expected, now - self._began, of=RUN, model=model)
                or refusal(self._budget.unit, of_unit, expected, now - began, of=UNIT, model=model)
            )
            if problem is not None:
                raise BudgetError(problem)
            self._add(unit, expected)

    def allow_wait(self, unit: UnitId, seconds: float, model: str) -> None:
        """Let a unit wait before its next request, unless no time would be left for one.

        Raises:
            NoTimeLeftError: if none would.
        """
        with self._lock:
            now = self._now()
            began = self._units_began.get(unit, now)
        for limits, since, bounds in (
            (self._budget.command, self._began, COMMAND),
            (self._budget.run, self._began, RUN),
            (self._budget.unit, began, UNIT),
        ):
            problem = no_time_left(limits, now - since, seconds, of=bounds, model=model)
            if problem is not None:
                raise NoTimeLeftError(problem)

    def settle(self, unit: UnitId, expected: Spent, spent: Spent) -> None:
        """Put what a request cost in the place of what was set aside for it."""
        with self._lock:
            self._add(unit, spent.minus(expected))

    def _add(self, unit: UnitId, spent: Spent) -> None:
        self._run = self._run.plus(spent)
        self._units[unit] = self._units.get(unit, Spent()).plus(spent)
