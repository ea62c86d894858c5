"""Which installed distribution brings which baked package. For the verifier and for failures: it is slow."""

import re
from importlib.metadata import Distribution, distributions

from vibesafe_runtime._manifest import MANIFEST

_BAKED_MANIFEST = re.compile(rf"(?:.*/)?_vibesafe(?:_[^/]+)?/{MANIFEST}")


def distribution_with(base: str, path: str) -> str:
    """Return the name of the distribution installed in `base` that brings the file `path`; "" where none does."""
    for distribution in distributions(path=[base]):
        if any(str(file) == path for file in distribution.files or ()):
            return distribution.name
    return ""


def baked_manifests(distribution: Distribution) -> list[str]:
    """Return the paths of the manifests that a distribution brings, sorted."""
    paths = (file.as_posix() for file in distribution.files or ())
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
