"""Several processes that need the same verdicts: each unit is judged by one of them, and all are told."""

import multiprocessing
from collections.abc import Sequence
from pathlib import Path

import pytest

from hatch_vibesafe.problems import Problem
from hatch_vibesafe.pytest_units.judging import Outcomes
from hatch_vibesafe.pytest_units.sharing import Shared

UNITS = [f"app/unit_{number}" for number in range(7)]


def judging(log: Path, units: Sequence[str]) -> Outcomes:
    with log.open("a", encoding="utf-8") as lines:
        lines.writelines(f"{unit}\n" for unit in units)
    return {unit: {"lint": [Problem(unit, "é\ud800", "m")], "types": []} for unit in units}


def worker(directory: Path, first: int) -> None:
    shared = Shared(UNITS, 3, directory, lambda units: judging(directory / "log", units))
    for unit in UNITS[first:] + UNITS[:first]:
        assert shared.problems(unit, "lint") == [Problem(unit, "é\ud800", "m")]
        assert shared.problems(unit, "types") == []


def test_each_unit_is_judged_once(tmp_path: Path) -> None:
    workers = [multiprocessing.Process(target=worker, args=(tmp_path, first)) for first in range(3)]
    for each in workers:
        each.start()
    for each in workers:
        each.join()
    assert [each.exitcode for each in workers] == [0, 0, 0]
    assert sorted((tmp_path / "log").read_text(encoding="utf-8").split()) == UNITS


def test_a_worker_that_dies_keeps_nobody_waiting(tmp_path: Path) -> None:
    def dies(units: Sequence[str]) -> Outcomes:
        raise KeyboardInterrupt(units)

    dead = Shared(UNITS, 3, tmp_path, dies)
    with pytest.raises(KeyboardInterrupt):
        dead.problems(UNITS[0], "lint")
    worker(tmp_path, 0)


def test_one_process_judges_all_at_once(tmp_path: Path) -> None:
    shared = Shared(UNITS, 1, None, lambda units: judging(tmp_path / "log", units))
    assert shared.problems(UNITS[3], "types") == []
    assert (tmp_path / "log").read_text(encoding="utf-8").split() == UNITS
    with pytest.raises(KeyError):
        shared.problems("app/another", "types")
