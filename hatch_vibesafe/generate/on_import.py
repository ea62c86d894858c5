"""Have one unit written while a module of a source checkout is being imported, and lock it before it runs."""

import warnings

from hatch_vibesafe.config import gate_settings_digest
from hatch_vibesafe.generate.compile import CompileOptions, CompileResult, compile_units
from hatch_vibesafe.generate.providers.at_hand import provider_of
from hatch_vibesafe.generate.recording import Recorder
from hatch_vibesafe.identity import Digest
from hatch_vibesafe.problems import Problem, VibesafeValidationError
from hatch_vibesafe.project import Project
from hatch_vibesafe.spec.model import Scan, Spec
from hatch_vibesafe.store.checkpoints import read_checkpoint
from hatch_vibesafe.store.evidence import gaps, read_evidence
from hatch_vibesafe.store.index import update_index
from hatch_vibesafe.store.records import Checkpoint, Index, IndexEntry
from hatch_vibesafe.store.required import gates_for


def write_unit(project: Project, scan: Scan, spec: Spec) -> Checkpoint:
    """Return an implementation that passed the gates and is now the active one, as `compile` and `save` would make it.

    Unlike `save` it also takes a spec that has no example, so that a script can begin without one; `save`, `check` and
    the build go on refusing that spec.

    Raises:
        VibesafeProviderError: if no provider is configured or at hand, or it failed.
        VibesafeValidationError: if every answer was refused.
    """
    result = _compiled(project, scan, spec)
    if result.checkpoint is None:
        raise result.error or VibesafeValidationError(*result.problems)
    evidence, digest = read_evidence(project.checkpoints_path, spec.unit, result.checkpoint)
    config = project.config
    settings, minimum = gate_settings_digest(config), config.sandbox.min_sandbox
    missing = gaps(evidence, spec.unit, settings, gates_for(spec, config.gates.required), minimum)
    if missing:
        raise VibesafeValidationError(*(Problem(spec.where, gap.what, gap.mend) for gap in missing))
    checkpoint = read_checkpoint(project.checkpoints_path, spec.unit, result.checkpoint)
    update_index(project.index_path, lambda index: _activated(index, checkpoint, digest))
    return checkpoint


def _compiled(project: Project, scan: Scan, spec: Spec) -> CompileResult:
    """Return what became of a unit, with what it cost in the ledger: an import pays like a command."""
    options = CompileOptions(force=False, jobs=1, offline=False, samples=1)
    if provider_of(project, spec.options) is None:
        (result,) = compile_units(project, scan, (spec,), options, lambda _event: None)
        return result
    recorder = Recorder(project, "import", (spec,))
    try:
        (result,) = compile_units(project, scan, (spec,), options, recorder.show, sending=recorder)
    finally:
        for problem in recorder.close():
            warnings.warn(f"{problem.where}: {problem.what}; {problem.remedy}", RuntimeWarning, stacklevel=2)
    return result


def _activated(index: Index, checkpoint: Checkpoint, evidence: Digest) -> Index:
    return Index(index.units | {checkpoint.unit: IndexEntry(checkpoint.hash, evidence)})
