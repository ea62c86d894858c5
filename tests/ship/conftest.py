"""A small project whose implementations are stored and made active through the store, as `submit` and `save` do."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from hatch_vibesafe.config import gate_settings_digest
from hatch_vibesafe.identity import UnitId, digest
from hatch_vibesafe.project import open_project, scan_project
from hatch_vibesafe.store.checkpoints import make_checkpoint, write_checkpoint
from hatch_vibesafe.store.evidence import make_evidence, read_evidence
from hatch_vibesafe.store.index import update_index
from hatch_vibesafe.store.records import GateRecord, Index, IndexEntry, Provenance
from hatch_vibesafe.store.required import gates_for

PYPROJECT = """\
[build-system]
requires = ["hatchling", "hatch-vibesafe"]
build-backend = "hatchling.build"

[project]
name = "shop"
version = "1.0"
dependencies = ["vibesafe-runtime"]

[tool.hatch.build.hooks.vibesafe]

[tool.vibesafe]
"""
PRICING = '''\
from vibesafe_runtime import VibeCoded, vibesafe

RATE = 2


@vibesafe
def total(price: int) -> int:
    """Return the price with tax, at `RATE`.

    >>> total(1)
    3
    """
    raise VibeCoded()
'''
TOTAL = '''\
from shop.pricing import RATE


def total(price: int) -> int:
    """Return the price with tax, at `RATE`.

    >>> total(1)
    3
    """
    return price * RATE + 1
'''
PROVENANCE = Provenance(
    origin="submitted",
    author="Zoë",
    provider="",
    provider_kind="",
    model_answered="",
    template="",
    sent=(("seed", 2**60), ("temperature", 0.1)),
    attempt=0,
    repairs=(),
    parent=None,
    created="2026-01-02T03:04:05.000006+00:00",
    tool="hatch-vibesafe 0.1.0",
)


@dataclass(frozen=True, slots=True)
class Tree:
    """A project on disk."""

    root: Path

    def write(self, name: str, text: str) -> Path:
        file = self.root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode())
        return file

    def lock(self, implementations: Mapping[str, str]) -> None:
        """Store each implementation with passing evidence and make it active."""
        project = open_project(self.root)
        found = scan_project(project)
        assert not found.all_problems, found.all_problems
        specs = {str(spec.unit): spec for spec in found.specs}
        settings = gate_settings_digest(project.config)
        entries: dict[UnitId, IndexEntry] = {}
        for unit, text in implementations.items():
            spec = specs[unit]
            required = gates_for(spec, project.config.gates.required)
            gates = tuple(GateRecord(name, "by hand", "1", passed=True) for name in required)
            checkpoint = make_checkpoint(spec, digest(b""), text.encode(), PROVENANCE)
            evidence = make_evidence(checkpoint, settings, "L0", gates)
            write_checkpoint(project.checkpoints_path, checkpoint, evidence)
            _, pinned = read_evidence(project.checkpoints_path, spec.unit, checkpoint.hash)
            entries[spec.unit] = IndexEntry(checkpoint.hash, pinned)
        update_index(project.index_path, lambda index: Index({**index.units, **entries}))


def plant(root: Path) -> Tree:
    """Return the project `shop` with one unit, locked."""
    tree = Tree(root)
    tree.write("pyproject.toml", PYPROJECT)
    tree.write("shop/__init__.py", "")
    tree.write("shop/pricing.py", PRICING)
    tree.lock({"shop.pricing/total": TOTAL})
    return tree


@pytest.fixture
def shop(tmp_path: Path) -> Tree:
    return plant(tmp_path / "shop")
