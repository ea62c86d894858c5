"""`vibesafe migrate`: what changes in the files of a project that was written for `vibesafe` 0.1 or 0.2."""

import os
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from hatch_vibesafe.config_file import CONFIGURATION_FILE
from hatch_vibesafe.problems import Problem, VibesafeConfigurationError
from hatch_vibesafe.start.changes import Change
from hatch_vibesafe.start.older_configuration import with_our_dependencies, with_our_keys
from hatch_vibesafe.start.older_source import SHIMS, rewritten
from hatch_vibesafe.start.text_file import TextFile, read_text_file
from hatch_vibesafe.start.toml_edits import value_at
from hatch_vibesafe.unexpected import reason

_NOT_OURS = frozenset({SHIMS, "__pycache__", "build", "dist", "node_modules", "site-packages", "venv"})
_REQUIREMENT = re.compile(r"^\s*[\"']?vibesafe\s*(?![-\w.])", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Migration:
    """What would be written, what was taken out and why, and what only the user can do."""

    root: Path
    changes: tuple[Change, ...]
    taken: tuple[str, ...]
    left: tuple[Problem, ...]


def migration(root: Path) -> Migration:
    """Return what changes in the sources, the configuration and the requirements of a project.

    Raises:
        VibesafeConfigurationError: if there is no such directory, or a file of ours cannot be read.
    """
    if not root.is_dir():
        raise VibesafeConfigurationError(Problem(str(root), "is not a directory", "name the project's root"))
    left: list[Problem] = []
    taken: list[str] = []
    files = [*_sources(root, left), *_configuration(root, taken, left), *_requirements(root)]
    left += _elsewhere(root)
    changes = tuple(change for change in files if change.after != change.before)
    return Migration(root, changes, tuple(taken), tuple(left))


def _sources(root: Path, left: list[Problem]) -> Iterator[Change]:
    for path in _python_files(root):
        content = path.read_bytes()
        if b"vibesafe" not in content and SHIMS.encode() not in content:
            continue
        where = path.relative_to(root).as_posix()
        try:
            file = read_text_file(path)
            done = rewritten(file.text)
        except VibesafeConfigurationError as error:
            left += error.problems
            continue
        except (SyntaxError, ValueError) as error:
            left.append(
                Problem(where, f"is no Python, and was left as it is: {reason(error)}", "mend it, and migrate again")
            )
            continue
        except (RecursionError, MemoryError):
            what = "is nested too deeply to be read, and was left as it was"
            left.append(Problem(where, what, "split its deepest expression, and migrate again"))
            continue
        left += [Problem(f"{where}:{each.line}", each.what, each.remedy) for each in done.left]
        yield _change(file, done.text)


def _python_files(root: Path) -> Iterator[Path]:
    for directory, names, files in os.walk(root):
        here = Path(directory)
        names[:] = sorted(
            name
            for name in names
            if name not in _NOT_OURS and not name.startswith(".") and not (here / name / "pyvenv.cfg").exists()
        )
        yield from (here / name for name in sorted(files) if name.endswith(".py") and not (here / name).is_symlink())


def _configuration(root: Path, taken: list[str], left: list[Problem]) -> Iterator[Change]:
    file = read_text_file(root / CONFIGURATION_FILE)
    if file.content is not None:
        _refuse_broken(file)
        text, gone, problems = with_our_keys(file.text)
        taken += gone
        left += problems
        yield _change(file, text)


def _requirements(root: Path) -> Iterator[Change]:
    file = read_text_file(root / "pyproject.toml")
    if file.content is None:
        return
    document = _refuse_broken(file)
    text = with_our_dependencies(file.text, ("project", "dependencies"))
    for above in (("project", "optional-dependencies"), ("dependency-groups",)):
        groups = value_at(document, above)
        for group in groups if isinstance(groups, dict) else ():
            text = with_our_dependencies(text, (*above, group))
    yield _change(file, text)


def _elsewhere(root: Path) -> Iterator[Problem]:
    for path in (*sorted(root.glob("requirements*.txt")), root / "setup.py", root / "setup.cfg"):
        if path.is_file() and _REQUIREMENT.search(path.read_text("utf-8", "replace")):
            yield Problem(path.name, "requires vibesafe", "require vibesafe-runtime in its place")
    if (root / SHIMS).is_dir():
        remedy = f"delete it: rm -r {SHIMS}; where something outside imports it: vibesafe scan --write-shims"
        yield Problem(SHIMS, "holds modules that load what an older release stored", remedy)


def _refuse_broken(file: TextFile) -> dict[str, object]:
    try:
        return tomllib.loads(file.text)
    except tomllib.TOMLDecodeError as error:
        problem = Problem(file.path.name, f"is not TOML: {error}", "mend it; nothing was changed")
        raise VibesafeConfigurationError(problem) from error


def _change(file: TextFile, text: str) -> Change:
    return Change(file.path, file.content, file.edited(text) if text != file.text else file.content or b"")
