"""Puts `vibesafe-runtime.pth` beside the package in the wheel: hatchling would put all that lies here into it."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

START_FILE = "vibesafe-runtime.pth"


class StartFile(BuildHookInterface):  # type: ignore[type-arg]  # the builder's configuration is of no interest here
    """The hook that hatchling finds in this file."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - the signature is hatchling's
        """Add the file and give it a place of its own, before the one that everything else has."""
        if self.target_name == "wheel":
            places = self.build_config.sources
            others = dict(places)
            places.clear()
            places.update({START_FILE: START_FILE, **others})
            build_data["force_include"][str(Path(self.root, START_FILE))] = START_FILE
