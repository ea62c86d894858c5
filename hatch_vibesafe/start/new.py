"""`vibesafe new`: a stub for what somebody asks for, and the module that it goes into."""

import ast
import builtins
import keyword
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from hatch_vibesafe.generate.normalise import normalise
from hatch_vibesafe.generate.stub import INDENT, docstring_statement
from hatch_vibesafe.identity import UnitId
from hatch_vibesafe.problems import Problem, VibesafeConfigurationError
from hatch_vibesafe.project import Project, settings_for
from hatch_vibesafe.spec.model import SourceFile
from hatch_vibesafe.spec.scan import scan
from hatch_vibesafe.start.changes import Change
from hatch_vibesafe.start.drafted_stub import DraftedStub
from hatch_vibesafe.start.module_edits import RUNTIME_IMPORTS, CollisionError, bound_names, with_unit
from hatch_vibesafe.start.text_file import TextFile, read_text_file
from hatch_vibesafe.unexpected import reason

LONGEST_TEXT = 2_000
_MOST_WORDS = 5
_SMALL_WORDS = re.compile(r"an?|and|as|at|by|for|from|in|into|is|it|of|on|or|that|the|this|to|which|with")
_HINT = """\
    # Name the parameters and give them and the result their types; add three examples or more to the docstring:
    # a usual case, a border, an empty input. `Raises:` says what goes wrong, and when.
"""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a unit goes.

    Attributes:
        module: The module.
        file: Its file as it is on disk.
        path: The same, relative to the project's root, with `/`.
        packages: The `__init__.py` of packages that have to be made for it.
        known: The names that the module binds already.
    """

    module: str
    file: TextFile
    path: str
    packages: tuple[Path, ...]
    known: frozenset[str]


def refuse_text(text: str) -> str:
    """Return what is wanted in one line.

    Raises:
        VibesafeConfigurationError: if it says nothing, is very long, or holds what no terminal shows.
    """
    line = " ".join(text.split())
    what = ""
    if not re.search(r"\w", line):
        what = "says nothing"
    elif len(line) > LONGEST_TEXT:
        what = f"is longer than {LONGEST_TEXT:,} characters"
    elif not line.isprintable():
        what = "holds a character that cannot be printed"
    if what:
        remedy = 'say in a sentence what it is to do: vibesafe new "parse an ISO 8601 duration" --module app.durations'
        raise VibesafeConfigurationError(Problem("what is wanted", what, remedy))
    return line


def name_for(text: str, name: str) -> str:
    """Return the name of a function: `name` where it is given, else what the first words of `text` make.

    Raises:
        VibesafeConfigurationError: if that is no name that a function can have.
    """
    words = [word for word in re.findall(r"\w+", text.lower()) if not _SMALL_WORDS.fullmatch(word)]
    made = unicodedata.normalize("NFKC", name or "_".join(words[:_MOST_WORDS]))
    if not made.isidentifier() or keyword.iskeyword(made) or made in vars(builtins) or (name and made != name):
        what = f"{name or made!r} cannot be the name of a function"
        raise VibesafeConfigurationError(Problem("--name", what, "name it: --name parse_duration, for example"))
    return made


def place_for(project: Project, sources: Sequence[SourceFile], module: str) -> Place:
    """Return where a module of the project is, or where it goes.

    Raises:
        VibesafeConfigurationError: if it cannot be a module of the project, or its file cannot be edited.
    """
    parts = module.split(".")
    for part in parts:
        if not part.isidentifier() or keyword.iskeyword(part) or unicodedata.normalize("NFKC", part) != part:
            remedy = "name a module of the project with dots: --module app.durations"
            raise VibesafeConfigurationError(Problem(f"--module {module}", f"{part!r} cannot be imported", remedy))
    there = next((source for source in sources if source.module == module and source.in_wheel), None)
    if there is not None:
        file = read_text_file(project.root / there.path)
        return Place(module, file, there.path, (), frozenset(_bound(file, there.path)))
    package = next(
        (each for count in range(len(parts) - 1, 0, -1) for each in _packages(sources, ".".join(parts[:count]))), None
    )
    if package is None:
        known = ", ".join(sorted({each.module.partition(".")[0] for each in sources if each.in_wheel})) or "none"
        what = f"the project has no package {parts[0]} (it has: {known})"
        raise VibesafeConfigurationError(
            Problem(f"--module {module}", what, f"name a module of a package that is there, or make {parts[0]} first")
        )
    base = (project.root / package.path).parent
    below = parts[package.module.count(".") + 1 :]
    packages = tuple(base.joinpath(*below[:count], "__init__.py") for count in range(1, len(below)))
    path = base.joinpath(*below).with_name(f"{below[-1]}.py")
    return Place(module, read_text_file(path), path.relative_to(project.root).as_posix(), packages, frozenset())


def empty_stub(text: str, name: str) -> DraftedStub:
    """Return a stub that says what is wanted and leaves the rest to whoever wrote that."""
    sentence = text[0].upper() + text[1:]
    docstring = docstring_statement(sentence if sentence.endswith((".", "!", "?")) else f"{sentence}.", INDENT)
    source = f"@vibesafe\ndef {name}(value: object) -> object:\n{docstring}{_HINT}{INDENT}raise VibeCoded()\n"
    return DraftedStub(name, (), source)


def changes_for(
    project: Project, sources: Sequence[SourceFile], place: Place, *stubs: DraftedStub, above: str = ""
) -> tuple[Change, ...]:
    """Return the files with stubs in their module, at its end or above one of its functions or classes.

    Raises:
        VibesafeConfigurationError: if a name is taken, or a unit could not be used as it would stand there.
    """
    text = place.file.text
    for stub, source in zip(stubs, normalise([_HEADER.encode() + stub.source.encode() for stub in stubs]), strict=True):
        formatted = source.decode()
        formatted = formatted[formatted.index("@vibesafe") :]
        try:
            text = with_unit(text, (*stub.imports, *RUNTIME_IMPORTS), stub.name, formatted, above)
        except CollisionError as error:
            what = f"{error.name} stands there already"
            mine = error.name == stub.name
            remedy = "give the new function another name with --name" if mine else "rename what is there"
            raise VibesafeConfigurationError(Problem(f"{place.path}:{error.line}", what, remedy)) from None
    after = place.file.edited(text)
    for stub in stubs:
        _refuse_unusable(project, sources, place, stub.name, after)
    made = tuple(Change(path, None, b"") for path in place.packages if not path.exists())
    return (*made, Change(place.file.path, place.file.content, after))


_HEADER = "from vibesafe_runtime import VibeCoded, vibesafe\n\n\n"


def _refuse_unusable(project: Project, sources: Sequence[SourceFile], place: Place, name: str, content: bytes) -> None:
    """Refuse a stub of which the scan says, before it is written, that it could not be used."""
    own = [source for source in sources if source.path == place.path]
    others = [source for source in sources if source.path != place.path]
    file = replace(own[0], content=content) if own else SourceFile(place.module, place.path, content, is_package=False)
    found = scan((*others, file), settings_for(project))
    unit = UnitId(place.module, name)
    problems = [problem for each in found.invalid if each.unit == unit for problem in each.problems]
    problems += [problem for problem in found.problems if problem.where.startswith(f"{place.path}:")]
    if problems:
        raise VibesafeConfigurationError(*problems)


def _packages(sources: Sequence[SourceFile], name: str) -> list[SourceFile]:
    return [source for source in sources if source.module == name and source.is_package and source.in_wheel]


def _bound(file: TextFile, path: str) -> dict[str, int]:
    if file.content is not None and re.match(rb"(?:.*\n)?\s*#.*coding[:=][ \t]*(?!utf-?8)\S", file.content[:400]):
        raise VibesafeConfigurationError(Problem(f"{path}:1", "is not written in UTF-8", "save it as UTF-8"))
    try:
        return bound_names(ast.parse(file.text))
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        problem = Problem(f"{path}:{line}", f"is no Python: {reason(error)}", "mend it first; nothing was written")
        raise VibesafeConfigurationError(problem) from error
    except (RecursionError, MemoryError) as error:
        problem = Problem(f"{path}:1", "is nested too deeply to be read", "split its deepest expression first")
        raise VibesafeConfigurationError(problem) from error
