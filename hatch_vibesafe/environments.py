"""The ready-made hatch environment `vibesafe`: `hatch run vibesafe:compile`, `hatch run vibesafe:test` and so on."""

from hatch.env.collectors.plugin.interface import EnvironmentCollectorInterface

ENVIRONMENT = "vibesafe"
COMMANDS = ("scan", "compile", "test", "save", "status", "diff", "check")

Table = dict[str, object]


class VibesafeEnvironmentCollector(EnvironmentCollectorInterface):
    """Adds one environment with the development tools and a script for each command.

    Switched on by a table `[tool.hatch.env.collectors.vibesafe]`. What the project itself says in
    `[tool.hatch.envs.vibesafe]` stands: its keys replace ours, its scripts join and replace ours.
    """

    PLUGIN_NAME = "vibesafe"

    def get_initial_config(self) -> dict[str, Table]:
        """Return the environment before the project's own tables are put over it."""
        return {ENVIRONMENT: {"dependencies": ["hatch-vibesafe[dev]"]}}

    def finalize_config(self, config: dict[str, Table]) -> None:
        """Add the scripts that the project has not defined."""
        environment = config[ENVIRONMENT]
        written = environment.get("scripts", {})
        if isinstance(written, dict):
            environment["scripts"] = {name: f"vibesafe {name} {{args}}" for name in COMMANDS} | written
