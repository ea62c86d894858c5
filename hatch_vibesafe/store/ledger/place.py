"""Where a project's ledger is, and where its requests stand before they are sent."""

from pathlib import Path

from hatch_vibesafe.project import Project


def ledger_place(project: Project) -> Path | str:
    """Return the file in the project, or the address that the configuration names."""
    return project.config.ledger.url or journals_place(project) / "runs.db"


def journals_place(project: Project) -> Path:
    """Return the directory of the requests that are about to be sent: on this machine, wherever the ledger is."""
    return project.root / ".vibesafe"
