"""All required gates over a batch of candidates: structure first, each tool once, the examples in the sandbox."""

import os
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from hatch_vibesafe.config import Config
from hatch_vibesafe.gates import contracts, doctests, lint, properties, structure, types
from hatch_vibesafe.gates.adequacy import adequacy_record
from hatch_vibesafe.gates.context import GateContext
from hatch_vibesafe.gates.dependencies import Dependencies
from hatch_vibesafe.gates.mutation import adequacy_of
from hatch_vibesafe.gates.parsing_threads import threads_may_parse
from hatch_vibesafe.gates.portable.unportable import unportable
from hatch_vibesafe.gates.project_rules import ProjectRules, policy_problems
from hatch_vibesafe.gates.sandbox import Sandbox
from hatch_vibesafe.gates.surroundings import Surroundings, surroundings
from hatch_vibesafe.gates.tools import version_of_batch
from hatch_vibesafe.gates.verdict import Candidate, Fault, Finding, Opinion, Verdict
from hatch_vibesafe.problems import Problem, VibesafeError, VibesafeValidationError
from hatch_vibesafe.store.records import GateRecord
from hatch_vibesafe.store.required import gates_for
from hatch_vibesafe.unexpected import reason, unexpected

__all__ = ["GateContext", "judge_each", "run_gates"]

Findings = tuple[Finding, ...]
Check = Callable[[Sequence[Candidate]], Sequence[Opinion]]
Record = Callable[[Candidate, Findings], GateRecord]
_TOOLS = (lint.GATE, types.GATE)


def run_gates(candidates: Sequence[Candidate], context: GateContext) -> tuple[Verdict, ...]:
    """Return the verdict on each candidate, in order. Where the structure gate fails, no later one runs.

    Raises:
        VibesafeConfigurationError: if a tool is missing, the platform cannot confine, or the sources cannot be read.
        VibesafeValidationError: if a candidate could not be judged, by no fault of its own.
    """
    verdicts = judge_each(candidates, context)
    faults = tuple(dict.fromkeys(problem for verdict in verdicts for problem in verdict.faults))
    if faults:
        raise VibesafeValidationError(*faults)
    return verdicts


def judge_each(candidates: Sequence[Candidate], context: GateContext, *, measures: bool = False) -> tuple[Verdict, ...]:
    """Return the verdict on each candidate, in order; one that could not be judged says so in its `faults`.

    With `measures`, or where the project asks for a least adequacy, that of the specs of those that passed is measured.

    Raises:
        VibesafeConfigurationError: if a tool is missing, the platform cannot confine, or the sources cannot be read.
    """
    if not candidates:
        return ()
    try:
        return _judged(candidates, context, measures=measures)
    except (VibesafeError, OSError):
        raise
    except Exception as error:  # noqa: BLE001 - our own mistake: it is that unit's, and not that of all others
        if len(candidates) > 1:
            return tuple(each for one in candidates for each in judge_each([one], context, measures=measures))
        return (Verdict((), (), "", (unexpected(candidates[0].spec.where, "judging it", error),)),)


def _judged(candidates: Sequence[Candidate], context: GateContext, *, measures: bool) -> tuple[Verdict, ...]:
    config = context.project.config
    version_of_batch.cache_clear()  # a process that lives long sees when a tool is replaced
    with Sandbox(config.sandbox, config.secret_variables(os.environ)) as sandbox:
        verdicts = _verdicts(candidates, context, sandbox)
    if not measures and not config.gates.min_adequacy:
        return tuple(verdicts)
    passed = [number for number, verdict in enumerate(verdicts) if verdict.passed]
    measured = adequacy_of([candidates[number] for number in passed], context)
    for number, adequacy in zip(passed, measured, strict=True):
        if adequacy is not None:
            line = adequacy_record(adequacy, candidates[number].spec, config.gates.min_adequacy)
            verdicts[number] = replace(verdicts[number], records=(*verdicts[number].records, line), adequacy=adequacy)
    return tuple(verdicts)


def _verdicts(candidates: Sequence[Candidate], context: GateContext, sandbox: Sandbox) -> list[Verdict]:
    config = context.project.config
    surrounding = surroundings(context, [candidate.spec for candidate in candidates])
    rules = ProjectRules(config.policy, Dependencies(context.project.root, surrounding.path))
    gates: dict[str, tuple[Check, Record]] = {
        "structure": (
            lambda batch: tuple(_structure(each, surrounding, rules, config, sandbox.level) for each in batch),
            lambda _, findings: structure.record(findings),
        ),
        "lint": (
            lambda batch: lint.check(batch, config.gates.ruff),
            lambda _, findings: lint.record(findings),
        ),
        "types": (
            lambda batch: types.check(
                batch, surrounding, context.project.cache_path, config.gates.mypy, context.started
            ),
            lambda _, findings: types.record(findings),
        ),
        "doctests": (
            lambda batch: doctests.check(batch, context, surrounding, sandbox),
            lambda candidate, findings: doctests.record(candidate.spec, findings),
        ),
        "contracts": (
            lambda batch: contracts.check(batch, context, surrounding, sandbox),
            lambda candidate, findings: contracts.record(candidate.spec, findings),
        ),
        "properties": (
            lambda batch: properties.check(batch, context, surrounding, sandbox),
            lambda candidate, findings: properties.record(candidate.spec, findings),
        ),
    }
    said = _said({name: check for name, (check, _) in gates.items()}, candidates, config)
    records: list[list[GateRecord]] = [[] for _ in candidates]
    findings: list[list[Finding]] = [[] for _ in candidates]
    faults: list[tuple[Problem, ...]] = [() for _ in candidates]
    for name, (_, record) in gates.items():
        for number, opinion in said[name].items():
            if faults[number]:
                continue
            if isinstance(opinion, Fault):
                faults[number] = opinion.problems
            else:
                records[number].append(record(candidates[number], opinion))
                findings[number] += opinion
    outcomes = zip(records, findings, faults, strict=True)
    return [Verdict(tuple(recorded), tuple(found), sandbox.level, fault) for recorded, found, fault in outcomes]


def _said(
    checks: Mapping[str, Check], candidates: Sequence[Candidate], config: Config
) -> Mapping[str, Mapping[int, Opinion]]:
    """Return what each gate says of the candidates that it is for, by their numbers."""
    required = [gates_for(candidate.spec, config.gates.required) for candidate in candidates]

    def opinions(name: str, refused: Collection[int] = ()) -> Mapping[int, Opinion]:
        chosen = [number for number, names in enumerate(required) if name in names and number not in refused]
        said = _opinions(name, checks[name], [candidates[number] for number in chosen]) if chosen else ()
        return dict(zip(chosen, said, strict=True))

    first = opinions(structure.GATE)
    refused = {number for number, opinion in first.items() if opinion}
    in_sandbox = [name for name in checks if name not in {structure.GATE, *_TOOLS}]
    # The tools are processes of their own: they work beside the sandbox, for which this thread waits.
    with threads_may_parse(), ThreadPoolExecutor(len(_TOOLS), thread_name_prefix="vibesafe-tool") as beside:
        tools = {name: beside.submit(opinions, name, refused) for name in _TOOLS}
        later = {name: opinions(name, refused) for name in in_sandbox}
    return {structure.GATE: first, **{name: future.result() for name, future in tools.items()}, **later}


def _structure(
    candidate: Candidate, surrounding: Surroundings, rules: ProjectRules, config: Config, level: str
) -> Opinion:
    problems = (*policy_problems(candidate.spec, config), *unportable(candidate.spec, level))
    return Fault(problems) if problems else structure.check(candidate, surrounding.files, rules)


def _opinions(gate: str, check: Check, candidates: Sequence[Candidate]) -> Sequence[Opinion]:
    """Return what a gate says of each candidate; where the system keeps it from judging, that is no one's refusal.

    Nor is an exception of its own: the candidates of its batch are judged one by one, and those that it breaks off at
    could not be judged.
    """
    try:
        return check(candidates)
    except OSError as error:
        where = f"gate {gate}" if error.filename is None else f"gate {gate}: {error.filename}"
        what = f"could not judge: {error.strerror or reason(error)}"
        mend = "mend that (a full disk, a missing right, a limit of processes) and run the command again"
        return [Fault((Problem(where, what, mend),))] * len(candidates)
    except VibesafeError:
        raise
    except Exception as error:  # noqa: BLE001 - our own mistake: it is that unit's, and not that of all others
        if len(candidates) > 1:
            return [opinion for candidate in candidates for opinion in _opinions(gate, check, [candidate])]
        return [Fault((unexpected(candidates[0].spec.where, f"the gate {gate}", error),))]
