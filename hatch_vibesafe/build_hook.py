"""The hatchling build hook: glue between hatchling and `ship`, and the one place that aborts a build.

It verifies and bakes; it never generates, needs no network and no key, and writes nothing into the source tree.
"""

import gc
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hatchling.builders.config import BuilderConfig
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

from hatch_vibesafe.problems import Problem, VibesafeConfigurationError, VibesafeError, render
from hatch_vibesafe.project import Project, open_project
from hatch_vibesafe.ship.active import ActiveUnits, read_active_units
from hatch_vibesafe.ship.bake import bake, implementations_of, reserved_names
from hatch_vibesafe.ship.bill import bill_name, bill_of
from hatch_vibesafe.ship.recipe import TOOL, recipe_of
from hatch_vibesafe.ship.sdist_files import check_sdist, sdist_files, spec_sources
from hatch_vibesafe.ship.signing import refuse_shipped_key
from hatch_vibesafe.ship.wheel_check import check_wheel
from hatch_vibesafe.store.places import IMPLEMENTATION, checkpoint_directory
from hatch_vibesafe.unexpected import unexpected

RUNTIME = "vibesafe-runtime"


class VibesafeBuildHook(BuildHookInterface[BuilderConfig]):
    """The build hook `vibesafe`: `[tool.hatch.build.hooks.vibesafe]`.

    A wheel gets the baked packages, a source distribution the files that the same wheel needs; an editable install is
    not touched. Where anything does not agree, the build ends with one table of problems and leaves no artifact.
    """

    PLUGIN_NAME = "vibesafe"

    _directory: TemporaryDirectory[str] | None = None
    _expected: Mapping[str, bytes] | None = None

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Check everything that is about to ship and hand the generated files to hatchling."""
        if version == "editable" or self.target_name not in {"sdist", "wheel"}:
            return
        self._or_abort(lambda: self._prepare(build_data))

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002 - hatchling's
        """Open the finished artifact anew and compare it with what was checked; delete it where it differs."""
        expected, self._expected = self._expected, None
        self.clean([])
        if expected is None:
            return
        artifact = Path(artifact_path)
        check = check_wheel if self.target_name == "wheel" else check_sdist

        def compare() -> None:
            try:
                problems = check(artifact, expected)
            except BaseException:
                artifact.unlink(missing_ok=True)
                raise
            if problems:
                artifact.unlink(missing_ok=True)
                raise VibesafeError(*problems)

        self._or_abort(compare)

    def clean(self, versions: list[str]) -> None:  # noqa: ARG002 - hatchling's signature
        """Remove the temporary directory of a build."""
        if self._directory is not None:
            self._directory.cleanup()
            self._directory = None

    def _prepare(self, build_data: dict[str, Any]) -> None:
        project = self._project()
        refuse_shipped_key(project.config.signing, project.root)
        active = read_active_units(project)
        problems = (*active.problems, *self._runtime_problems(), *reserved_names(active.units, active.sources))
        if problems:
            raise VibesafeError(*problems)
        if self.target_name == "wheel":
            self._put_into_the_wheel(project, active, build_data)
        else:
            self._put_into_the_sdist(project, active, build_data)

    def _put_into_the_wheel(self, project: Project, active: ActiveUnits, build_data: dict[str, Any]) -> None:
        baked = self._expected = bake(active.units, active.sources, recipe_of(project))
        self._directory = TemporaryDirectory(prefix="vibesafe-build-")
        # An implementation goes in from where it lies; that it is what was checked, the finished wheel is asked.
        stored = implementations_of(active.units, active.sources)
        for number, (name, content) in enumerate(baked.items()):
            file = Path(self._directory.name, str(number))
            if (unit := stored.get(name)) is not None:
                place = checkpoint_directory(project.checkpoints_path, unit.spec.unit, unit.checkpoint.hash)
                file = place / IMPLEMENTATION
            else:
                file.write_bytes(content)
            build_data["force_include"][str(file)] = self._before_sources(name)
        build_data["sbom_files"].append(str(self._write_bill(Path(self._directory.name), active, baked)))

    def _put_into_the_sdist(self, project: Project, active: ActiveUnits, build_data: dict[str, Any]) -> None:
        files = sdist_files(project, active.units)
        self._leave_out_the_rest_of_the_store(project)
        for name in files:
            build_data["force_include"][str(project.root / name)] = self._before_sources(name)
        place = self.build_config.get_distribution_path
        self._expected = files | {place(path): text for path, text in spec_sources(active).items()}

    def _write_bill(self, directory: Path, active: ActiveUnits, baked: Mapping[str, bytes]) -> Path:
        name = self.metadata.core.raw_name
        bill = directory / bill_name(name)
        bill.write_bytes(bill_of(name, self.metadata.version, active, baked, TOOL))
        return bill

    def _project(self) -> Project:
        project = open_project(Path(self.root))
        if project.root != Path(self.root).resolve():
            what = f"has no configuration of its own; {project.config.source} above it is not part of what is built"
            remedy = "add an empty [tool.vibesafe] table to pyproject.toml, and repeat there what it needs"
            raise VibesafeConfigurationError(Problem(str(Path(self.root) / "pyproject.toml"), what, remedy))
        return project

    def _leave_out_the_rest_of_the_store(self, project: Project) -> None:
        # hatchling walks into no directory with a reserved name; what is named one by one is still carried.
        paths = project.config.paths
        store = (".vibesafe", paths.checkpoints, paths.cache)
        self.build_config.build_reserved_paths |= {str(Path(path)) for path in store}

    def _before_sources(self, name: str) -> str:
        """Return the place which hatchling's `sources` setting turns into `name`."""
        if self.build_config.get_distribution_path(name) == name:
            return name
        for source, replacement in self.build_config.sources.items():
            place = source + name[len(replacement) :]
            if name.startswith(replacement) and self.build_config.get_distribution_path(place) == name:
                return place
        return name

    def _runtime_problems(self) -> Iterator[Problem]:
        required = self.metadata.core.dependencies_complex.values()
        if any(_normalised(need.name) == RUNTIME and need.marker is None for need in required):
            return
        what = f"the installed project needs {RUNTIME}, but does not depend on it"
        yield Problem("pyproject.toml", what, f'add "{RUNTIME}" to the dependencies of [project]')

    def _or_abort(self, step: Callable[[], None]) -> None:
        try:
            with _collector_at_rest():
                step()
        except VibesafeError as error:
            message = str(error)
        except Exception as error:  # noqa: BLE001 - whatever goes wrong, a user sees a problem and never a traceback
            remedy = "mend what the message names; where it names nothing of yours, report it as our bug"
            message = render([unexpected(TOOL, "the build hook", error, remedy)])
        else:
            return
        self.clean([])
        self.app.abort(message)


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """Keep Python from looking for garbage: a build makes a great many objects and drops hardly any of them."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def _normalised(name: str) -> str:
    """Return a distribution's name as PEP 503 compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()
