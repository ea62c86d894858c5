"""A baked package on disk or in a zip: found whole or refused, and read only through its manifest."""

import os
import sys

from vibesafe_runtime._bytecode import DIGITS, bytecode_path, compile_source, load_bytecode, load_code
from vibesafe_runtime._exceptions import Problem, VibesafeCheckpointMissing, VibesafeHashMismatch
from vibesafe_runtime._manifest import (
    ENVELOPE,
    MANIFEST,
    STATEMENT,
    init_source,
    read_manifest,
    sha256,
    shard_path,
    without_statement,
)
from vibesafe_runtime._names import implementation_module
from vibesafe_runtime._trust import trusted_keys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType

_CHUNK = 65536
_READ_ONLY = os.O_RDONLY | getattr(os, "O_BINARY", 0)
_trusted: "list[frozenset[bytes] | None]" = []  # what the deployment says, asked once a process
_TRUST_HINT = "export VIBESAFE_TRUSTED_KEYS=ed25519:..."
_NO_ERROR_NUMBER = (None, 0)  # how zipimport says that there is no such file


class BakedPackage:
    """A baked package whose manifest and `__init__.py` agree.

    What a file *is* is decided by its bytes alone. A symbolic link is followed, because some installers make every
    installed file one, and what lies behind it is hashed like anything else.

    Attributes:
        name: Its module name, `shop._vibesafe`.
        owner: The package or the single module that it serves, `shop`.
        base: The directory (or the zip) that holds the top package.
        directory: Its path relative to the base, `shop/_vibesafe`.
        manifest: The bytes of its manifest.
        checked: The namespace of each covered module that ran before the finder stood, and was compared since.
    """

    __slots__ = (
        "_codes",
        "_digests",
        "_digits",
        "_prefix",
        "_read",
        "_read_data",
        "_root",
        "_sharded",
        "base",
        "checked",
        "directory",
        "manifest",
        "name",
        "owner",
    )

    def __init__(
        self, name: str, owner: str, base: str, *, manifest: bytes, init: bytes, read: "Callable[[str], bytes]"
    ) -> None:
        self.name = name
        self.owner = owner
        self.base = base
        self._prefix = os.path.join(base, "")  # noqa: PTH118 - pathlib costs more than all of this package
        self.directory = name.replace(".", "/")
        self.manifest = manifest
        self.checked: dict[str, dict[str, object]] = {}
        self._read = read
        self._read_data = _read_file if os.path.isdir(base) else read  # noqa: PTH112 - as above
        self._root = owner if name.endswith("._vibesafe") else ""
        self._digests = {f"{self.directory}/__init__.py": sha256(init), **read_manifest(manifest)}
        self._sharded = f"  {self.directory}/{MANIFEST}.".encode() in manifest
        self._codes: dict[str, bytes] = {}
        self._digits: tuple[int, ...] = DIGITS

    def digest(self, path: str) -> str | None:
        """Return the digest that a file must have; None where the manifest does not cover it.

        Raises:
            VibesafeHashMismatch: if the shard that lists it is missing or different.
        """
        found = self._digests.get(path)
        if found is None and self._sharded:
            shard = shard_path(self.directory, path)
            if shard in self._digests:
                self._digests |= read_manifest(self.read(shard))
                found = self._digests.get(path)
        return found

    def path_of(self, module: str) -> str | None:
        """Return the covered file that `module` is made of, relative to the base; None where it is not covered."""
        stem = module.replace(".", "/")
        return next((path for path in (f"{stem}.py", f"{stem}/__init__.py") if self.digest(path)), None)

    def implementation_module(self, module: str, qualname: str) -> str:
        """Return the name of the module that holds the implementation of `module/qualname`."""
        return implementation_module(module, qualname, self._root)

    def place(self, path: str) -> str:
        """Return where a file lies."""
        return self._prefix + (path if os.sep == "/" else path.replace("/", os.sep))

    def read_unchecked(self, place: str) -> bytes:
        """Return the bytes of a file that no manifest covers, such as a package's data."""
        return self._read(place)

    def read(self, path: str, read: "Callable[[str], bytes] | None" = None) -> bytes:
        """Return the bytes of a covered file, read once and compared with its digest.

        Args:
            path: The file.
            read: How to read it; by default as Python reads what it runs (PEP 578, `io.open_code`).

        Raises:
            VibesafeHashMismatch: if it is missing, unreadable or different.
        """
        place = self.place(path)
        expected = self._digests[path]
        try:
            content = (read or self._read)(place)
        except OSError as error:
            raise self.mismatch(place, _unreadable(error)) from None
        if (found := sha256(content)) != expected:
            raise self.mismatch(place, f"has the SHA-256 {found}, but what was locked has {expected}")
        return content

    def load_bytecode(self, path: str) -> None:
        """Read the bytecode that ships for the spec module `path` and its implementations, if this interpreter has any.

        Not where asserts or docstrings are off: what ships has both.

        Raises:
            VibesafeHashMismatch: if it is missing, unreadable or different.
        """
        if path not in self._codes and not sys.flags.optimize:
            for digits in self._digits:
                file = bytecode_path(self.directory, path, digits)
                if self.digest(file):
                    self._digits = (digits,)
                    self._codes |= load_bytecode(self.read(file))
                    return

    def code(self, path: str) -> "CodeType":
        """Return the code of a covered file: as it ships, if that was loaded, else as its source compiles.

        The source is read and compared in either case, so that who changes it is told.

        Raises:
            VibesafeHashMismatch: if the source is missing, unreadable or different.
        """
        place = self.place(path)
        shipped = self._codes.pop(path, None)
        if shipped is None:
            return compile_source(self.read(path), place)
        self.read(path, self._read_data)
        return load_code(shipped, place)

    def check_whole(self) -> None:
        """Check the statement, and that no file is missing and none was added.

        Not for a manifest in shards: of very many files each is compared when it is used, and all by `verify`.

        Raises:
            VibesafeHashMismatch: if one is, or the statement is different.
        """
        if self._sharded:
            return
        statement = f"{self.directory}/{STATEMENT}"
        if statement in self._digests:
            self.read(statement, self._read_data)
        place = self.place(self.directory)
        try:
            found = frozenset(os.listdir(place)) - {"__pycache__"}  # noqa: PTH208 - as above
        except OSError:
            return  # Inside a zip nothing is listed, and a file that the manifest does not name is never imported.
        inside = len(self.directory) + 1
        expected = {path[inside:] for path in self._digests if path.startswith(f"{self.directory}/")} | {MANIFEST}
        if found != expected:
            which = min(found ^ expected)
            what = "is missing" if which in expected else f"is not in {MANIFEST}: it was added after the build"
            raise self.mismatch(os.path.join(place, which), what)  # noqa: PTH118 - as above

    def check_signature(self, keys: "frozenset[bytes]") -> None:
        """Check that one of `keys` signed the statement, and that it states this manifest.

        Raises:
            VibesafeHashMismatch: if it is not so.
        """
        from vibesafe_runtime._signature import check_envelope  # noqa: PLC0415 - only a deployment with keys needs it

        envelope, statement = f"{self.directory}/{ENVELOPE}", f"{self.directory}/{STATEMENT}"
        if self.digest(envelope) is None or self.digest(statement) is None:
            raise self._untrusted(self.directory, "is not signed, and this deployment trusts only what its keys signed")
        content = self.read(statement, self._read_data)
        try:
            check_envelope(self.read(envelope, self._read_data), content, keys)
        except ValueError as error:
            raise self._untrusted(envelope, str(error)) from None
        _, name, stated = content.partition(b'"manifestWithoutStatement":"')
        if name in stated or stated[:64] != sha256(without_statement(self.directory, self.manifest)).encode():
            raise self._untrusted(
                f"{self.directory}/{MANIFEST}", f"is not the manifest that the signed {STATEMENT} names"
            )

    def _untrusted(self, path: str, what: str) -> VibesafeHashMismatch:
        remedy = f"install a wheel that a trusted key signed, or trust its key: {_TRUST_HINT}"
        return VibesafeHashMismatch(Problem(self.place(path), what, remedy))

    def mismatch(self, where: str, what: str) -> VibesafeHashMismatch:
        """Return the exception that says what differs and how to get back what was locked."""
        return VibesafeHashMismatch(_problem(self.base, self.name, where, what))

    def missing(self, where: str, what: str) -> VibesafeCheckpointMissing:
        """Return the exception that says which implementation there is none of."""
        return VibesafeCheckpointMissing(_problem(self.base, self.name, where, what))


def open_baked(name: str, owner: str, base: str, read: "Callable[[str], bytes]") -> BakedPackage | None:
    """Return the baked package `name` below `base`, or None where there is nothing of it at all.

    Raises:
        VibesafeHashMismatch: if the manifest, its `__init__.py` or the list of its files is not as it was built, or the
            deployment trusts keys and none of them signed it.
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
    if manifest is None or init is None or init != init_source(manifest):
        what = f"has not the {MANIFEST} and the __init__.py that belong together: one is missing or was changed"
        raise VibesafeHashMismatch(_problem(base, name, directory, what))
    package = BakedPackage(name, owner, base, manifest=manifest, init=init, read=read)
    package.check_whole()
    if not _trusted:
        _trusted.append(trusted_keys())
    if _trusted[0] is not None:
        package.check_signature(_trusted[0])
    return package


def _problem(base: str, name: str, where: str, what: str) -> Problem:
    from vibesafe_runtime._installed import distributions_with  # noqa: PLC0415 - costly, and only failures need it

    found = [each for each in distributions_with(base, f"{name.replace('.', '/')}/{MANIFEST}") if each != "?"]
    remedy = "install again the wheel that this comes from"
    if found:
        remedy = f"pip install --force-reinstall {found[0]} && python -m vibesafe_runtime verify {found[0]}"
    if len(found) > 1:
        remedy = f"they bring the same files: pip uninstall {' '.join(found)}, and install the one that you mean"
    return Problem(where, what, remedy)


def _read_file(place: str) -> bytes:
    """Return the bytes of a file that is only compared, at a third of what a file object costs."""
    descriptor = os.open(place, _READ_ONLY)
    try:
        content = chunk = os.read(descriptor, _CHUNK)
        while len(chunk) == _CHUNK:
            chunk = os.read(descriptor, _CHUNK)
            content += chunk
        return content
    finally:
        os.close(descriptor)


def _is_missing(error: OSError) -> bool:
    return isinstance(error, (FileNotFoundError, NotADirectoryError)) or error.errno in _NO_ERROR_NUMBER


def _unreadable(error: OSError) -> str:
    return "is missing" if _is_missing(error) else f"cannot be read: {error.strerror}"
