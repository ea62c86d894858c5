"""The ready-made hatch environment `vibesafe`: `hatch run vibesafe:compile`, `hatch run vibesafe:test` and so on."""

from hatch.env.collectors.plugin.interface import EnvironmentCollectorInterface

from hatch_vibesafe.problems import Problem, render

ENVIRONMENT = "vibesafe"
COMMANDS = ("scan", "compile", "test", "save", "status", "diff", "check")

_TABLE = "[tool.hatch.env.collectors.vibesafe]"

Table = dict[str, object]


class VibesafeEnvironmentCollector(EnvironmentCollectorInterface):
    """Adds one environment with the development tools and a script for each command.

    Switched on by a table `[tool.hatch.env.collectors.vibesafe]`. What the project itself says in
    `[tool.hatch.envs.vibesafe]` stands: its keys replace ours, its scripts join and replace ours.
    """

    PLUGIN_NAME = "vibesafe"

    def get_initial_config(self) -> dict[str, Table]:
        """Return the environment before the project's own tables are put over it.

        Raises:
            SystemExit: if the collector's own table holds a key: it has none, and a misspelt one must not go unseen.
        """
        if self.config:
            remedy = "write what is for the environment into [tool.hatch.envs.vibesafe]"
            raise SystemExit(render([Problem(f"{_TABLE} {key}", "is no key of it", remedy) for key in self.config]))
        return {ENVIRONMENT: {"dependencies": ["hatch-vibesafe[dev]"]}}

    def finalize_config(self, config: dict[str, Table]) -> None:
        """Add what the project has not said itself: scripts, and uv as installer, which is several times quicker."""
        environment = config[ENVIRONMENT]
        if "installer" not in config.get("default", {}):
            environment.setdefault("installer", "uv")
        written = environment.get("scripts", {})
        if isinstance(written, dict):
            environment["scripts"] = {name: f"vibesafe {name} {{args}}" for name in COMMANDS} | written
