"""Where a checkpoint lies: the only way from ids and hashes to paths, and the check that a path stays where it should.

Threat: an index or a directory that names `../../evil`, a shortened hash, or a symbolic link to somebody else's code.
"""

import os
from pathlib import Path

from hatch_vibesafe.identity import CheckpointHash, UnitId, parse_digest
from hatch_vibesafe.problems import Problem, VibesafeHashMismatch
from hatch_vibesafe.store.files import quoted

IMPLEMENTATION = "impl.py"
META = "meta.toml"
EVIDENCE = "evidence.toml"


def unit_directory(directory: Path, unit: UnitId) -> Path:
    """Return where the checkpoints of a unit lie below the checkpoints `directory`: `<module>/<qualname>`."""
    checked = UnitId(unit.module, unit.qualname)
    return directory.joinpath(checked.module, checked.qualname)


def checkpoint_directory(directory: Path, unit: UnitId, checkpoint: CheckpointHash) -> Path:
    """Return where a checkpoint lies: `<module>/<qualname>/<checkpoint hash>`. Nothing needs to exist.

    Raises:
        VibesafeHashMismatch: if `checkpoint` is not a whole SHA-256 digest, or a symbolic link stands on the way.
    """
    try:
        name = parse_digest(checkpoint)
    except ValueError as error:
        problem = Problem(str(unit), f"its checkpoint is {error}", f"vibesafe compile --target {unit}")
        raise VibesafeHashMismatch(problem) from None
    of_unit = str(unit_directory(directory, unit))
    for step in (f"{directory}{os.sep}{unit.module}", of_unit, f"{of_unit}{os.sep}{name}"):
        if os.path.islink(step):  # noqa: PTH114 - asked three times a checkpoint, and a `Path` costs more than the question
            what = "is a symbolic link; checkpoints are read where they are, never through links"
            raise VibesafeHashMismatch(Problem(step, what, f"rm {quoted(step)} && git restore {quoted(step)}"))
    return Path(of_unit, name)


def restore(path: Path | str, unit: UnitId) -> str:
    """Return the command that brings back what belongs at `path`, and the one for what was never committed."""
    return f"git restore {quoted(path)}  # or, never committed: vibesafe compile --force --target {unit}"
