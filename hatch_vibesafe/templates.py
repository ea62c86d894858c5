"""A prompt's template on disk, with all others that it extends, includes or imports: their text is in the spec hash.

References are read from the text, without Jinja, which a build does not need: only a name in quotes is one. What else a
template would read is not there when it is rendered.
"""

import contextlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from hatch_vibesafe.problems import Problem, VibesafeConfigurationError
from hatch_vibesafe.unexpected import reason

_SKIPPED = re.compile(r"\{#.*?#\}|\{%[-+]?\s*raw\s*[-+]?%\}.*?\{%[-+]?\s*endraw\s*[-+]?%\}", re.DOTALL)
_REFERENCE = re.compile(
    r"\{%[-+]?\s*(?P<tag>extends|include|import|from)\b\s*(?:(?P<quote>[\"'])(?P<name>.*?)(?P=quote))?", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class TemplateFile:
    """A template.

    Attributes:
        name: Its name as it is referred to.
        path: Where it lies.
        text: Its text.
    """

    name: str
    path: Path
    text: str


def read_template(root: Path, name: str) -> tuple[TemplateFile, ...]:
    """Return a template of the project at `root`, and behind it all that it refers to, each once.

    Raises:
        VibesafeConfigurationError: with everything that is wrong: a template that is missing, lies outside the project,
            is not UTF-8, refers to another one by an expression, or to itself.
    """
    reading = _Reading(root, {}, [])
    reading.read(name, f"template {name!r}", ())
    if reading.problems:
        raise VibesafeConfigurationError(*reading.problems)
    return tuple(reading.found.values())


@dataclass(frozen=True, slots=True)
class _Reading:
    root: Path
    found: dict[str, TemplateFile]
    problems: list[Problem]

    def read(self, name: str, where: str, above: tuple[str, ...]) -> None:
        """Read a template that is referred to at `where`, below the templates `above` it."""
        if name in above:
            remedy = "give one of them another name: a file of the project hides one of ours with the same name"
            self.problems.append(Problem(where, f"refers to {name!r}, and that back to it", remedy))
        elif name not in self.found:
            self._read_first(name, where, above)

    def _read_first(self, name: str, where: str, above: tuple[str, ...]) -> None:
        place = _place(self.root, name, where)
        if isinstance(place, Problem):
            self.problems.append(place)
            return
        try:
            text = place.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            what = f"{name!r} cannot be read: {reason(error)}"
            self.problems.append(Problem(where, what, "save it as a readable UTF-8 file"))
            return
        self.found[name] = TemplateFile(name, place, text)
        for line, other in _references(text):
            here = f"template {name!r}, line {line}"
            if other is None:
                what = "refers to another template by an expression"
                remedy = "write its name in quotes: the text of all of them is a part of the spec hash"
                self.problems.append(Problem(here, what, remedy))
            else:
                self.read(other, here, (*above, name))


def _references(text: str) -> Iterator[tuple[int, str | None]]:
    """Yield the line and the name of each other template that a text refers to; None for no name in quotes."""
    read = _SKIPPED.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)
    for match in _REFERENCE.finditer(read):
        yield read.count("\n", 0, match.start()) + 1, match["name"]


def _place(root: Path, name: str, where: str) -> Path | Problem:
    outside = Problem(where, f"{name!r} lies outside the project", "name a file of the project, relative to its root")
    if ".." in Path(name).parts or Path(name).is_absolute() or "\\" in name or "\0" in name:
        return outside
    candidates = [root / name]
    if name == os.path.basename(name):  # noqa: PTH119 - a pure question about the text
        candidates += [directory / name for directory in _directories_of_ours()]
    for candidate in candidates:
        if candidate.is_file():
            # A link may lead anywhere, and what a template holds is sent to a provider.
            is_inside = candidate != candidates[0] or candidate.resolve().is_relative_to(root.resolve())
            return candidate if is_inside else outside
    remedy = "name a file of the project, relative to its root, or leave it out"
    return Problem(where, f"there is no template {name!r}", remedy)


def is_ours(name: str, text: str) -> bool:
    """Return whether a template is one of ours, word for word."""
    return text == _text_of_ours(name)


@cache
def _text_of_ours(name: str) -> str | None:
    for directory in _directories_of_ours():
        with contextlib.suppress(OSError, UnicodeDecodeError, ValueError):
            if name == os.path.basename(name):  # noqa: PTH119 - a pure question about the text
                return (directory / name).read_text(encoding="utf-8")
    return None


def _directories_of_ours() -> tuple[Path, ...]:
    # Installed, the templates lie in the package; in a checkout of this repository they lie beside it.
    package = Path(__file__).parent
    return (package / "prompts", package.parent / "prompts")
