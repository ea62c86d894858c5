"""What an endpoint is served with: the distributions that are installed for it, with their versions."""

import ast
import sys
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import PackageNotFoundError, distribution, packages_distributions, version

from packaging.requirements import InvalidRequirement, Requirement

from hatch_vibesafe.cli.session import Session
from hatch_vibesafe.identity import UnitId
from hatch_vibesafe.problems import Problem
from hatch_vibesafe.spec.model import Spec
from hatch_vibesafe.store.checkpoints import read_checkpoint
from hatch_vibesafe.store.frozen import Versions, frozen_drift, normal_name, requirements_drift

_OURS = frozenset({"vibesafe-runtime", "hatch-vibesafe"})
_FRAMEWORK = "fastapi"


def versions_for(spec: Spec, sources: Iterable[str]) -> Versions:
    """Return the versions of what an endpoint is served with, FastAPI first of all, and of all that these require.

    Args:
        spec: The unit.
        sources: Its implementation and the module of its stub, whose imports count too.
    """
    known = packages_distributions()
    own = spec.unit.module.partition(".")[0]
    tops = {name for source in sources for name in _imported(source)} - sys.stdlib_module_names - {own}
    waiting = [_FRAMEWORK, *(name for top in sorted(tops) for name in known.get(top, ()))]
    found: dict[str, str] = {}
    while waiting:
        name = normal_name(waiting.pop())
        if name in found or name in _OURS:
            continue
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
        waiting += _required(name)
    return tuple(sorted(found.items()))


def installed_versions(names: Iterable[str]) -> dict[str, str]:
    """Return the versions of those distributions that are installed."""
    found: dict[str, str] = {}
    for name in set(names):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def active_versions(session: Session, units: Iterable[UnitId]) -> dict[UnitId, Versions]:
    """Return what the active checkpoints of units were frozen with; of those that were not, nothing."""
    found: dict[UnitId, Versions] = {}
    for unit in units:
        status = session.statuses[unit]
        if status.active is not None and not status.problems:
            found[unit] = read_checkpoint(session.project.checkpoints_path, unit, status.active).deps
    return {unit: versions for unit, versions in found.items() if versions}


def drifted(session: Session) -> tuple[Problem, ...]:
    """Return what is installed otherwise than endpoints were frozen with, and what the requirements say otherwise."""
    endpoints: Mapping[UnitId, Spec] = {spec.unit: spec for spec in session.specs if spec.options.kind == "http"}
    frozen = active_versions(session, endpoints)
    installed = installed_versions(name for versions in frozen.values() for name, _ in versions)
    problems = [
        problem
        for unit, versions in frozen.items()
        for problem in frozen_drift(endpoints[unit].where, versions, installed)
    ]
    return (*problems, *(() if session.targeted else requirements_drift(session.project.root, frozen)))


def _imported(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None and not node.level:
            yield node.module.partition(".")[0]


def _required(name: str) -> Iterator[str]:
    for line in distribution(name).requires or ():
        try:
            requirement = Requirement(line)
        except InvalidRequirement:
            continue
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            yield requirement.name
