"""Which files a candidate may read: the interpreter, what is installed, and the data beside the project's modules.

Of the project no source is readable, no bytecode, no checkpoint, no test and no document: they hold what the examples
should give. Its modules come to the worker as text without examples (`without_answers.py`).
"""

import os
import site
import sys
import sysconfig
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import vibesafe_runtime
from hatch_vibesafe.gates.surroundings import Surroundings

WORKER = Path(__file__).with_name("worker")
_SYSTEM = (
    *("/lib", "/lib32", "/lib64", "/usr/lib", "/usr/lib32", "/usr/lib64", "/nix/store"),
    *("/usr/share/zoneinfo", "/etc/localtime", "/etc/mime.types", "/etc/ld.so.cache"),
)
_FOR_NETWORK = (
    *("/etc/resolv.conf", "/etc/hosts", "/etc/nsswitch.conf", "/etc/host.conf", "/etc/gai.conf", "/etc/services"),
    *("/etc/protocols", "/etc/ssl/certs", "/etc/ssl/openssl.cnf", "/etc/pki/tls", "/etc/ca-certificates"),
    *("/usr/lib/ssl", "/usr/share/ca-certificates", "/usr/local/share/ca-certificates"),
)
_FOR_PROCESSES = ("/bin", "/usr/bin")
_TELLING = frozenset({".py", ".pyc", ".pyi", ".pyx", ".md", ".rst", ".ipynb"})


@dataclass(frozen=True, slots=True)
class View:
    """What a candidate sees.

    Attributes:
        readable: Files and directories that may be read, with all below.
        listable: Directories of which the names below may be read, but no file.
        mounted: What is there at all where the files are chosen by mounting: the same or more.
        installed: The entries of `sys.path` where the project is not.
    """

    readable: tuple[str, ...]
    listable: tuple[str, ...] = ()
    mounted: tuple[str, ...] = ()
    installed: tuple[str, ...] = ()


def view(surrounding: Surroundings, root: Path) -> View:
    """Return what a candidate of the project at `root` may read."""
    packages = [str(Path(file).parent) for name, (file, is_package) in surrounding.files.items() if is_package]
    tops = outermost(packages)
    names = {name.partition(".")[0] for name in surrounding.files}
    entries = [entry for entry in surrounding.path if entry not in surrounding.roots and is_installed(entry, root)]
    own = [str(WORKER), str(Path(vibesafe_runtime.__file__).parent)]
    installed = [*interpreter(), *entries]
    readable = [path for entry in installed for path in visible(entry, hidden(entry, root, names))]
    data = [path for top in tops for path in package_data(top)]
    return View(outermost([*readable, *own, *data]), tops, outermost([*installed, *own, *tops]), tuple(entries))


def widened(seen: View, granted: Collection[str]) -> View:
    """Return what a candidate with these capabilities sees: also how names and certificates are found, and programs."""
    paths = [*(_FOR_NETWORK if "net" in granted else ()), *(_FOR_PROCESSES if "process" in granted else ())]
    there = [path for path in (*paths, *map(os.path.realpath, paths)) if os.path.exists(path)]  # noqa: PTH110 - texts
    readable, mounted = outermost([*seen.readable, *there]), outermost([*seen.mounted, *there])
    return replace(seen, readable=readable, mounted=mounted) if there else seen


def bare_view() -> View:
    """Return what may be read where there is no project."""
    paths = outermost([*interpreter(), str(WORKER)])
    return View(paths, (), paths)


def interpreter() -> tuple[str, ...]:
    """Return where the interpreter, its libraries and what the system has for it are."""
    paths = [sysconfig.get_path(name) for name in ("stdlib", "platstdlib")]
    paths += [os.path.join(sys.base_prefix, "lib"), sys.executable, *_SYSTEM]  # noqa: PTH118 - texts, as they are in `sys.path`
    return tuple(path for path in (*paths, *map(os.path.realpath, paths)) if os.path.exists(path))  # noqa: PTH110 - likewise


def is_installed(entry: str, root: Path) -> bool:
    """Return whether an entry of `sys.path` is no part of the project: not below its root, or a place for packages."""
    places = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib"), *site.getsitepackages()}
    return entry in places or not Path(entry).is_relative_to(root)


def hidden(entry: str, root: Path, names: Iterable[str]) -> set[str]:
    """Return what must not be read below an entry: the project, and what it has installed of itself."""
    found = {os.path.join(entry, name + suffix) for name in names for suffix in ("", ".py")}  # noqa: PTH118 - texts
    found = {path for path in found if os.path.lexists(path)}
    return found | ({str(root)} if root.is_relative_to(entry) else set())


def visible(path: str, hiding: set[str]) -> Iterator[str]:
    """Yield a path, or where something below it is hidden, what is left of it."""
    if path in hiding:
        return
    if not any(Path(each).is_relative_to(path) for each in hiding):
        yield path
        return
    for name in sorted(os.listdir(path)):  # noqa: PTH208 - names are what is wanted
        yield from visible(os.path.join(path, name), hiding)  # noqa: PTH118 - texts


def package_data(directory: str) -> list[str]:
    """Return what stands beside modules and is none: files, or whole directories in which there is no module."""
    found, is_whole = _data(directory)
    return [directory] if is_whole and found else found


def _data(directory: str) -> tuple[list[str], bool]:
    found: list[str] = []
    is_whole = True
    try:
        entries = sorted(os.scandir(directory), key=lambda entry: entry.name)
    except OSError:
        return [], False
    for entry in entries:
        if entry.is_symlink() or entry.name.startswith((".", "__pycache__")):
            is_whole = False
        elif entry.is_dir():
            below, is_plain = _data(entry.path)
            found += [entry.path] if is_plain else below
            is_whole = is_whole and is_plain
        elif Path(entry.name).suffix in _TELLING:
            is_whole = False
        else:
            found.append(entry.path)
    return found, is_whole


def outermost(paths: Iterable[str]) -> tuple[str, ...]:
    """Return paths without those that lie in another one, sorted."""
    kept: list[str] = []
    for path in sorted(set(paths), key=lambda path: path.rstrip("/") + "/"):
        if not kept or not (path + "/").startswith(kept[-1].rstrip("/") + "/"):
            kept.append(path)
    return tuple(kept)
