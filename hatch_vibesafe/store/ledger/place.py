"""Where a project's ledger is."""

from pathlib import Path

from hatch_vibesafe.project import Project


def ledger_place(project: Project) -> Path | str:
    """Return the file in the project, or the address that the configuration names."""
    return project.config.ledger.url or project.root / ".vibesafe" / "runs.db"
