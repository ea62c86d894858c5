"""Have one unit written while a module of a source checkout is being imported, and lock it before it runs."""

import os
from collections.abc import Mapping
from dataclasses import replace

from hatch_vibesafe.config import Config, ProviderConfig, gate_settings_digest
from hatch_vibesafe.generate.compile import CompileOptions, compile_units
from hatch_vibesafe.generate.model_store import DEFAULT_MODEL, find_model
from hatch_vibesafe.identity import Digest
from hatch_vibesafe.problems import Problem, VibesafeProviderError, VibesafeValidationError
from hatch_vibesafe.project import DEFAULT_PROVIDER, Project
from hatch_vibesafe.spec.model import Scan, Spec
from hatch_vibesafe.store.checkpoints import read_checkpoint
from hatch_vibesafe.store.evidence import gaps, read_evidence
from hatch_vibesafe.store.index import update_index
from hatch_vibesafe.store.records import Checkpoint, Index, IndexEntry

KEY_VARIABLE = "OPENAI_API_KEY"
ADDRESS_VARIABLE = "OPENAI_BASE_URL"
HOSTED_MODEL = "gpt-4o-mini"


def write_unit(project: Project, scan: Scan, spec: Spec) -> Checkpoint:
    """Return an implementation that passed the gates and is now the active one, as `compile` and `save` would make it.

    Unlike `save` it also takes a spec that has no example, so that a script can begin without one; `save`, `check` and
    the build go on refusing that spec.

    Raises:
        VibesafeProviderError: if no provider is configured or at hand, or it failed.
        VibesafeValidationError: if every answer was refused.
    """
    ready = (
        project if project.config.provider(spec.options.provider or DEFAULT_PROVIDER) else _with_provider(project, spec)
    )
    options = CompileOptions(force=False, jobs=1, offline=False, samples=1)
    (result,) = compile_units(ready, scan, (spec,), options, lambda _event: None)
    if result.checkpoint is None:
        raise VibesafeValidationError(*result.problems)
    evidence, digest = read_evidence(project.checkpoints_path, spec.unit, result.checkpoint)
    missing = gaps(evidence, spec.unit, gate_settings_digest(project.config), project.config.gates.required)
    if missing:
        raise VibesafeValidationError(*(Problem(spec.where, gap.what, gap.mend) for gap in missing))
    checkpoint = read_checkpoint(project.checkpoints_path, spec.unit, result.checkpoint)
    update_index(project.index_path, lambda index: _activated(index, checkpoint, digest))
    return checkpoint


def provider_at_hand(environment: Mapping[str, str]) -> ProviderConfig | None:
    """Return the provider where none is configured: hosted if there is a key, else an installed model, else None."""
    if environment.get(KEY_VARIABLE):
        address = environment.get(ADDRESS_VARIABLE)
        return ProviderConfig(name=DEFAULT_PROVIDER, kind="openai-compatible", model=HOSTED_MODEL, base_url=address)
    if find_model(DEFAULT_MODEL) is not None:
        return ProviderConfig(name=DEFAULT_PROVIDER, kind="local", model=DEFAULT_MODEL, temperature=0.7, attempts=8)
    return None


def _with_provider(project: Project, spec: Spec) -> Project:
    found = provider_at_hand(os.environ)
    if found is None:
        raise VibesafeProviderError(
            Problem(
                spec.where,
                "no provider is configured, and none is at hand",
                f"vibesafe model install  (a small model, on this machine), or set {KEY_VARIABLE}, "
                f"or add a [provider.{DEFAULT_PROVIDER}] table to vibesafe.toml",
            )
        )
    config: Config = replace(project.config, providers=(*project.config.providers, found))
    return replace(project, config=config)


def _activated(index: Index, checkpoint: Checkpoint, evidence: Digest) -> Index:
    return Index(index.units | {checkpoint.unit: IndexEntry(checkpoint.hash, evidence)})
