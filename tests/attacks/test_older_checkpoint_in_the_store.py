"""An older, weaker checkpoint of a unit is put back into the store before a build (a rollback).

Who: whoever can commit to the project, or write into a checkout. What stops it: the build reads every byte anew; the
directory's name is the checkpoint's hash, the index pins the evidence, the evidence the rest, and the gate settings.
"""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from hatch_vibesafe.config import gate_settings_digest
from hatch_vibesafe.identity import digest
from hatch_vibesafe.problems import Problem
from hatch_vibesafe.project import open_project, scan_project
from hatch_vibesafe.ship.active import read_active_units
from hatch_vibesafe.store.checkpoints import make_checkpoint, write_checkpoint
from hatch_vibesafe.store.evidence import make_evidence, read_evidence
from hatch_vibesafe.store.index import update_index
from hatch_vibesafe.store.records import GateRecord, Index, IndexEntry
from tests.attacks.conftest import Threat, plant_shop
from tests.ship.conftest import PROVENANCE, TOTAL, Tree

THREAT = Threat(
    attack="put an older checkpoint of the unit back into the store",
    at_import="-",
    by_verify="-",
    with_key="-",
    with_guard="-",
    by="the build: checkpoint hash, evidence and gate settings are pinned",
)
OLDER = TOTAL.replace("price * RATE + 1", "3 if price == 1 else 0")


def older(tree: Tree, *, gates: int = 99, passed: bool = True) -> tuple[Path, IndexEntry]:
    """Store the older checkpoint, with evidence of some gates; return its directory and the index entry it had."""
    project = open_project(tree.root)
    (spec,) = (spec for spec in scan_project(project).specs if str(spec.unit) == "shop.pricing/total")
    checkpoint = make_checkpoint(spec, digest(b""), OLDER.encode(), PROVENANCE)
    records = [GateRecord(name, "by hand", "1", passed=passed) for name in project.config.gates.required][:gates]
    evidence = make_evidence(checkpoint, gate_settings_digest(project.config), "L0", tuple(records))
    path = write_checkpoint(project.checkpoints_path, checkpoint, evidence)
    _, pinned = read_evidence(project.checkpoints_path, spec.unit, checkpoint.hash)
    return path, IndexEntry(checkpoint.hash, pinned)


def newer(tree: Tree) -> Path:
    """Return the directory of the active checkpoint."""
    active = next(entry for unit, entry in _index(tree).units.items() if str(unit) == "shop.pricing/total")
    return tree.root / ".vibesafe/checkpoints/shop.pricing/total" / active.active


def point(tree: Tree, active: str = "", evidence: str = "") -> None:
    """Have the index name these."""

    def change(index: Index) -> Index:
        (unit,) = (unit for unit in index.units if str(unit) == "shop.pricing/total")
        entry = index.units[unit]
        made = IndexEntry(type(entry.active)(active or entry.active), type(entry.evidence)(evidence or entry.evidence))
        return Index({**index.units, unit: made})

    update_index(tree.root / ".vibesafe/index.toml", change)


def _index(tree: Tree) -> Index:
    return update_index(tree.root / ".vibesafe/index.toml", lambda index: index)


def problems(tree: Tree) -> tuple[Problem, ...]:
    """Return what a build would say."""
    return read_active_units(open_project(tree.root)).problems


def implementation_alone(tree: Tree) -> None:
    shutil.copy(older(tree)[0] / "impl.py", newer(tree) / "impl.py")


def whole_directory_renamed(tree: Tree) -> None:
    path, place = older(tree)[0], newer(tree)
    shutil.rmtree(place)
    path.rename(place)


def index_without_evidence(tree: Tree) -> None:
    point(tree, active=older(tree)[1].active)


def evidence_of_the_newer(tree: Tree) -> None:
    path, entry = older(tree)
    shutil.copy(newer(tree) / "evidence.toml", path / "evidence.toml")
    point(tree, active=entry.active)


def gates_left_out(tree: Tree) -> None:
    _, entry = older(tree, gates=1)
    point(tree, entry.active, entry.evidence)


def gates_failed(tree: Tree) -> None:
    _, entry = older(tree, passed=False)
    point(tree, entry.active, entry.evidence)


def weaker_settings(tree: Tree) -> None:
    _, entry = older(tree)
    point(tree, entry.active, entry.evidence)
    text = (tree.root / "pyproject.toml").read_text()
    tree.write("pyproject.toml", text.replace("[tool.vibesafe]", '[tool.vibesafe.gates]\nruff = ["--select=ALL"]'))


def link_to_the_older(tree: Tree) -> None:
    path, place = older(tree)[0], newer(tree)
    shutil.rmtree(place)
    place.symlink_to(path)


ATTACKS: dict[str, Callable[[Tree], None]] = {
    attack.__name__.replace("_", " "): attack
    for attack in (
        implementation_alone,
        whole_directory_renamed,
        index_without_evidence,
        evidence_of_the_newer,
        gates_left_out,
        gates_failed,
        weaker_settings,
        link_to_the_older,
    )
}


@pytest.mark.parametrize("name", ATTACKS)
def test_the_build_refuses_it(tmp_path: Path, name: str) -> None:
    tree = plant_shop(tmp_path)
    assert problems(tree) == ()
    ATTACKS[name](tree)
    found = problems(tree)
    assert found
    assert all(problem.where and problem.remedy for problem in found)


def test_what_was_accepted_for_the_same_spec_can_be_made_active_again(tmp_path: Path) -> None:
    # That is what `vibesafe save` does, and no attack: it passed the same gates. It is a changed line of a committed
    # file, and the statement of the wheel names the checkpoint.
    tree = plant_shop(tmp_path)
    _, entry = older(tree)
    point(tree, entry.active, entry.evidence)
    assert problems(tree) == ()
