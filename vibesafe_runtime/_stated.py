"""What the statement of a baked package says, and whether it says what the manifest says."""

import json
from collections.abc import Iterator, Mapping

from vibesafe_runtime._files import Finding
from vibesafe_runtime._manifest import ENVELOPE, MANIFEST, STATEMENT, sha256, without_statement


def stated_packages(contents: Mapping[str, bytes], directory: str) -> tuple[str, ...]:
    """Return the baked packages that the statement names beside its own; none where it says nothing readable."""
    try:
        return tuple(map(str, json.loads(contents[f"{directory}/{STATEMENT}"])["predicate"]["packages"]))
    except (KeyError, TypeError, ValueError, RecursionError):
        return ()


def stated_dependencies(contents: Mapping[str, bytes], directory: str) -> tuple[tuple[str, str, str], ...]:
    """Return unit, distribution and version of all that the statement says units passed their gates with."""
    try:
        units = json.loads(contents[f"{directory}/{STATEMENT}"])["predicate"]["units"]
        return tuple(
            (str(unit["unit"]), str(name), str(version))
            for unit in units
            for name, version in unit.get("dependencies", {}).items()
        )
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError):
        return ()


def misstated(directory: str, digests: Mapping[str, str], contents: Mapping[str, bytes]) -> Iterator[Finding]:
    """Yield what the statement (in-toto Statement v1) says otherwise than the manifest."""
    path = f"{directory}/{STATEMENT}"
    try:
        statement = json.loads(contents[path])
        listed = [(subject["name"], subject["digest"]["sha256"]) for subject in statement["subject"]]
        subjects = dict(listed)
        stated = statement["predicate"]["manifestWithoutStatement"]
        canonical = json.dumps(
            statement, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
        ).encode()
        not_generated = (f"{directory}/{MANIFEST}.", path, f"{directory}/{ENVELOPE}")
        generated = {
            name: digest
            for name, digest in digests.items()
            if name.startswith(f"{directory}/") and not name.startswith(not_generated)
        }
        otherwise = sorted({str(name) for name, _ in subjects.items() ^ generated.items()})
    except (KeyError, TypeError, ValueError, RecursionError):
        yield path, "is missing, or is not a statement about generated files"
        return
    if canonical != contents[path] or len(listed) != len(subjects):
        yield path, "is not canonical JSON, or names a file twice, so that it could be read in two ways"
    if stated != sha256(without_statement(directory, contents[f"{directory}/{MANIFEST}"])):
        yield path, f"is about another {MANIFEST}"
    for name in otherwise:
        yield name, f"is otherwise in {MANIFEST} than in {STATEMENT}"
