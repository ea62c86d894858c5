"""The manifest of a baked package: its grammar, its shards, and the module that pins it.

A manifest is what `sha256sum` writes and `sha256sum --check` reads: one line a file, 64 hexadecimal digits, two spaces,
the path relative to the directory that holds the top package; sorted by path. The baked package's `__init__.py` is a
fixed text whose only variable is the manifest's own digest. So a change of either is found by comparing the two. That
stops corruption, half-updated deployments and edits of single files; who rewrites all of it consistently is stopped
only by a signature.

A manifest of very many files lists shards instead, each a manifest of the files whose path's SHA-256 begins with the
two digits in the shard's name, so that the look-up of one file reads two short files.
"""

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import ModuleType

MANIFEST = "MANIFEST"
STATEMENT = "statement.json"
ENVELOPE = "statement.dsse.json"
MOST_LINES = 1024

_HEXADECIMAL = frozenset("0123456789abcdef")
_DIGEST_END = 64
_PATH_START = 66

_INIT = '''\
"""Generated functions, locked by hash. `python -m vibesafe_runtime verify` checks every byte of them."""

from vibesafe_runtime._finder import cover

cover(__spec__, "{digest}")
'''


def _cheapest() -> "ModuleType":
    try:
        # Python's own code for this, which needs no library.
        return __import__("_sha256" if sys.version_info < (3, 12) else "_sha2")
    except ImportError:
        return __import__("hashlib")


_new = sys.modules["_hashlib"].openssl_sha256 if "_hashlib" in sys.modules else _cheapest().sha256


def sha256(content: bytes) -> str:
    """Return the SHA-256 of `content`, by the implementation that costs this process least."""
    return str(_new(content).hexdigest())


def init_source(manifest: bytes) -> bytes:
    """Return the bytes that a baked package's `__init__.py` must have beside `manifest`."""
    return _INIT.format(digest=sha256(manifest)).encode()


def manifest_files(directory: str, digests: "Mapping[str, str]") -> dict[str, bytes]:
    """Return the manifest of a baked package, and its shards where it has many files, by path.

    Args:
        directory: The path of the baked package.
        digests: Digest by path of all its files and of its spec modules.

    Raises:
        ValueError: for a path or a digest that the grammar has no place for.
    """
    # Never in a shard, and not counted: that the statement can name the digest of all the rest.
    top = {path: digests[path] for name in (STATEMENT, ENVELOPE) if (path := f"{directory}/{name}") in digests}
    if len(digests) - len(top) <= MOST_LINES:
        return {f"{directory}/{MANIFEST}": format_manifest(digests)}
    shards: dict[str, dict[str, str]] = {}
    for path in digests.keys() - top:
        shards.setdefault(shard_path(directory, path), {})[path] = digests[path]
    files = {path: format_manifest(lines) for path, lines in shards.items()}
    top |= {path: sha256(content) for path, content in files.items()}
    return {**files, f"{directory}/{MANIFEST}": format_manifest(top)}


def shard_path(directory: str, path: str) -> str:
    """Return the path of the shard that lists `path`, where the manifest in `directory` has shards."""
    return f"{directory}/{MANIFEST}.{sha256(path.encode())[:2]}"


def without_statement(directory: str, manifest: bytes) -> bytes:
    """Return the manifest in `directory` without the lines of the statement and its envelope, which can name it so."""
    ends = tuple(f"  {directory}/{name}\n".encode() for name in (STATEMENT, ENVELOPE))
    return b"".join(line for line in manifest.splitlines(keepends=True) if not line.endswith(ends))


def format_manifest(digests: "Mapping[str, str]") -> bytes:
    """Return the manifest of these files, given as digest by path.

    Raises:
        ValueError: for a path or a digest that the grammar has no place for.
    """
    lines = sorted((path.encode(), digest.encode()) for path, digest in digests.items())
    manifest = b"".join(digest + b"  " + path + b"\n" for path, digest in lines)
    parse_manifest(manifest)
    return manifest


def read_manifest(manifest: bytes) -> dict[str, str]:
    """Return digest by path, of a manifest whose own digest has been compared."""
    return {line[_PATH_START:]: line[:_DIGEST_END] for line in manifest.decode().split("\n") if line}


def parse_manifest(manifest: bytes) -> dict[str, str]:
    """Return digest by path, in the manifest's order.

    Raises:
        ValueError: for the first line that is not exactly as the grammar has it; it says which and why.
    """
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
        previous = path
    return read_manifest(manifest)


def _is_plain_path(path: str) -> bool:
    return (
        path.isprintable()
        and not set(path) & set(" \\:")
        and all(part not in {"", ".", ".."} for part in path.split("/"))
    )
