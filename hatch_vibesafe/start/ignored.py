"""What git need not keep of `.vibesafe`, and what it has to. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from pathspec import GitIgnoreSpec

from hatch_vibesafe.config import PathsConfig
from hatch_vibesafe.problems import Problem

_RUNS = ".vibesafe/runs.db"


@dataclass(frozen=True, slots=True)
class _Place:
    line: str
    example: str


def with_ignored(text: str, paths: PathsConfig) -> str:
    """Return the text of a `.gitignore` that ignores what can be made again; as it was where it does already."""
    spec = GitIgnoreSpec.from_lines(text.splitlines())
    missing = [place.line for place in _places(paths) if not spec.match_file(place.example)]
    if not missing:
        return text
    ended = text if not text or text.endswith("\n") else f"{text}\n"
    return "\n".join((f"{ended}\n# vibesafe: what can be made again".lstrip("\n"), *missing, ""))


def ignored_by_mistake(text: str, paths: PathsConfig) -> Iterator[Problem]:
    """Yield a problem for what has to be committed and is ignored."""
    spec = GitIgnoreSpec.from_lines(text.splitlines())
    for place in (paths.index, f"{paths.checkpoints}/app.math/add/0/impl.py"):
        found = spec.check_file(place)
        if found.include and found.index is not None:
            line = text.splitlines()[found.index]
            kept = paths.index if place == paths.index else paths.checkpoints
            what = f"ignores {kept}, and what is locked has to be committed"
            yield Problem(f".gitignore:{found.index + 1}", what, f"take the line {line!r} out, or narrow it")
            return


def _places(paths: PathsConfig) -> Iterator[_Place]:
    for directory in (paths.cache, paths.escalations):
        yield _Place(f"{directory}/", f"{directory}/example")
    yield _Place(f"{paths.index}.lock", f"{paths.index}.lock")
    yield _Place(f"{_RUNS}*", f"{_RUNS}-wal")
    yield _Place("*.vibesafe-tmp", ".vibesafe/.index.toml.0.vibesafe-tmp")
