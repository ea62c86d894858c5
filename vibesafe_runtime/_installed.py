"""Which installed distribution brings which baked package. For the verifier and for failures: it is slow."""

import re
from collections.abc import Iterable
from importlib.metadata import Distribution, distributions

from vibesafe_runtime._manifest import MANIFEST

_BAKED_MANIFEST = re.compile(rf"(?:.*/)?_vibesafe(?:_[^/]+)?/{MANIFEST}")


def distributions_with(base: str, path: str) -> list[str]:
    """Return the names of the distributions installed in `base` that say that they brought the file `path`, sorted."""
    return sorted(found.name for found in distributions(path=[base]) if path in recorded(found))


def baked_manifests(paths: Iterable[str]) -> list[str]:
    """Return those of the paths that are manifests of baked packages, sorted."""
    return sorted(path for path in paths if _BAKED_MANIFEST.fullmatch(path))


def needs_the_runtime(distribution: Distribution) -> bool:
    """Return whether a distribution requires `vibesafe-runtime`, so that a baked package may be expected of it."""
    names = (re.match(r"[\w.-]+", requirement, re.ASCII) for requirement in distribution.requires or ())
    required = {re.sub(r"[-_.]+", "-", name.group()).lower() for name in names if name}
    return "vibesafe-runtime" in required and distribution.name.lower() != "hatch-vibesafe"


def is_editable(distribution: Distribution) -> bool:
    """Return whether it is an editable install, by its `direct_url.json` (PEP 610)."""
    text = distribution.read_text("direct_url.json") or ""
    return re.search(r'"editable"\s*:\s*true', text) is not None


def recorded(distribution: Distribution) -> list[str]:
    """Return the paths in a distribution's `RECORD`, also of what is missing."""
    # Not `Distribution.files`: since Python 3.12 it leaves out what is missing, which is what must be found here.
    return [line.rsplit(",", 2)[0] for line in (distribution.read_text("RECORD") or "").splitlines()]
