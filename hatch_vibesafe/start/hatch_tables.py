"""What `pyproject.toml`, and `hatch.toml` beside it, lack of the configuration that hatch needs. Pure."""

import re
import tomllib
from dataclasses import dataclass, field

from packaging.requirements import InvalidRequirement, Requirement

from hatch_vibesafe.problems import Problem, VibesafeConfigurationError
from hatch_vibesafe.start.toml_edits import Keys, UneditableError, value_at, with_item, with_table

RUNTIME = "vibesafe-runtime"
PYPROJECT = "pyproject.toml"
HATCH = "hatch.toml"
_TOOL = "hatch-vibesafe"
_TOOLS = "hatch-vibesafe[dev]"
_HOOK = ("build", "hooks", "vibesafe")
_TARGET_HOOK = ("build", "targets", "wheel", "hooks", "vibesafe")
_COLLECTOR = ("env", "collectors", "vibesafe")
_ENVIRONMENT = ("envs", "vibesafe")
_REQUIRES = ("env", "requires")


def with_tables(pyproject: str, hatch: str) -> tuple[str, str]:
    """Return the texts of both files with what was missing in them; "" stands for a file that is not there.

    Raises:
        VibesafeConfigurationError: with everything that has a form which cannot be edited.
    """
    edits = _Edits({PYPROJECT: pyproject, HATCH: hatch}, frozenset(tomllib.loads(hatch)))
    edits.require(PYPROJECT, ("build-system", "requires"), _TOOL)
    if not has_dynamic_dependencies(tomllib.loads(pyproject)):
        edits.require(PYPROJECT, ("project", "dependencies"), RUNTIME)
    if not edits.has(_HOOK) and not edits.has(_TARGET_HOOK):
        edits.table(_HOOK)
    # Who has written the environment needs no collector.
    if edits.has(_COLLECTOR) or not edits.has(_ENVIRONMENT):
        edits.require(*edits.place(_REQUIRES), _TOOLS)
        if not edits.has(_COLLECTOR):
            edits.table(_COLLECTOR)
    if edits.problems:
        raise VibesafeConfigurationError(*edits.problems)
    return edits.texts[PYPROJECT], edits.texts[HATCH]


def has_dynamic_dependencies(document: dict[str, object]) -> bool:
    """Return whether something else than `[project] dependencies` says what a project depends on."""
    dynamic = value_at(document, ("project", "dynamic"))
    return isinstance(dynamic, list) and "dependencies" in dynamic


@dataclass(slots=True)
class _Edits:
    texts: dict[str, str]
    in_hatch_toml: frozenset[str]
    problems: list[Problem] = field(default_factory=list)

    def place(self, keys: Keys) -> tuple[str, Keys]:
        """Return where a setting of hatch stands: a key at the top of `hatch.toml` counts there alone."""
        return (HATCH, keys) if keys[0] in self.in_hatch_toml else (PYPROJECT, ("tool", "hatch", *keys))

    def has(self, keys: Keys) -> bool:
        name, full = self.place(keys)
        return value_at(tomllib.loads(self.texts[name]), full) is not None

    def require(self, name: str, keys: Keys, need: str) -> None:
        text = self.texts[name]
        if _lacks(value_at(tomllib.loads(text), keys), need):
            try:
                self.texts[name] = with_item(text, keys, need)
            except UneditableError:
                self._by_hand(f"{name} {'.'.join(keys)}", f'add "{need}" to it yourself')

    def table(self, keys: Keys) -> None:
        name, full = self.place(keys)
        try:
            self.texts[name] = with_table(self.texts[name], full)
        except UneditableError:
            self._by_hand(name, f"add [{'.'.join(full)}] to it yourself")

    def _by_hand(self, where: str, remedy: str) -> None:
        what = "is written in a form that is not edited here"
        self.problems.append(Problem(where, what, f"{remedy}, and run `vibesafe init` again"))


def _lacks(requirements: object, need: str) -> bool:
    """Return whether no requirement that holds everywhere names the same distribution."""
    wanted = Requirement(need).name
    for each in requirements if isinstance(requirements, list) else ():
        try:
            found = Requirement(each)
        except (InvalidRequirement, TypeError):
            continue
        if re.sub(r"[-_.]+", "-", found.name).lower() == wanted and found.marker is None:
            return False
    return True
