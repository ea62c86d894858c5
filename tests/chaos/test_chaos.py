"""Whatever the server does, and however often the command dies: everything is solved in the end, and paid for once.

The long campaign: `python -m pytest tests/chaos -m campaign -s`.
"""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.chaos.campaign import (
    all_tries,
    checkpoints,
    last_tries,
    ledger_damage,
    recorded_models,
    run_campaign,
    run_command,
    write_project,
)
from tests.chaos.server import FAULTS, chaos

RATE = 0.3


def survive(root: Path, *, seed: int, units: int, kills: int, every: float, jobs: int) -> str:
    """Run a campaign, hold everything that has to hold, and return what happened."""
    with chaos(seed, RATE) as server:
        write_project(root, units, server.base_url)
        campaign = run_campaign(root, server, seed=seed, kills=kills, every=every, jobs=jobs)
        assert campaign.violations == []
        assert campaign.code == 0
        assert campaign.kills, "the control: it was killed"
        assert sorted(checkpoints(root).values()) == [1] * units, "each is solved, and exactly once"
        assert ledger_damage(root) == []
        of_last = [served for served in server.served if served.run == campaign.runs]
        if of_last:  # it was not killed: the ledger tells of each request that it sent, whatever came of it
            assert sum(last_tries(root).values()) == len(of_last)
        # Of those that were on their way when their run was killed it tells that nobody knows what came of them.
        assert len(server.served) <= all_tries(root) <= len(server.served) + kills * jobs
        assert campaign.lost <= kills * jobs, "only what is on its way when a run is killed can be lost"
        asked = len(server.served)
        assert run_command(root, "save")[0] == 0
        assert run_command(root, "compile")[0] == 0
        assert len(server.served) == asked, "what is solved is not asked for"
        faults = ", ".join(f"{count} {fault}" for fault, count in sorted(server.faults().items()))
        return (
            f"seed {seed}: {units} units solved in {campaign.runs} runs, {campaign.kills} of them killed; "
            f"{asked} requests, {len(recorded_models(root))} answers recorded, {campaign.lost} lost to a kill; {faults}"
        )


def test_a_few_units_survive_a_server_of_chaos_and_three_kills(tmp_path: Path) -> None:
    survive(tmp_path / "project", seed=1, units=12, kills=3, every=1.0, jobs=4)


@pytest.mark.campaign
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_hundred_units_survive_a_server_of_chaos_and_many_kills(
    tmp_path: Path, seed: int, record_property: Callable[[str, object], None]
) -> None:
    told = survive(tmp_path / "project", seed=seed, units=100, kills=12, every=4.0, jobs=8)
    record_property("campaign", told)
    sys.stderr.write(f"{told}\n")


def test_the_server_does_everything_that_it_is_meant_to() -> None:
    with chaos(1, RATE) as server:
        served = [server.take(b"") for _ in range(400)]
        assert set(server.faults()) == set(FAULTS)
        assert 0.2 < sum(each.fault is not None for each in served) / len(served) < 0.4
        assert len({each.model for each in served}) == len(served)
