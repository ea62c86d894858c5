"""What became of a unit in a run; failures are values, with the problems that a user reads."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from hatch_vibesafe.config import Config
from hatch_vibesafe.config_file import CONFIGURATION_FILE
from hatch_vibesafe.gates.verdict import Finding
from hatch_vibesafe.generate.extract import ANSWER, CUT_OFF
from hatch_vibesafe.generate.providers.at_hand import KEY_VARIABLE
from hatch_vibesafe.identity import CheckpointHash, UnitId
from hatch_vibesafe.problems import Problem, VibesafeError, VibesafeProviderError, VibesafeValidationError
from hatch_vibesafe.project import DEFAULT_PROVIDER
from hatch_vibesafe.provider_config import ProviderConfig
from hatch_vibesafe.spec.model import Spec

_SHOWN = 3


@dataclass(frozen=True, slots=True)
class CompileResult:
    """What became of a unit.

    Attributes:
        unit: The unit.
        outcome: "up to date" (nothing was to do), "passed", "failed" or "interrupted".
        checkpoint: The checkpoint that makes it up to date now; None where there is none.
        calls: How many provider calls it cost in this run.
        recorded: How many recorded answers were replayed.
        findings: Why the last candidate was refused; empty where none was, or it passed.
        error: Why there is no checkpoint: `VibesafeValidationError`, `VibesafeProviderError` or another.
        told: Problems of `error` that it shares with a unit before it in the run, whose result tells them.
    """

    unit: UnitId
    outcome: Literal["up to date", "passed", "failed", "interrupted"]
    checkpoint: CheckpointHash | None
    calls: int = 0
    recorded: int = 0
    findings: tuple[Finding, ...] = ()
    error: VibesafeError | None = None
    told: frozenset[Problem] = frozenset()

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What a user reads of the failure; empty where there is none, or a unit before it failed for the same."""
        return () if self.error is None else tuple(each for each in self.error.problems if each not in self.told)


def refused_error(
    spec: Spec, answers: int, findings: tuple[Finding, ...], *, table: str, escalation: str = ""
) -> VibesafeError:
    """Return the error of a unit whose every answer was refused.

    Args:
        spec: Its spec.
        answers: How many answers there were.
        findings: Why the last one was refused.
        table: The place of the provider that was asked in the configuration, for answers that held no code.
        escalation: The file that says what was tried; empty where there is none.
    """
    lines = [f"\n{_text(finding)}" for finding in findings[:_SHOWN]]
    if len(findings) > _SHOWN:
        lines.append(f"\nand {len(findings) - _SHOWN} more")
    count = (
        "the only answer of this run was refused"
        if answers == 1
        else f"none of {answers} answers passed in this run; the last was refused"
    )
    if escalation:
        lines.append(f"\nwhat was tried, and what may be the cause: {escalation}")
    what = f"{count}:{''.join(lines)}"
    if findings and all(finding.gate == ANSWER for finding in findings):
        cut_off = any(finding.message == CUT_OFF for finding in findings)
        mend = f"{'raise max_tokens' if cut_off else 'name another model'} in {table}"
        return VibesafeProviderError(Problem(spec.where, what, f"{mend}, or vibesafe submit {spec.unit} FILE"))
    return VibesafeValidationError(Problem(spec.where, what, f"vibesafe compile --target {spec.unit}"))


def offline_error(spec: Spec, recorded: int) -> VibesafeError:
    """Return the error of a unit for which no recorded answer is left while nobody may be asked."""
    what = f"no recorded answer passes ({recorded} refused)" if recorded else "there is no recorded answer"
    return VibesafeProviderError(
        Problem(spec.where, f"{what}, and --offline asks nobody", f"vibesafe compile --target {spec.unit}")
    )


def no_provider_error(specs: Sequence[Spec], config: Config) -> VibesafeError:
    """Return the one error of all units that nobody is there to write."""
    units = ", ".join(str(spec.unit) for spec in specs)
    several = len(specs) > 1
    where = (config.source or CONFIGURATION_FILE) if several else specs[0].where
    what = "no provider is configured, and none is at hand" + (f", to write {units}" if several else "")
    mend = (
        f"vibesafe model install  (a small model, on this machine), or set {KEY_VARIABLE}, "
        f"or add {provider_table(config, DEFAULT_PROVIDER)}, or hand code in: "
        f"vibesafe submit {'UNIT' if several else units} FILE"
    )
    return VibesafeProviderError(Problem(where, what, mend))


def place_of_provider(config: Config, provider: ProviderConfig | None) -> str:
    """Return where the provider that was asked stands in the configuration."""
    return "the provider's table" if provider is None else provider_table(config, provider.name)


def provider_table(config: Config, name: str) -> str:
    """Return the place of a provider's table: in the file that is configured, for two would contradict each other."""
    if config.source == "pyproject.toml":
        return f"[tool.vibesafe.provider.{name}] in pyproject.toml"
    return f"[provider.{name}] in {CONFIGURATION_FILE}"


def missing_callee_problem(spec: Spec, missing: UnitId) -> Problem:
    """Return the problem of a unit whose refusal may come from another unit that has no implementation."""
    what = f"it refers to {missing}, which has no implementation, so nothing that calls it can pass"
    return Problem(spec.where, what, f"vibesafe compile --target {missing}")


def interrupted_error(spec: Spec, command: str) -> VibesafeError:
    """Return the error of a unit that was not finished when the run was interrupted; `command` goes on with it."""
    return VibesafeError(Problem(spec.where, "interrupted before it was finished", command))


def _text(finding: Finding) -> str:
    place = f" (line {finding.line} of the implementation)" if finding.line else ""
    return f"{finding.gate}{place}: {finding.message}"
