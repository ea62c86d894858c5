"""Why a unit was given up, as far as what was tried says it. Pure."""

from collections.abc import Collection, Sequence

from hatch_vibesafe.gates import doctests
from hatch_vibesafe.gates.verdict import Finding
from hatch_vibesafe.generate.extract import ANSWER
from hatch_vibesafe.generate.feedback import normalised_error
from hatch_vibesafe.generate.unit_run import Tried
from hatch_vibesafe.problems import Problem

_FEW = 2


def likely_cause(tried: Sequence[Tried], held: Collection[int], contradictions: Sequence[Problem]) -> str:
    """Return the likely cause in one or two sentences.

    Args:
        tried: The answers that were refused, in order.
        held: The numbers of the examples that were not shown.
        contradictions: What makes the spec one that no implementation can fulfil.
    """
    if contradictions:
        return "The spec contradicts itself: " + "; ".join(problem.what for problem in contradictions) + "."
    if tried and all(_only(each.findings, ANSWER) for each in tried):
        return "No answer held code that could be judged: the token limit is too low for it, or the model too weak."
    if tried and all(_is_about_held_back(each.findings, held) for each in tried):
        return (
            "The answers do what was shown and fail an example that was not: the description says too little to tell "
            "the rule, or that example is wrong."
        )
    if len(tried) > _FEW and len({normalised_error(each.findings) for each in tried}) == 1:
        return (
            "Every answer was refused for the same reason, however it was asked for: the spec asks for something else "
            "than it seems to, or forbids what it needs."
        )
    return _without_a_pattern(tried)


def _without_a_pattern(tried: Sequence[Tried]) -> str:
    gates = ", ".join(sorted({finding.gate for each in tried for finding in each.findings}))
    if not gates:
        return "Nothing could be judged."
    if len(tried) == 1:
        return f"There was one answer alone, which was refused by {gates}: too little to tell a cause."
    return f"The answers differ in what is wrong with them ({gates}): the model is too weak for this."


def _only(findings: Sequence[Finding], gate: str) -> bool:
    return bool(findings) and all(finding.gate == gate for finding in findings)


def _is_about_held_back(findings: Sequence[Finding], held: Collection[int]) -> bool:
    return bool(findings) and all(doctests.example_of(finding) in held for finding in findings)
