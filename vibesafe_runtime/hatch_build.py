"""Puts the start file and what it imports beside the package: hatchling would put all that lies here into it."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

BESIDE = {"vibesafe-runtime.pth": "vibesafe-runtime.pth", "_first.py": "_vibesafe_first.py"}


class StartFile(BuildHookInterface):  # type: ignore[type-arg]  # the builder's configuration is of no interest here
    """The hook that hatchling finds in this file."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - the signature is hatchling's
        """Add the files and give them places of their own, before the one that everything else has."""
        if self.target_name == "wheel":
            places = self.build_config.sources
            others = dict(places)
            places.clear()
            places.update({**{place: place for place in BESIDE.values()}, **others})
            for file, place in BESIDE.items():
                build_data["force_include"][str(Path(self.root, file))] = place
