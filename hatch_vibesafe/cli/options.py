"""The options that commands share."""

from pathlib import Path

import click


def unit_ids(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:  # noqa: ARG001 - click's signature
    """Return the unit ids that a word which is being typed can become; none where no project can be read."""
    from hatch_vibesafe.problems import VibesafeError  # noqa: PLC0415 - only where a shell completes
    from hatch_vibesafe.project import open_project, scan_project  # noqa: PLC0415 - likewise

    try:
        project = open_project(Path.cwd())
        # Elsewhere everything below the directory would be walked, which can be the whole disk.
        if not _has_units(project.root):
            return []
        found = scan_project(project)
    except (VibesafeError, OSError, UnicodeError):
        return []
    units = [spec.unit for spec in found.specs] + [each.unit for each in found.invalid]
    return [str(unit) for unit in sorted(units) if str(unit).startswith(incomplete)]


def _has_units(root: Path) -> bool:
    """Return whether a directory is configured, or requires something of ours."""
    from hatch_vibesafe.config_file import is_configured  # noqa: PLC0415 - only where a shell completes

    description = root / "pyproject.toml"
    return is_configured(root) or (description.is_file() and "vibesafe" in description.read_text(encoding="utf-8"))


unit = click.argument("unit", shell_complete=unit_ids)

target = click.option(
    "--target",
    "targets",
    multiple=True,
    metavar="UNIT|MODULE|GLOB",
    shell_complete=unit_ids,
    help="Only these units: an id (app.math/add), a module or package (app.math), or a glob ('app.*/add'). Repeatable.",
)

allow_unsandboxed = click.option(
    "--allow-unsandboxed",
    is_flag=True,
    help="Run generated code even where this machine cannot confine it as the project requires.",
)

as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON document on standard output.")

again = click.option("--again", is_flag=True, help="Gate all, also what was found here before and has not changed.")
