"""`__generated__`, where projects of older releases import units from: modules that import them from where they are."""

from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from hatch_vibesafe.problems import Problem, VibesafeConfigurationError
from hatch_vibesafe.spec.model import Spec
from hatch_vibesafe.start.changes import Change
from hatch_vibesafe.start.text_file import read_text_file

SHIMS = "__generated__"
_HEADER = (
    "# Written by `vibesafe scan --write-shims`, for imports of older releases; better: from {module} import {name}\n"
)
_BEGINNINGS = (_HEADER.partition(",")[0], "# AUTO-GENERATED SHIM BY VIBESAFE")


def shim_changes(root: Path, specs: Iterable[Spec]) -> tuple[Change, ...]:
    """Return the shims that are missing or different, one file for each module that has functions as units.

    That of a package is an `__init__.py` too, so that those of its modules can be imported beside it.

    Raises:
        VibesafeConfigurationError: if a file stands in the way that was not written as a shim.
    """
    modules: dict[str, list[str]] = {}
    packages: set[str] = set()
    for spec in sorted(specs, key=lambda each: each.unit):
        if "." not in spec.unit.qualname:
            modules.setdefault(spec.unit.module, []).append(spec.unit.qualname)
            if PurePosixPath(spec.path).name == "__init__.py":
                packages.add(spec.unit.module)
    changes: list[Change] = []
    problems: list[Problem] = []
    for module, names in modules.items():
        place = root.joinpath(SHIMS, *module.split("."))
        file = read_text_file(place / "__init__.py" if module in packages else place.with_suffix(".py"))
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
