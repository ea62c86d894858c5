"""Configuration of `vibesafe` 0.1 or 0.2, to ours. Pure: text in, text out."""

import re
from collections.abc import Iterator, Sequence

import tomlkit
from tomlkit.items import Array

from hatch_vibesafe.problems import Problem
from hatch_vibesafe.start.toml_edits import value_at

_FILE = "vibesafe.toml"
_OWN_TEMPLATES = "vibesafe/templates/"
_NEEDED_MEMORY = 512
_KINDS = ("function", "http", "cli")


def with_our_keys(text: str) -> tuple[str, tuple[str, ...], tuple[Problem, ...]]:
    """Return a `vibesafe.toml` without what has no place here, what was taken out and why, and what is left to do.

    Raises:
        tomlkit.exceptions.ParseError: if it is not TOML.
    """
    document = tomlkit.parse(text)
    gone = tuple(_removable(document.unwrap()))
    for keys, _ in gone:
        table: object = document
        for key in keys[:-1]:
            table = table[key] if isinstance(table, dict) else None
        if isinstance(table, dict):
            del table[keys[-1]]
    taken = tuple(f"{_FILE} {'.'.join(keys)} {what}" for keys, what in gone)
    problems: list[Problem] = []
    for kind in _KINDS:
        template = value_at(document.unwrap(), ("prompts", kind))
        if isinstance(template, str):
            what = f"names {template}, which was written for other variables"
            problems.append(Problem(f"{_FILE} prompts.{kind}", what, "write it anew as docs/prompts.md shows"))
    return tomlkit.dumps(document), taken, tuple(problems)


def with_our_dependencies(text: str, keys: Sequence[str]) -> str:
    """Return a `pyproject.toml` whose array of requirements at `keys` needs the runtime in the place of `vibesafe`.

    Where it was needed, by an environment marker, stays.
    """
    document = tomlkit.parse(text)
    array: object = document
    for key in keys:
        array = array.get(key) if isinstance(array, dict) else None
    if not isinstance(array, Array):
        return text
    for place, requirement in enumerate(array.unwrap()):
        if isinstance(requirement, str) and re.match(r"vibesafe\s*(?![-\w.])", requirement):
            array[place] = f"vibesafe-runtime{_marker(requirement)}"
    return tomlkit.dumps(document)


def _marker(requirement: str) -> str:
    """Return the environment marker of a requirement as it is written; behind a URL, a space is before it (PEP 508)."""
    found = re.search(r"\s;.*" if "@" in requirement.partition(";")[0] else r"\s*;.*", requirement)
    return found.group() if found else ""


def _removable(document: dict[str, object]) -> Iterator[tuple[tuple[str, ...], str]]:
    providers = value_at(document, ("provider",))
    for name in providers if isinstance(providers, dict) else ():
        if value_at(document, ("provider", name, "service_tier")) is not None:
            yield ("provider", name, "service_tier"), "is nothing that is sent here"
    if value_at(document, ("paths", "generated")) is not None:
        yield ("paths", "generated"), "has no place here: nothing is generated beside the sources"
    for kind in _KINDS:
        template = value_at(document, ("prompts", kind))
        if isinstance(template, str) and template.startswith(_OWN_TEMPLATES):
            yield ("prompts", kind), "names a template of the older release; ours is the default"
    if value_at(document, ("sandbox", "enabled")) is False:
        yield ("sandbox", "enabled"), "is off, and generated code is confined here"
    memory = value_at(document, ("sandbox", "memory_mb"))
    if isinstance(memory, int) and memory < _NEEDED_MEMORY:
        yield ("sandbox", "memory_mb"), f"is {memory}, and {_NEEDED_MEMORY} is what is needed"
