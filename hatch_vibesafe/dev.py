"""What an import does in a source checkout: load what is locked; in development, have written what drifted.

The runtime looks this module up by name where there is no baked package, so nothing here exists in production.
"""

import functools
import linecache
import os
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import NoReturn

from hatch_vibesafe.checkout import Checkout, checkout_of, index_of
from hatch_vibesafe.config import MODES, gate_settings_digest
from hatch_vibesafe.installed import is_installed
from hatch_vibesafe.problems import (
    Problem,
    VibesafeCheckpointMissing,
    VibesafeConfigurationError,
    VibesafeError,
    VibesafeHashMismatch,
)
from hatch_vibesafe.project import Project
from hatch_vibesafe.ship.contract_wrapper import checked_mode, contract_wrapper
from hatch_vibesafe.spec.contract_modes import OFF
from hatch_vibesafe.spec.model import Spec
from hatch_vibesafe.store.checkpoints import read_checkpoint
from hatch_vibesafe.store.drift import UnitStatus, missing_example, unit_status
from hatch_vibesafe.store.places import IMPLEMENTATION, checkpoint_directory
from hatch_vibesafe.store.records import Checkpoint
from vibesafe_runtime._names import BEHIND, implementation_module, root_package

# What the generator and the gates import, of the extra `dev`.
_DEVELOPMENT_PACKAGES = frozenset(
    {"click", "httpx2", "hypothesis", "jinja2", "mypy", "platformdirs", "pytest", "rich", "ruff", "tomlkit"}
)
MODE_VARIABLE = "VIBESAFE_ENV"
Implementation = Callable[..., object]


class VibesafeDriftWarning(UserWarning):
    """In development, something differs from what is locked."""


def implementation(function: Implementation, module_name: str, module_file: str | None) -> Implementation:
    """Return the implementation of a decorated stub in a source checkout.

    Raises:
        VibesafeConfigurationError: if the configuration or `VIBESAFE_ENV` cannot be used.
        VibesafeHashMismatch: in mode "prod", if anything differs from what is locked.
        VibesafeCheckpointMissing: if the module comes from an installed wheel, which then has no baked package; in mode
            "prod" if nothing is active; in mode "dev" when a unit that has no implementation is called.
    """
    name = f"{module_name}/{function.__qualname__}"
    if module_file is None or not Path(module_file).is_file():
        _missing(name, "its source is not a file, so its spec cannot be read", "put the stub into a file")
    source = Path(module_file).resolve()
    if is_installed(source):
        _missing(
            name,
            "it was installed from a wheel that has no baked package",
            "build the wheel again with its build hooks on (HATCH_BUILD_NO_HOOKS unset) and reinstall it",
        )
    checkout = checkout_of(source)
    mode = _mode(checkout.project)
    spec = _spec_of(checkout, source, function)
    status = _status(checkout.project, spec)
    problems = tuple(problem for problem in status.problems if problem not in missing_example(spec))
    if not problems and status.active is not None:
        found = _load(checkout, spec, read_checkpoint(checkout.project.checkpoints_path, spec.unit, status.active))
        return _as_imported(found, module_name, function)
    if mode == "prod":
        raise (VibesafeCheckpointMissing if status.active is None else VibesafeHashMismatch)(*problems)
    return _as_imported(_in_development(checkout, spec, problems, function), module_name, function)


def _mode(project: Project) -> str:
    mode = os.environ.get(MODE_VARIABLE, project.config.env)
    if mode not in MODES:
        raise VibesafeConfigurationError(
            Problem(MODE_VARIABLE, f"is {mode!r}, which is no mode", f"set it to {' or '.join(MODES)}, or unset it")
        )
    return mode


def _spec_of(checkout: Checkout, source: Path, function: Implementation) -> Spec:
    """Return the spec of a decorated stub, found by its file: a script's module is named `__main__`."""
    for spec in checkout.scan.specs:
        if spec.unit.qualname == function.__qualname__ and (checkout.project.root / spec.path).resolve() == source:
            return spec
    for unit in checkout.scan.invalid:
        if unit.unit.qualname == function.__qualname__ and (checkout.project.root / unit.path).resolve() == source:
            raise VibesafeConfigurationError(*unit.problems)
    problems = checkout.scan.problems or (
        Problem(f"{source.name}/{function.__qualname__}", "the scan does not find this unit", "see `vibesafe scan`"),
    )
    raise VibesafeConfigurationError(*problems)


def _status(project: Project, spec: Spec) -> UnitStatus:
    required = project.config.gates.required
    return unit_status(
        spec,
        index_of(project),
        project.checkpoints_path,
        gate_settings_digest(project.config),
        required,
        min_sandbox=project.config.sandbox.min_sandbox,
    )


def _in_development(
    checkout: Checkout, spec: Spec, problems: tuple[Problem, ...], function: Implementation
) -> Implementation:
    """Say what drifted and return the unit, written anew, or a stand-in that says why it could not be."""
    try:
        # The generator is imported only when something has to be written: most imports of a checkout need none of it.
        from hatch_vibesafe.generate.on_import import write_unit  # noqa: PLC0415 - see above

        _warn(problems)
        written = write_unit(checkout.project, checkout.scan, spec)
    except VibesafeError as error:
        return _stand_in(function, (*problems, *error.problems))
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in _DEVELOPMENT_PACKAGES:
            raise  # something is broken, and nothing that an installation of ours would mend
        tools = Problem(
            "hatch-vibesafe", "the generator and the gates are not installed", "pip install 'hatch-vibesafe[dev]'"
        )
        return _stand_in(function, (*problems, tools))
    return _load(checkout, spec, written)


def _warn(problems: tuple[Problem, ...]) -> None:
    for problem in problems:
        warnings.warn(f"{problem.where}: {problem.what}; {problem.remedy}", VibesafeDriftWarning, stacklevel=2)


def _stand_in(function: Implementation, problems: tuple[Problem, ...]) -> Implementation:
    """Return a function with the stub's name and signature that raises when it is called.

    Raising at once would keep a module with one unwritten unit from being imported, and so from being worked on.
    """

    @functools.wraps(function)
    def refuse(*_arguments: object, **_keywords: object) -> NoReturn:
        raise VibesafeCheckpointMissing(*problems)

    return refuse


def _load(checkout: Checkout, spec: Spec, checkpoint: Checkpoint) -> Implementation:
    """Run exactly the bytes that were read and checked, under the name that they will have in the wheel.

    Where the wheel will check calls of the unit, so does what is returned.
    """
    unit = checkpoint.unit
    name = implementation_module(unit.module, unit.qualname, root_package(unit.module, checkout.packages.__contains__))
    file = checkpoint_directory(checkout.project.checkpoints_path, unit, checkpoint.hash) / IMPLEMENTATION
    mode = checked_mode(spec, checkout.project.config.build.contracts)
    if mode == OFF:
        return _run(name, str(file), checkpoint.implementation, unit.name)
    _run(name + BEHIND, str(file), checkpoint.implementation, unit.name)
    text = contract_wrapper(spec, name + BEHIND, mode)
    place = f"<checks of {unit}>"
    # It is in no file; so tracebacks and debuggers find its lines.
    linecache.cache[place] = (len(text), None, text.splitlines(keepends=True), place)
    return _run(name, place, text.encode(), unit.name)


def _run(name: str, file: str, source: bytes, attribute: str) -> Implementation:
    module = ModuleType(name)
    module.__file__ = file
    sys.modules[name] = module
    exec(compile(source, file, "exec", dont_inherit=True), module.__dict__)  # noqa: S102 - it is what this module is for
    loaded: Implementation = getattr(module, attribute)
    return loaded


def _as_imported(found: Implementation, module_name: str, function: Implementation) -> Implementation:
    """Return the implementation of a function of a module, which says that it is of that module.

    `pickle` refers to a function by that name, and in a checkout nothing can import the implementation by its own: a
    process that has not imported the spec module, such as a spawned child, would not find it.
    """
    if "." not in function.__qualname__:
        found.__module__ = module_name
    return found


def _missing(unit: str, what: str, remedy: str) -> NoReturn:
    raise VibesafeCheckpointMissing(Problem(unit, what, remedy))
