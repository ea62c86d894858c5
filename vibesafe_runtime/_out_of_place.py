"""What stands among verified files and would run, or be installed, in the place of one or before it."""

import re
from collections.abc import Iterator, Mapping
from unicodedata import normalize

from vibesafe_runtime._files import Files, Finding

_OTHER_DATA = re.compile(r"[^/]+\.data/(?!purelib/|platlib/).*/(?:site|dist)-packages/")


def shadows(files: Files, path: str) -> Iterator[Finding]:
    """Yield what stands beside a module and would be imported in its place, by whatever Python."""
    directory, _, name = path.rpartition("/")
    stem = name.removesuffix(".py")
    suffixes = (".so", ".pyd") if files.base else (".so", ".pyd", ".pyc")  # zipimport prefers the last to a source
    names = files.names(directory)
    beside = [each for each in names if each.startswith(f"{stem}.") and each.endswith(suffixes)]
    if not files.base:  # What a wheel brings so is installed, and runs unseen.
        beside += [each for each in names if each.startswith(f"__pycache__/{stem}.")]
    if stem != "__init__":
        try:
            below = files.names(f"{directory}/{stem}".lstrip("/"))
        except OSError:
            below = set()
        beside += [f"{stem}/{each}" for each in below if each.startswith("__init__.")]
    for each in sorted(beside):
        yield f"{directory}/{each}".lstrip("/"), f"would be imported in the place of {name}"


def added_above(files: Files, contents: Mapping[str, bytes]) -> Iterator[Finding]:
    """Yield each `__init__` that was put into a namespace package above what is listed: it would run first."""
    above = {path.rsplit("/", count)[0] for path in contents for count in range(1, path.count("/") + 1)}
    for directory in sorted(above):
        if f"{directory}/__init__.py" not in contents:
            for name in sorted(files.names(directory)):
                if name.startswith("__init__."):
                    yield f"{directory}/{name}", "is not listed, and would run before everything below it"


def beside_the_library(files: Files) -> Iterator[Finding]:
    """Yield what a wheel installs among modules by another way than as its own library."""
    if files.base is None:
        for place in sorted(files.names("")):
            if _OTHER_DATA.match(place):
                yield place, "is put among the installed modules behind the wheel's own"


def folded(files: Files, contents: Mapping[str, bytes]) -> Iterator[Finding]:
    """Yield the members of a wheel that some system puts among what is listed, under another name than its own.

    Windows and macOS fold case, Windows reads a backslash as a slash and drops stops and spaces at the end of a name,
    macOS normalises Unicode, and a careless installer takes a leading slash away.
    """
    if files.base is not None:
        return
    directories = {path.rpartition("/")[0] for path in contents}
    folded = {_fold(directory): directory for directory in directories}
    listed = {_fold(path): path for path in contents}
    for place in sorted(files.names("") - contents.keys()):
        found = _fold(place)
        parents = [found.rsplit("/", count)[0] for count in range(1, found.count("/") + 1)]
        inside = next((folded[above] for above in parents if above in folded), None)
        if found in listed:
            yield place, f"is put in the place of {listed[found]} where names are folded"
        elif inside and not any(place.startswith(f"{directory}/") for directory in directories):
            yield place, f"is put into {inside} where names are folded"


def _fold(place: str) -> str:
    parts = normalize("NFC", place.replace("\\", "/").casefold()).split("/")
    return "/".join(part.rstrip(". ") for part in parts if part.rstrip(". "))
