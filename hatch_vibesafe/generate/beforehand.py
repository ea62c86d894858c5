"""What is known before anybody is asked: that there is nobody to ask, or that no answer could be judged."""

from collections.abc import Mapping, Sequence

from hatch_vibesafe.gates.context import GateContext
from hatch_vibesafe.gates.modules_probe import faults_beforehand
from hatch_vibesafe.generate.providers.at_hand import provider_of
from hatch_vibesafe.generate.result import no_provider_error
from hatch_vibesafe.generate.unit_run import UnitRun
from hatch_vibesafe.identity import UnitId
from hatch_vibesafe.problems import VibesafeError, VibesafeValidationError


def choose_providers(runs: Sequence[UnitRun], context: GateContext) -> Mapping[UnitId, VibesafeError]:
    """Give each run the provider that it asks; return the errors of those that have none."""
    errors: dict[UnitId, VibesafeError] = {}
    for run in runs:
        try:
            run.config = provider_of(context.project, run.spec.options)
        except VibesafeError as error:
            errors[run.spec.unit] = error
    without = [run.spec for run in runs if run.config is None and run.spec.unit not in errors]
    if without:
        nobody = no_provider_error(without, context.project.config)
        errors |= dict.fromkeys((spec.unit for spec in without), nobody)
    return errors


def unjudgeable(runs: Sequence[UnitRun], context: GateContext) -> Mapping[UnitId, VibesafeError]:
    """Return the errors of the units of which no candidate could be judged.

    Raises:
        VibesafeConfigurationError: if nothing can be judged on this platform.
    """
    faults = faults_beforehand([run.spec for run in runs], context)
    return {unit: VibesafeValidationError(*problems) for unit, problems in faults.items()}
