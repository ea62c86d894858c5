"""A tree of modules that is there already, an installed one or a copy of the sources, and what is baked into it.

The threat: what the gates saw is not what the tree holds. So every module of a top-level package with units that the
project and the tree both have must be the same in both, byte for byte, and those that the manifest pins must be there.
"""

import base64
import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from hatch_vibesafe.identity import digest
from hatch_vibesafe.problems import Problem, VibesafeError
from hatch_vibesafe.ship.active import ActiveUnits
from hatch_vibesafe.spec.model import SourceFile
from hatch_vibesafe.store import temporaries
from hatch_vibesafe.store.files import problem_of, quoted, sync_directory, write_atomically, write_new
from vibesafe_runtime._files import installed_files
from vibesafe_runtime._manifest import MANIFEST, parse_manifest
from vibesafe_runtime._verify import Verdict, verify_package


@dataclass(frozen=True, slots=True)
class Baked:
    """The files of one baked package.

    Attributes:
        directory: Its place in the tree, `shop/_vibesafe`.
        files: Each file's bytes, by its name in that directory.
    """

    directory: str
    files: Mapping[str, bytes]


def packages_of(baked: Mapping[str, bytes]) -> tuple[Baked, ...]:
    """Return the baked packages that these files make, sorted."""
    directories = sorted({name.rpartition("/")[0] for name in baked})
    return tuple(
        Baked(each, {name.rpartition("/")[2]: text for name, text in baked.items() if name.rpartition("/")[0] == each})
        for each in directories
    )


def place_of(source: SourceFile) -> str:
    """Return the place of a source file in a tree."""
    return source.module.replace(".", "/") + ("/__init__.py" if source.is_package else ".py")


def differences(tree: Path, active: ActiveUnits, baked: Mapping[str, bytes]) -> Iterator[Problem]:
    """Yield a problem for each module of the tree that is not what was checked."""
    pinned = {path for name, text in baked.items() if _is_manifest(name) for path in parse_manifest(text)}
    tops = {unit.spec.unit.module.partition(".")[0] for unit in active.units}
    remedy = f"install or copy the project as it is now to {quoted(tree)}, and bake again"
    for source in active.sources:
        place = place_of(source)
        if not source.in_wheel or source.module.partition(".")[0] not in tops:
            continue
        found = _content(tree / place)
        if found is None and place in pinned:
            below = tree / "src"
            there = _content(below / place) is not None
            yield Problem(
                str(tree / place),
                "is not there, and a unit of it was to be baked",
                f"vibesafe bake {quoted(below)}"
                if there
                else "name the directory that holds the packages: "
                "site-packages, the --target of an installation, or a copy of the sources",
            )
        elif found is not None and found != source.content:
            yield Problem(str(tree / place), f"is not {source.path}, which was checked and locked", remedy)


def obstructions(tree: Path, packages: tuple[Baked, ...]) -> Iterator[Problem]:
    """Yield a problem for each place of a baked package where something stands that is none."""
    for package in packages:
        path = tree / package.directory
        if path.is_symlink() or (path.exists() and not (path / MANIFEST).is_file()):
            what = "stands where generated code goes, and is no baked package"
            yield Problem(str(path), what, f"move it away: ls -ld {quoted(path)}")


def write_packages(tree: Path, packages: tuple[Baked, ...]) -> None:
    """Write the baked packages, each whole or not at all, in the place of those that were there.

    Between the removal of an old one and the arrival of the new one an import is refused; it never sees half of either.

    Raises:
        VibesafeError: if one cannot be written.
    """
    for package in packages:
        path = tree / package.directory
        try:
            temporaries.sweep(path.parent)
            with temporaries.temporary_directory(path) as new, temporaries.temporary_directory(path) as old:
                for name, content in package.files.items():
                    write_new(new / name, content)
                sync_directory(new)
                if path.exists():
                    path.rename(old / path.name)
                new.rename(path)
                sync_directory(path.parent)
        except OSError as error:
            raise VibesafeError(problem_of(error, path, "written")) from error


def remove_packages(tree: Path, packages: tuple[Baked, ...]) -> None:
    """Remove baked packages that turned out wrong: without them an import is refused."""
    for package in packages:
        if (tree / package.directory).exists():
            temporaries.remove(tree / package.directory)


def verified(tree: Path, packages: tuple[Baked, ...]) -> tuple[Verdict, ...]:
    """Return what the verifier of installed packages says of each, read anew from disk."""
    remedy = "mend what is named and bake again"
    files = installed_files(tree)
    return tuple(verify_package(files, f"{each.directory}/{MANIFEST}", None, remedy) for each in packages)


def record(tree: Path, packages: tuple[Baked, ...], beside: str) -> Path | None:
    """Enter the files into the `RECORD` of the distribution that brought `beside`, so that they go when it goes.

    Returns:
        The `RECORD` that was changed; None where no distribution in the tree says that it brought that file.

    Raises:
        VibesafeError: if it cannot be written.
    """
    for path in sorted(tree.glob("*.dist-info/RECORD")):
        rows = [*csv.reader(io.StringIO(path.read_text(encoding="utf-8")))]
        if not any(row and row[0] == beside for row in rows):
            continue
        ours = tuple(f"{package.directory}/" for package in packages)
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerows(row for row in rows if row and not row[0].startswith(ours))
        for package in packages:
            for name, content in sorted(package.files.items()):
                encoded = base64.urlsafe_b64encode(bytes.fromhex(digest(content))).rstrip(b"=").decode()
                writer.writerow((f"{package.directory}/{name}", f"sha256={encoded}", len(content)))
        write_atomically(path, text.getvalue().encode())
        return path
    return None


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise VibesafeError(problem_of(error, path, "read")) from error


def _is_manifest(name: str) -> bool:
    return name.rpartition("/")[2].partition(".")[0] == MANIFEST
