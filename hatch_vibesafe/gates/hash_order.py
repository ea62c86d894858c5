"""Part of the doctest gate: an implementation answers its examples whatever order texts come out of a set in.

Threat: `list({*words})` and `hash(word)` give the same in every run here, for a worker's hashes are not random, and
something else in every process of a user. Only what holds a set, or asks for a hash, is run again with other hashes.
"""

import ast
from collections.abc import Sequence

from hatch_vibesafe.gates.examination import Ground
from hatch_vibesafe.gates.limits_of_code import example_results
from hatch_vibesafe.gates.sandbox import Result
from hatch_vibesafe.gates.verdict import Candidate
from hatch_vibesafe.spec.walking import walk

OTHER_SEEDS = (1, 2)
REMEDY = (
    "with other hashes of texts, which every process of Python has: what comes out of a set has no order; sort it, or "
    "keep the order with dict.fromkeys"
)
_NAMES = frozenset({"set", "frozenset", "hash"})


def depends_on_hashes(source: str) -> bool:
    """Whether what an implementation does may depend on the hashes of texts."""
    return any(
        isinstance(node, ast.Set | ast.SetComp) or (isinstance(node, ast.Name) and node.id in _NAMES)
        for node in walk(ast.parse(source))
    )


def results_with_other_hashes(candidates: Sequence[Candidate], ground: Ground) -> list[list[Result]]:
    """Return for each candidate what came of its examples, once for each of other seeds; nothing without a set."""
    sources = [each.implementation.decode("utf-8", "replace") for each in candidates]
    chosen = [number for number, source in enumerate(sources) if depends_on_hashes(source)]
    found: list[list[Result]] = [[] for _ in candidates]
    for seed in OTHER_SEEDS if chosen else ():
        seeded = Ground(ground.batch, ground.modules, ground.sandbox.with_hashes(seed))
        asked = [(candidates[number].spec, sources[number]) for number in chosen]
        for number, result in zip(chosen, example_results(asked, seeded), strict=True):
            found[number].append(result)
    return found
