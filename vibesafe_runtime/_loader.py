"""Loads a covered module from bytes that were compared with the manifest."""

import os
from _frozen_importlib_external import SourceFileLoader  # `importlib.machinery`, as every interpreter has loaded it

from vibesafe_runtime._baked import BakedPackage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, ModuleType


class VerifiedLoader(SourceFileLoader):
    """Loads a covered module from bytes that were compared with the manifest."""

    def __init__(self, module: str, package: BakedPackage, path: str) -> None:
        self.name = module
        self.path = package.place(path)
        self.package = package
        self._path = path

    def get_code(self, fullname: str) -> "CodeType":
        """Return the verified code of the module; for a spec module that of its implementations is made ready too."""
        if not fullname.startswith(self.package.name):
            self.package.load_bytecode(self._path)
        return self.package.code(self._path)

    def get_data(self, path: str) -> bytes:
        """Return the bytes of a file; the module's own are verified."""
        return self.package.read(self._path) if path == self.path else self.package.read_unchecked(path)

    def get_resource_reader(self, name: str) -> object:  # type: ignore[override]  # a zip's reader is another class
        """Return the reader of a package's data: as for any package, also in a zip."""
        if os.path.isdir(self.package.base):  # noqa: PTH112 - pathlib costs more than all of this package
            return super().get_resource_reader(name)
        from zipimport import zipimporter  # noqa: PLC0415 - only in a zip

        return zipimporter(up(self.path, 2)).get_resource_reader(name)


class PackageLoader(VerifiedLoader):
    """Loads a baked package itself, whose one statement only says that it is to be covered, which it is."""

    def exec_module(self, module: "ModuleType") -> None:
        """Run nothing."""


def up(path: str, levels: int) -> str:
    """Return the directory that stands so many levels above a path."""
    for _ in range(levels):
        path = os.path.dirname(path)  # noqa: PTH120 - pathlib costs more than all of this package
    return path
