"""The files among which a baked package stands: installed ones, or those of a wheel."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from posixpath import normpath
from zipfile import BadZipFile, ZipFile

# Where a wheel's own data directories go (the binary distribution format, "The .data directory").
_LIBRARY = re.compile(r"\A[^/]+\.data/(?:purelib|platlib)/")

Finding = tuple[str, str]  # where, and what


@dataclass(frozen=True, slots=True)
class Files:
    """The files among which a baked package stands.

    Attributes:
        read: Returns the bytes of a file by its path; raises `OSError` where it cannot.
        names: Returns the names of what stands directly in a directory.
        base: The directory, where they are installed: there Python may run something else in the place of a file.
    """

    read: Callable[[str], bytes]
    names: Callable[[str], set[str]]
    base: Path | None = None


def installed_files(base: Path) -> Files:
    """Return the files that are installed in a directory."""
    return Files(
        lambda path: (base / path).read_bytes(), lambda path: {file.name for file in (base / path).iterdir()}, base
    )


def wheel_files(wheel: ZipFile) -> Files:
    """Return the files of a wheel by the places where installers put them.

    One that is there twice, or under another name than its place, cannot be read: nobody knows which is meant.
    """
    members: dict[str, list[str]] = {}
    for member in wheel.namelist():
        members.setdefault(normpath(_LIBRARY.sub("", member, count=1)), []).append(member)

    def read(path: str) -> bytes:
        if (found := members.get(path, [])) != [path]:
            raise FileNotFoundError(0, f"{len(found)} files go there: {found}" if found else "there is no such file")
        try:
            return wheel.read(path)
        except BadZipFile as error:
            raise OSError(0, str(error)) from None

    def names(path: str) -> set[str]:
        above = f"{path}/" if path else ""
        return {place[len(above) :] for place in members if place.startswith(above)}

    return Files(read, names)
