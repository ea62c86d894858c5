"""What to ask after a refusal: a ladder of ways to ask, each used once, instead of "try again". Pure.

1. `counterexample`: the refused code, and what the gates said of it with the smallest failing input.
2. `fresh`: the first question anew, without the failed attempt, which a model otherwise goes on mending.
3. `begun`: the answer is begun with the stub, and the model goes on from there.
4. `helpers`: the task in parts, with functions of their own.
5. `hotter`: another draw, farther away.

Behind the last rung the ladder begins anew with another sample. Where nothing more is asked of the unit's own provider,
another one may be asked once: `escalated`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from hatch_vibesafe.generate.feedback import Feedback
from hatch_vibesafe.store.records import Scalar

Strategy = Literal["first", "counterexample", "fresh", "begun", "helpers", "hotter", "escalated"]

HELPERS = """Work in two steps: first write small helper functions above it, each with type hints and one clear task;
then the function itself, which only puts them together. Define no classes."""

_HOTTEST = 1.5
_HOTTER = 0.4
_SEEDS_APART = 100_000
_ONLY_HASHED = frozenset({"api", "provider"})


@dataclass(frozen=True, slots=True)
class Abilities:
    """What can be asked of a provider.

    Attributes:
        continues: Whether it continues a begun answer as its own.
        temperature: What is sent; None where nothing is.
        begins: Whether an answer may be begun for it at all.
        converses: Whether it takes a conversation; every answer is begun for one that only completes text.
    """

    continues: bool
    temperature: float | None
    begins: bool = True
    converses: bool = True


@dataclass(frozen=True, slots=True)
class Question:
    """Where a line of questions stands.

    Attributes:
        sample: Which draw of the whole ladder this is, from 0.
        strategy: Which rung.
        feedback: What goes back to the model; only with `counterexample`.
    """

    sample: int
    strategy: Strategy = "first"
    feedback: Feedback | None = None


def ladder(abilities: Abilities) -> tuple[Strategy, ...]:
    """Return the rungs for a provider, in the order in which they are used.

    A model that continues a begun answer is a small one. Measured, it mends nothing that it is told and takes nothing
    apart, but what it cannot write as a conversation it may write as a continuation, and another draw is often right:
    it has these two rungs. At temperature 0 draws are alike, and only what it is asked can change.
    """
    cold = abilities.temperature == 0
    begun: list[Strategy] = ["begun"] if abilities.begins and abilities.converses else []
    if abilities.continues and not cold:
        return ("first", *begun)
    rungs: list[Strategy] = ["first", "counterexample"]
    if not cold:
        rungs.append("fresh")
    rungs += [*begun, "helpers"]
    if abilities.temperature is not None and abilities.temperature < _HOTTEST:
        rungs.append("hotter")
    return tuple(rungs)


def follow_up(question: Question, refusal: Feedback, rungs: Sequence[Strategy], *, lines: int) -> Question:
    """Return the question after a refusal: the next rung, or the first one with another sample.

    Args:
        question: The question whose answer was refused.
        refusal: The answer, and why.
        rungs: The ladder.
        lines: How many lines of questions run side by side; each takes its own samples.
    """
    position = rungs.index(question.strategy) + 1
    if position >= len(rungs):
        return Question(question.sample + lines)
    strategy = rungs[position]
    return Question(question.sample, strategy, refusal if strategy == "counterexample" else None)


def is_stuck(said: Sequence[str], rungs: Sequence[Strategy]) -> bool:
    """Return whether every rung in turn ended in the same normalised error: more of the same is not worth its price.

    A model that is not told what was wrong, and only asked for other samples, goes on.
    """
    last = said[-len(rungs) :]
    return "counterexample" in rungs and len(last) == len(rungs) and len(set(last)) == 1


def sent_with(
    strategy: Strategy, sample: int, sent: Sequence[tuple[str, Scalar]], *, likeliest: bool = False
) -> tuple[tuple[str, Scalar], ...]:
    """Return what is sent beside the messages: a seed grows with the sample and the rung, `hotter` is warmer.

    Args:
        strategy: The rung.
        sample: The sample.
        sent: What is configured.
        likeliest: Whether sample 0 is what the model holds for the likeliest: at temperature 0, however warm the draws
            after it are.
    """
    if likeliest and sample == 0 and strategy != "hotter":
        sent = tuple((name, 0.0 if name == "temperature" else value) for name, value in sent)
    repeats = strategy in {"fresh", "hotter"}  # the first question's words: another seed is what makes another answer
    shift = sample + (_SEEDS_APART if repeats else 0)
    return tuple((name, _setting(name, value, strategy, shift)) for name, value in sent if name not in _ONLY_HASHED)


def _setting(name: str, value: Scalar, strategy: Strategy, shift: int) -> Scalar:
    if name == "seed" and isinstance(value, int):
        return value + shift
    if name == "temperature" and strategy == "hotter" and isinstance(value, int | float):
        return min(_HOTTEST, round(value + _HOTTER, 3))
    return value
