"""A module that began to run before the finder stood, its code compared with that of its verified source."""

import sys
from _frozen_importlib import ModuleSpec  # This is `importlib.machinery`; under this name every interpreter loads it.
from _frozen_importlib_external import MAGIC_NUMBER

from vibesafe_runtime._baked import BakedPackage
from vibesafe_runtime._bytecode import compile_source, same_code, same_kept
from vibesafe_runtime._loader import VerifiedLoader

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, FrameType


def check_running(package: BakedPackage, spec: ModuleSpec, namespace: dict[str, object], frame: "FrameType") -> None:
    """Check that a module which began to run before the finder stood, and the packages above it, are what was locked.

    Raises:
        VibesafeHashMismatch: if it is not covered, or its code is not what its verified source compiles to.
    """
    if package.checked.get(spec.name) is namespace:
        return
    path = package.path_of(spec.name)
    if path is None:
        what = f"has units, but the manifest of {package.name} lacks it"
        raise package.mismatch(str(namespace.get("__file__")), what)
    running = _running_code(namespace, frame)
    if running is None:
        what = "decorates a unit when it no longer runs, so that its code cannot be compared"
        raise package.mismatch(package.place(path), what)
    _compare(package, path, spec, running)
    name = spec.name.rpartition(".")[0]
    while name:
        above, path = sys.modules[name].__spec__, package.path_of(name)
        if path is not None and above is not None and not isinstance(above.loader, VerifiedLoader):
            _compare(package, path, above, None)
        name = name.rpartition(".")[0]
    package.checked[spec.name] = namespace


def _compare(package: BakedPackage, path: str, spec: ModuleSpec, running: "CodeType | None") -> None:
    """Compare what runs, where it is at hand, and what Python keeps of it, with what was locked.

    Raises:
        VibesafeHashMismatch: if they differ.
    """
    package.load_bytecode(path)
    if _is(package.code(path), package, spec, running):
        return
    # What ships was compiled by another release of this Python, perhaps; then only the source can tell.
    place = package.place(path)
    if not _is(compile_source(package.read(path), place), package, spec, running):
        raise package.mismatch(place, "is whole, but other code runs in its place: a changed .pyc, or an import hook")


def _is(code: "CodeType", package: BakedPackage, spec: ModuleSpec, running: "CodeType | None") -> bool:
    """Return whether this code is what runs and what Python keeps of it.

    What runs is not enough: Python takes instructions that were specialised beforehand for what they stand for.
    """
    if running is not None and not same_code(running, code, fresh=False):
        return False
    try:
        kept = package.read_unchecked(spec.cached or "")
    except OSError:
        return True
    return not kept.startswith(MAGIC_NUMBER) or same_kept(kept, code)


def _running_code(namespace: dict[str, object], frame: "FrameType | None") -> "CodeType | None":
    # The outermost frame in a row with this namespace: code that a swapped module hands to exec() does not pass for it.
    while frame is not None and frame.f_globals is not namespace:
        frame = frame.f_back
    while frame is not None and frame.f_back is not None and frame.f_back.f_globals is namespace:
        frame = frame.f_back
    return None if frame is None else frame.f_code
