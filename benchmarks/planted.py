"""Units of a given size, locked without a generator or gates: for what is measured after them.

usage: python -m benchmarks.planted sites|project DIRECTORY COUNT SIZE, by a Python that has our packages.
"""

import shutil
import sys
from pathlib import Path

from hatch_vibesafe.config import gate_settings_digest
from hatch_vibesafe.identity import UnitId, digest
from hatch_vibesafe.project import Project, open_project, scan_project, source_files
from hatch_vibesafe.ship.active import ActiveUnit
from hatch_vibesafe.ship.bake import Recipe, bake
from hatch_vibesafe.store.checkpoints import make_checkpoint, write_checkpoint
from hatch_vibesafe.store.evidence import make_evidence, read_evidence
from hatch_vibesafe.store.index import update_index
from hatch_vibesafe.store.records import GateRecord, Index, IndexEntry, Provenance

SITES = ("bytecode", "source", "modules", "inlined")
PYPROJECT = """\
[build-system]
requires = ["hatchling"{hook}]
build-backend = "hatchling.build"

[project]
name = "units"
version = "1.0"
dependencies = ["vibesafe-runtime"]

[tool.hatch.build.targets.wheel]
packages = ["units"]
"""
HOOK = "\n[tool.hatch.build.hooks.vibesafe]\n"
_STEP = """\
    for number in range(x):
        if number % {step} == 0:
            total += number * {step}
        elif number > {step}:
            total -= number
        else:
            raise ValueError(f"nothing at {{number}}")
    words = [part for part in str(total).split("{step}") if part]
    total = sum(len(word) for word in words) + {step}
"""
_PROVENANCE = Provenance(
    origin="submitted",
    author="the benchmark",
    provider="",
    provider_kind="",
    model_answered="",
    template="",
    sent=(),
    attempt=0,
    repairs=(),
    parent=None,
    created="2026-01-02T03:04:05.000006+00:00",
    tool="benchmark",
)


def body(number: int, size: int) -> str:
    """Return the implementation of unit `number`, of about `size` bytes."""
    text = f'def u{number}(x: int) -> int:\n    """Return a number for x.\n\n    >>> u{number}(0)\n    0\n    """\n'
    text += "    total = 0\n"
    step = 2
    while len(text) < size:
        text += _STEP.format(step=step)
        step += 1
    return text + f"    return total + {number}\n"


def stub(number: int) -> str:
    """Return the stub of unit `number`."""
    docstring = f'    """Return a number for x.\n\n    >>> u{number}(0)\n    0\n    """\n'
    head = f"@vibesafe\ndef u{number}(x: int) -> int:\n{docstring}"
    return f"from vibesafe_runtime import VibeCoded, vibesafe\n\n\n{head}    raise VibeCoded()\n"


def plant(root: Path, count: int) -> Project:
    """Write a project of `count` units, one a module, and return it."""
    shutil.rmtree(root, ignore_errors=True)
    (root / "units").mkdir(parents=True)
    (root / "pyproject.toml").write_text(PYPROJECT.format(hook=', "hatch-vibesafe"') + HOOK, encoding="utf-8")
    (root / "units" / "__init__.py").write_text("", encoding="utf-8")
    for number in range(count):
        (root / "units" / f"m{number:05}.py").write_text(stub(number), encoding="utf-8")
    return open_project(root)


def locked(project: Project, size: int) -> tuple[ActiveUnit, ...]:
    """Return the units of a project with implementations of `size` bytes and evidence that no gate made."""
    found = scan_project(project)
    gates = tuple(GateRecord(name, "benchmark", "1", passed=True) for name in project.config.gates.required)
    settings = gate_settings_digest(project.config)
    units = []
    for spec in found.specs:
        implementation = body(int(spec.unit.qualname[1:]), size).encode()
        checkpoint = make_checkpoint(spec, digest(b""), implementation, _PROVENANCE)
        units.append(ActiveUnit(spec, checkpoint, make_evidence(checkpoint, settings, "L0", gates)))
    return tuple(units)


def save(project: Project, units: tuple[ActiveUnit, ...]) -> None:
    """Write the units into the project's store and make them the active ones."""
    entries: dict[UnitId, IndexEntry] = {}
    for unit in units:
        write_checkpoint(project.checkpoints_path, unit.checkpoint, unit.evidence)
        _, pinned = read_evidence(project.checkpoints_path, unit.spec.unit, unit.checkpoint.hash)
        entries[unit.spec.unit] = IndexEntry(unit.checkpoint.hash, pinned)
    update_index(project.index_path, lambda index: Index({**index.units, **entries}))


def write_sites(root: Path, count: int, size: int) -> None:
    """Write the same `count` units in four ways, each a directory with `entry.py`, which imports them all.

    `bytecode` and `source` are baked packages, with bytecode and without; `modules` has the same modules with nothing
    that verifies, each stub's module importing its implementation's; `inlined` has one module a unit with its body.
    """
    project = plant(root / "project", count)
    units = locked(project, size)
    sources = source_files(project)
    sites = {name: root / name for name in SITES}
    for name, site in sites.items():
        shutil.copytree(root / "project" / "units", site / "units")
        lines = [f"from units.m{number:05} import u{number}\n" for number in range(count)]
        (site / "entry.py").write_text("".join(lines), encoding="utf-8")
        if name in {"bytecode", "source"}:
            for path, content in bake(units, sources, Recipe("benchmark", bytecode=name == "bytecode")).items():
                (site / path).parent.mkdir(exist_ok=True)
                (site / path).write_bytes(content)
    (sites["modules"] / "units" / "baked").mkdir()
    (sites["modules"] / "units" / "baked" / "__init__.py").write_text("", encoding="utf-8")
    for number in range(count):
        module, text = f"m{number:05}", body(number, size)
        (sites["inlined"] / "units" / f"{module}.py").write_text(text, encoding="utf-8")
        (sites["modules"] / "units" / "baked" / f"{module}__u{number}.py").write_text(text, encoding="utf-8")
        plain = stub(number).partition("\n\n\n@vibesafe\n")[2].replace("raise VibeCoded()", "raise NotImplementedError")
        borrowed = f"{plain}\n\nfrom units.baked.{module}__u{number} import u{number}\n"
        (sites["modules"] / "units" / f"{module}.py").write_text(borrowed, encoding="utf-8")


def main(what: str, directory: str, count: str, size: str) -> None:
    """Write sites, or a project whose units are saved."""
    if what == "sites":
        write_sites(Path(directory), int(count), int(size))
    else:
        project = plant(Path(directory), int(count))
        save(project, locked(project, int(size)))


if __name__ == "__main__":
    main(*sys.argv[1:])
