"""Making an implementation of the text that somebody wrote: what can be put right mechanically, and nothing else.

Each repair is recorded in words. None hides a wrong signature: where more than annotations differ, the text stays as it
is, and the structure gate refuses it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from hatch_vibesafe.generate.extract import extract
from hatch_vibesafe.generate.function_repairs import repaired_function
from hatch_vibesafe.generate.module_repairs import repaired_module
from hatch_vibesafe.generate.normalise import normalise
from hatch_vibesafe.generate.python_text import parse, plain
from hatch_vibesafe.generate.tidying import left_out, tidied
from hatch_vibesafe.spec.model import Spec


@dataclass(frozen=True, slots=True)
class Composed:
    """An implementation, formatted as it would be stored.

    Attributes:
        implementation: Its bytes, UTF-8.
        repairs: What was put right mechanically, in words, in order.
    """

    implementation: bytes
    repairs: tuple[str, ...]


def compose(spec: Spec, text: str, *, markdown: bool) -> Composed:
    """Return the implementation that a text holds.

    A text that is no Python is passed on for the structure gate to refuse.

    Args:
        spec: The spec that it is for.
        text: An answer, or a module.
        markdown: Whether it is an answer: then the module is taken out of it, and example calls behind the function go.

    Raises:
        VibesafeConfigurationError: if ruff is not installed.
    """
    return compose_all(((spec, text),), markdown=markdown)[0]


def compose_all(texts: Sequence[tuple[Spec, str]], *, markdown: bool) -> tuple[Composed, ...]:
    """Return what `compose` returns for each text, with the formatter started once for all of them.

    Raises:
        VibesafeConfigurationError: if ruff is not installed.
    """
    arranged = [arrange(spec, text, markdown=markdown) for spec, text in texts]
    normalised = normalise([composed.implementation for composed in arranged])
    return tuple(
        Composed(implementation, (*composed.repairs, *_tidied(composed.implementation, implementation)))
        for composed, implementation in zip(arranged, normalised, strict=True)
    )


def arrange(spec: Spec, text: str, *, markdown: bool) -> Composed:
    """Return the repaired implementation before it is formatted. Pure; never raises."""
    source = plain(extract(text, spec.unit.name) if markdown else text)
    repairs = [*left_out(plain(text), source)] if source.strip() else []
    for repair in (repaired_module, repaired_function):
        tree = parse(source)
        if tree is None or not tree.body:
            break
        repaired = repair(spec, source, tree, generated=markdown)
        if repaired.words and parse(repaired.source) is not None:
            source = repaired.source
            repairs += repaired.words
    return Composed(source.encode(), tuple(repairs))


def _tidied(before: bytes, after: bytes) -> tuple[str, ...]:
    return () if before == after else tidied(before.decode(), after.decode())
