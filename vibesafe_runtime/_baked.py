"""A baked package on disk or in a zip: found whole or refused, and read only through its manifest."""

import os

from vibesafe_runtime._exceptions import VibesafeCheckpointMissing, VibesafeHashMismatch
from vibesafe_runtime._manifest import MANIFEST, init_source, look_up, names_in, sha256
from vibesafe_runtime._names import implementation_module
from vibesafe_runtime._problems import Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_NO_ERROR_NUMBER = (None, 0)  # how zipimport says that there is no such file


class BakedPackage:
    """A baked package whose manifest and `__init__.py` agree.

    What a file *is* is decided by its bytes alone. A symbolic link is followed, because some installers make every
    installed file one, and what lies behind it is hashed like anything else.

    Attributes:
        name: Its module name, `shop._vibesafe`.
        owner: The package or the single module that it serves, `shop`.
        base: The directory (or the zip) that holds the top package.
        manifest: The bytes of its manifest.
        checked: The namespace of each covered module that ran before the finder stood, and was compared since.
    """

    __slots__ = ("_init_digest", "_init_path", "_read", "base", "checked", "manifest", "name", "owner")

    def __init__(self, name: str, owner: str, base: str, manifest: bytes, read: "Callable[[str], bytes]") -> None:
        self.name = name
        self.owner = owner
        self.base = base
        self.manifest = manifest
        self.checked: dict[str, dict[str, object]] = {}
        self._read = read
        self._init_path = _directory(name) + "/__init__.py"
        self._init_digest = sha256(init_source(manifest))

    def owns(self, module: str) -> bool:
        """Return whether `module` is one that this package might cover."""
        return module in {self.name, self.owner} or module.startswith((f"{self.owner}.", f"{self.name}."))

    def digest(self, path: str) -> str | None:
        """Return the digest that a file must have; None where the manifest does not cover it."""
        return self._init_digest if path == self._init_path else look_up(self.manifest, path)

    def path_of(self, module: str) -> str | None:
        """Return the covered file that `module` is made of, relative to the base; None where it is not covered."""
        stem = _directory(module)
        return next((path for path in (f"{stem}/__init__.py", f"{stem}.py") if self.digest(path)), None)

    def implementation_module(self, module: str, qualname: str) -> str:
        """Return the name of the module that holds the implementation of `module/qualname`."""
        return implementation_module(module, qualname, self.owner if self.name.endswith("._vibesafe") else "")

    def place(self, path: str) -> str:
        """Return where a file lies."""
        return os.path.join(self.base, *path.split("/"))  # noqa: PTH118 - pathlib costs more than all of this package

    def read_unchecked(self, place: str) -> bytes:
        """Return the bytes of a file that no manifest covers, such as a package's data."""
        return self._read(place)

    def read(self, path: str) -> bytes:
        """Return the bytes of a covered file, read once and compared with its digest.

        Raises:
            VibesafeHashMismatch: if it is missing, unreadable or different.
        """
        place = self.place(path)
        expected = self.digest(path)
        try:
            content = self._read(place)
        except OSError as error:
            raise self.mismatch(place, _unreadable(error)) from None
        found = sha256(content)
        if found != expected:
            raise self.mismatch(place, f"has the SHA-256 {found}, but what was locked has {expected}")
        return content

    def mismatch(self, where: str, what: str) -> VibesafeHashMismatch:
        """Return the exception that says what differs and how to get back what was locked."""
        return VibesafeHashMismatch(_problem(self.base, self.name, where, what))

    def missing(self, where: str, what: str) -> VibesafeCheckpointMissing:
        """Return the exception that says which implementation there is none of."""
        return VibesafeCheckpointMissing(_problem(self.base, self.name, where, what))


def open_baked(name: str, owner: str, base: str, read: "Callable[[str], bytes]") -> BakedPackage | None:
    """Return the baked package `name` below `base`, or None where there is nothing of it at all.

    Raises:
        VibesafeHashMismatch: if the manifest, its `__init__.py` or the list of its files is not as it was built.
    """
    directory = os.path.join(base, *name.split("."))  # noqa: PTH118 - as above

    def found(file: str) -> bytes | None:
        try:
            return read(os.path.join(directory, file))  # noqa: PTH118 - as above
        except OSError as error:
            if _is_missing(error):
                return None
            raise VibesafeHashMismatch(_problem(base, name, directory, _unreadable(error))) from None

    manifest, init = found(MANIFEST), found("__init__.py")
    if manifest is None and init is None and not os.path.lexists(directory):
        return None
    if manifest is None or init != init_source(manifest):
        what = f"has not the {MANIFEST} and the __init__.py that belong together: one is missing or was changed"
        raise VibesafeHashMismatch(_problem(base, name, directory, what))
    _check_names(base, name, directory, manifest)
    return BakedPackage(name, owner, base, manifest, read)


def _check_names(base: str, name: str, directory: str, manifest: bytes) -> None:
    # Inside a zip nothing is listed: a file that the manifest does not name is never imported from there either.
    try:
        found = frozenset(os.listdir(directory)) - {"__pycache__"}  # noqa: PTH208 - as above
    except OSError:
        return
    expected = names_in(manifest, _directory(name)) | {MANIFEST, "__init__.py"}
    if found != expected:
        which = min(found ^ expected)
        what = "is missing" if which in expected else f"is not in {MANIFEST}: it was added after the build"
        raise VibesafeHashMismatch(_problem(base, name, os.path.join(directory, which), what))  # noqa: PTH118 - as above


def _problem(base: str, name: str, where: str, what: str) -> Problem:
    from vibesafe_runtime._installed import distribution_with  # noqa: PLC0415 - costly, and only failures need it

    distribution = distribution_with(base, f"{_directory(name)}/{MANIFEST}")
    remedy = f"pip install --force-reinstall {distribution} && python -m vibesafe_runtime verify {distribution}"
    return Problem(where, what, remedy if distribution else "install again the wheel that this comes from")


def _directory(module: str) -> str:
    return module.replace(".", "/")


def _is_missing(error: OSError) -> bool:
    return isinstance(error, (FileNotFoundError, NotADirectoryError)) or error.errno in _NO_ERROR_NUMBER


def _unreadable(error: OSError) -> str:
    return "is missing" if _is_missing(error) else f"cannot be read: {error.strerror}"
