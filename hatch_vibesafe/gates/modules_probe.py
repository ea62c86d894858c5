"""Whether a unit's module can be imported in the sandbox at all: what fails without a candidate is not its fault."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from hatch_vibesafe.config import Config, SandboxConfig
from hatch_vibesafe.config_file import CONFIGURATION_FILE
from hatch_vibesafe.gates.context import GateContext
from hatch_vibesafe.gates.contract_faults import contract_faults
from hatch_vibesafe.gates.examination import Ground
from hatch_vibesafe.gates.portable.unportable import unportable
from hatch_vibesafe.gates.project_rules import policy_problems
from hatch_vibesafe.gates.sandbox import Job, Result, Sandbox
from hatch_vibesafe.gates.shared_part import batch_of
from hatch_vibesafe.gates.spec_faults import spec_faults
from hatch_vibesafe.gates.surroundings import Surroundings, surroundings
from hatch_vibesafe.identity import UnitId
from hatch_vibesafe.problems import Problem
from hatch_vibesafe.spec.model import Spec

ROOM = 8 << 20
"""Bytes without which any failure may be the memory limit's."""

_RUNTIME = "vibesafe_runtime"
_SHOWN = 300


def faults_beforehand(specs: Sequence[Spec], context: GateContext) -> dict[UnitId, tuple[Problem, ...]]:
    """Return the units of which no candidate can be judged, with the reasons.

    Raises:
        VibesafeConfigurationError: if the platform cannot confine, or the sources cannot be read.
    """
    if not specs:
        return {}
    config = context.project.config
    surrounding = surroundings(context, specs)
    with Sandbox(config.sandbox) as sandbox:
        by_module = module_faults(specs, context, surrounding, sandbox)
        found = {
            spec.unit: (*policy_problems(spec, config), *spec_faults(spec), *unportable(spec, sandbox.level))
            for spec in specs
        }
        faults = {unit: problems for unit, problems in found.items() if problems}
        sound = [spec for spec in specs if spec.unit not in faults and spec.unit.module not in by_module]
        if any(spec.contract for spec in sound):
            ground = Ground(batch_of(sound, context, surrounding), frozenset(surrounding.files), sandbox)
            faults |= contract_faults(sound, ground)
    return faults | {spec.unit: by_module[spec.unit.module] for spec in specs if spec.unit.module in by_module}


def module_faults(
    specs: Sequence[Spec], context: GateContext, surrounding: Surroundings, sandbox: Sandbox, *, room: int = 0
) -> dict[str, tuple[Problem, ...]]:
    """Return the modules of the specs that cannot be imported in the sandbox, with the reasons.

    All are imported in one worker; only what fails there, be it for another's sake, is tried in one of its own. With
    `room`, a memory limit that leaves less than so many bytes is a reason too.
    """
    modules = {spec.unit.module: spec for spec in specs}
    if not modules:
        return {}
    batch = batch_of(specs, context, surrounding)
    (together,) = sandbox.run(batch, [_job(modules, room)])
    suspects = [module for number, module in enumerate(modules) if not _is_sound(together, number)]
    if not suspects:
        return {}
    benign, *alone = sandbox.run(batch, [_job((name,), room) for name in (_RUNTIME, *suspects)])
    if not _is_sound(benign, 0):
        anything = (_too_small(context.project.config, benign, "nothing at all can run"),)
        return dict.fromkeys(suspects, anything)
    return {
        module: _problems(modules[module], result, context)
        for module, result in zip(suspects, alone, strict=True)
        if not _is_sound(result, 0)
    }


def _job(modules: Iterable[str], room: int) -> Job:
    return {"imports": list(modules), "room": room}


def _is_sound(result: Result, number: int) -> bool:
    return number < len(result.answers) and result.answers[number] in (["imported"], ["undecided"])


def _problems(spec: Spec, result: Result, context: GateContext) -> tuple[Problem, ...]:
    module = spec.unit.module
    config = context.project.config
    match result.answers:
        case (["failed", str(text), str(file), int(line), str(missing)], *_):
            if text.startswith("MemoryError"):
                return (_too_small(config, result, f"importing {module} alone fails with a MemoryError"),)
            path = _relative(file, context.project.root) or spec.path
            invalid = [unit for unit in context.scan.invalid if unit.path == path and text.startswith("Vibesafe")]
            if invalid:
                return tuple(
                    Problem(problem.where, f"the module {module} cannot be imported: {problem.what}", problem.remedy)
                    for unit in invalid
                    for problem in unit.problems
                )
            place = f"{path}:{line}" if line else path
            mend = f"mend {place}"
            if missing:
                mend += f", or install what provides {missing} beside vibesafe"
            return (Problem(place, f"the module {module} cannot be imported: {_short(text)}", mend),)
    if "exit code" in result.ending:
        what = f"importing {module} alone ends the process: the worker {result.ending}"
        mend = f"take out of {spec.path} what ends the process when it is imported, or raise sandbox.memory_mb"
        return (Problem(spec.path, what, mend),)
    return (_too_small(config, result, f"importing {module} alone cannot be done"),)


def _too_small(config: Config, result: Result, what: str) -> Problem:
    key = "timeout" if "sandbox.timeout" in result.ending else "memory_mb"
    source = config.source or CONFIGURATION_FILE
    dotted = f"tool.vibesafe.sandbox.{key}" if source == "pyproject.toml" else f"sandbox.{key}"
    now, usual = getattr(config.sandbox, key), getattr(SandboxConfig(), key)
    ended = f": the worker {result.ending}" if result.ending else ": the memory does not suffice"
    said = f"{what} within the sandbox's limits{ended}"
    return Problem(f"{source} {dotted}", said, f"raise sandbox.{key} (it is {now:g}; the default is {usual:g})")


def _relative(file: str, root: Path) -> str:
    return os.path.relpath(file, root).replace(os.sep, "/") if file else ""


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else f"{line[:_SHOWN]}..."
