"""The manifest of a baked package: its grammar, the look-up of one entry, and the module that pins it.

A manifest is what `sha256sum` writes and `sha256sum --check` reads: one line a file, 64 hexadecimal digits, two spaces,
the path relative to the directory that holds the top package; sorted by path. The baked package's `__init__.py` is a
fixed text whose only variable is the manifest's own digest. So a change of either is found by comparing the two. That
stops corruption, half-updated deployments and edits of single files; who rewrites all of it consistently is stopped
only by a signature.
"""

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

MANIFEST = "MANIFEST"
STATEMENT = "statement.json"

_HEXADECIMAL = frozenset("0123456789abcdef")
_CHEAPEST = ("_sha2", "_sha256", "hashlib")  # from Python 3.12, on 3.11, and on one that was built without either
_DIGEST_END = 64
_PATH_START = 66

_INIT = '''\
"""Generated functions, locked by hash. `python -m vibesafe_runtime verify` checks every byte of them."""

from vibesafe_runtime._finder import cover

cover(__spec__, "{digest}")
'''


def sha256(content: bytes) -> str:
    """Return the SHA-256 of `content`, by the implementation that costs this process least."""
    loaded = sys.modules.get("_hashlib")
    if loaded is not None:
        return str(loaded.openssl_sha256(content).hexdigest())
    for name in _CHEAPEST:
        try:
            return str(__import__(name).sha256(content).hexdigest())
        except ImportError:
            continue
    raise ImportError("this interpreter has no SHA-256", name="hashlib")


def init_source(manifest: bytes) -> bytes:
    """Return the bytes that a baked package's `__init__.py` must have beside `manifest`."""
    return _INIT.format(digest=sha256(manifest)).encode()


def format_manifest(digests: "Mapping[str, str]") -> bytes:
    """Return the manifest of these files, given as digest by path.

    Raises:
        ValueError: for a path or a digest that the grammar has no place for.
    """
    lines = sorted((path.encode(), digest.encode()) for path, digest in digests.items())
    manifest = b"".join(digest + b"  " + path + b"\n" for path, digest in lines)
    parse_manifest(manifest)
    return manifest


def parse_manifest(manifest: bytes) -> dict[str, str]:
    """Return digest by path, in the manifest's order.

    Raises:
        ValueError: for the first line that is not exactly as the grammar has it; it says which and why.
    """
    digests: dict[str, str] = {}
    if not manifest.endswith(b"\n"):
        raise ValueError("does not end with a newline")
    previous = b""
    for number, line in enumerate(manifest[:-1].split(b"\n"), start=1):
        digest, path = line[:_DIGEST_END], line[_PATH_START:]
        if len(digest) != _DIGEST_END or not _HEXADECIMAL.issuperset(digest.decode("latin-1")):
            raise ValueError(f"line {number} does not begin with a SHA-256 digest")
        if line[_DIGEST_END:_PATH_START] != b"  ":
            raise ValueError(f"line {number} does not have two spaces after the digest")
        if path <= previous:
            raise ValueError(f"line {number} is a duplicate or out of order")
        try:
            text = path.decode()
        except UnicodeDecodeError:
            raise ValueError(f"line {number} is not UTF-8") from None
        if not _is_plain_path(text):
            raise ValueError(f"line {number} is not a plain relative path: {text!r}")
        digests[text] = digest.decode()
        previous = path
    return digests


def look_up(manifest: bytes, path: str) -> str | None:
    """Return the digest of one file, or None where the manifest has no line for it.

    The lines are sorted, so this reads a handful of them however long the manifest is.
    """
    key = path.encode()
    low, high = 0, len(manifest)
    while low < high:
        start = max(low, manifest.rfind(b"\n", low, (low + high) // 2) + 1)
        end = manifest.find(b"\n", start)
        found = manifest[start + _PATH_START : end]
        if end < 0 or found == key:
            twice = manifest.startswith(key + b"\n", end + 1 + _PATH_START) or manifest.endswith(
                b"  " + key + b"\n", 0, start
            )
            whole = end >= 0 and not twice and manifest[start + _DIGEST_END : start + _PATH_START] == b"  "
            return manifest[start : start + _DIGEST_END].decode("latin-1") if whole else None
        if found < key:
            low = end + 1
        else:
            high = start
    return None


def names_in(manifest: bytes, directory: str) -> frozenset[str]:
    """Return the names of the files that the manifest lists directly in `directory`."""
    after = manifest.split(f"  {directory}/".encode())[1:]
    return frozenset(piece.partition(b"\n")[0].decode("utf-8", "replace") for piece in after)


def _is_plain_path(path: str) -> bool:
    return (
        path.isprintable()
        and not set(path) & set(" \\:")
        and all(part not in {"", ".", ".."} for part in path.split("/"))
    )
