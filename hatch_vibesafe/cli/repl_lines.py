"""What a line of `vibesafe repl` means: which command of the command line it is, with which unit. Pure."""

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hatch_vibesafe.identity import UnitId
from hatch_vibesafe.problems import Problem
from hatch_vibesafe.spec.lessons import matches

# Word -> (the command that it is, how that takes its unit, what `help` says of it).
WORDS = {
    "gen": ("compile", "--target", "have an implementation written, and gate it"),
    "tighten": ("tighten", "argument", "ask what the spec leaves open, and write the answers into it"),
    "diff": ("diff", "--target", "show what drifted, and how implementations differ"),
    "test": ("test", "--target", "gate the current checkpoint again"),
    "save": ("save", "--target", "make the current checkpoint the active one"),
    "rollback": ("rollback", "argument", "make an earlier checkpoint the active one: rollback [CHECKPOINT]"),
    "split": ("split", "argument", "draft helper units that the unit can be made of"),
    "prompt": ("prompt", "argument", "show what would be sent next"),
    "explain": ("explain", "argument", "say who wrote what is active, and what judged it"),
    "status": ("status", "--target", "say where it stands"),
}
OWN = {
    "use": "take up a unit, a module or a glob: use app.math/add; alone: all units",
    "help": "say this",
    "quit": "end; Ctrl-D does too",
}
"""The words that are no commands of the command line."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """An empty line, or a comment."""


@dataclass(frozen=True, slots=True)
class Help:
    """A wish for help."""


@dataclass(frozen=True, slots=True)
class Quit:
    """The end."""


@dataclass(frozen=True, slots=True)
class Use:
    """Another unit is meant from now on; all of them where it is empty."""

    unit: str


@dataclass(frozen=True, slots=True)
class Run:
    """A command of the command line, with its arguments."""

    arguments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """A line that means nothing."""

    problem: Problem


Meaning = Nothing | Help | Quit | Use | Run | Refused


def meaning(line: str, unit: str, units: Sequence[UnitId]) -> Meaning:  # noqa: PLR0911 - one return for each meaning
    """Return what a line means while `unit` is meant, which may be empty, in a project that has `units`."""
    try:
        words = shlex.split(line, comments=True)
    except ValueError as error:
        return Refused(Problem(line.strip(), f"cannot be read: {error}", "close the quotes"))
    if not words:
        return Nothing()
    word, *rest = words
    match word:
        case "help" | "?":
            return Help()
        case "quit" | "exit":
            return Quit()
        case "use":
            return _use(rest, units)
        case _ if word in WORDS:
            return _run(word, rest, unit, units)
        case _:
            near = next((known for known in (*WORDS, *OWN) if known.startswith(word[:2])), "help")
            what = "is no command here"
            return Refused(Problem(word, what, f"{near}  (help lists them all)" if near != "help" else "help"))


def _use(words: Sequence[str], units: Sequence[UnitId]) -> Meaning:
    if len(words) > 1:
        return Refused(Problem(" ".join(["use", *words]), "names more than one target", "use UNIT"))
    if words and not _names(words[0], units):
        return Refused(Problem(words[0], "names no unit of this project", "status  (lists what is not active)"))
    return Use(words[0] if words else "")


def _run(word: str, rest: Sequence[str], unit: str, units: Sequence[UnitId]) -> Meaning:
    command, how, _ = WORDS[word]
    if "--behaviour" in rest:
        return Run((command, *rest))
    if rest and not rest[0].startswith("-") and ("/" in rest[0] or _names(rest[0], units)):
        unit, rest = rest[0], rest[1:]
    if how == "argument" and not unit:
        return Refused(Problem(word, "needs a unit, and none is taken up", f"use UNIT, or {word} UNIT"))
    if how == "argument":
        return Run((command, unit, *rest))
    return Run((command, *(("--target", unit) if unit else ()), *rest))


def _names(target: str, units: Sequence[UnitId]) -> bool:
    return any(matches(unit, target) for unit in units)


def completions(text: str, units: Sequence[UnitId]) -> Iterator[str]:
    """Yield what the last word of a line that is being typed can become."""
    before, space, last = text.lstrip().rpartition(" ")
    if not space:
        yield from (word for word in (*WORDS, *OWN) if word.startswith(last))
    elif before in WORDS or before == "use":
        yield from (str(unit) for unit in units if str(unit).startswith(last) or unit.name.startswith(last))


def help_lines() -> tuple[str, ...]:
    """Return what `help` says."""
    told = {word: text for word, (_, _, text) in WORDS.items()} | OWN
    width = max(map(len, told))
    lines = [f"  {word:<{width}}  {text}" for word, text in told.items()]
    return (*lines, "", "A word takes a unit and the options of its command: test app.math/add --again")
