"""`__generated__`, where projects of older releases import units from: modules that import them from where they are."""

from collections.abc import Iterable
from pathlib import Path

from hatch_vibesafe.identity import UnitId
from hatch_vibesafe.problems import Problem, VibesafeConfigurationError
from hatch_vibesafe.start.changes import Change
from hatch_vibesafe.start.text_file import read_text_file

SHIMS = "__generated__"
_HEADER = (
    "# Written by `vibesafe scan --write-shims`, for imports of older releases; better: from {module} import {name}\n"
)
_BEGINNINGS = (_HEADER.partition(",")[0], "# AUTO-GENERATED SHIM BY VIBESAFE")


def shim_changes(root: Path, units: Iterable[UnitId]) -> tuple[Change, ...]:
    """Return the shims that are missing or different, one file for each module that has functions as units.

    Raises:
        VibesafeConfigurationError: if a file stands in the way that was not written as a shim.
    """
    modules: dict[str, list[str]] = {}
    for unit in sorted(units):
        if "." not in unit.qualname:
            modules.setdefault(unit.module, []).append(unit.qualname)
    changes: list[Change] = []
    problems: list[Problem] = []
    for module, names in modules.items():
        file = read_text_file(root.joinpath(SHIMS, *module.split(".")).with_suffix(".py"))
        if file.content is not None and not file.text.startswith(_BEGINNINGS):
            what = "is no shim, and would be replaced by one"
            problems.append(Problem(str(file.path.relative_to(root)), what, "move it away"))
        text = _HEADER.format(module=module, name=names[0])
        after = (text + "".join(f"from {module} import {name} as {name}\n" for name in names)).encode()
        if after != file.content:
            changes.append(Change(file.path, file.content, after))
    if problems:
        raise VibesafeConfigurationError(*problems)
    return tuple(changes)
