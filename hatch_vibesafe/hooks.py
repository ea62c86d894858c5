"""What hatch and hatchling find: the registration of the plugins, nothing else."""

from typing import TYPE_CHECKING

from hatchling.plugin import hookimpl

from hatch_vibesafe.build_hook import VibesafeBuildHook

if TYPE_CHECKING:
    from hatch_vibesafe.environments import VibesafeEnvironmentCollector


@hookimpl
def hatch_register_build_hook() -> type[VibesafeBuildHook]:
    """Return the build hook `vibesafe`."""
    return VibesafeBuildHook


@hookimpl
def hatch_register_environment_collector() -> "type[VibesafeEnvironmentCollector]":
    """Return the environment collector `vibesafe`. Only hatch asks for it; hatchling alone has none."""
    from hatch_vibesafe.environments import VibesafeEnvironmentCollector  # noqa: PLC0415 - needs hatch, see above

    return VibesafeEnvironmentCollector
