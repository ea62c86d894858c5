"""Which keys a deployment trusts. Each place that names keys tightens; none loosens, and a broken one closes."""

import os
import sys

from vibesafe_runtime._exceptions import Problem, VibesafeConfigurationError

VARIABLE = "VIBESAFE_TRUSTED_KEYS"
SYSTEM_FILE = "/etc/vibesafe/trusted-keys"

_REMEDY = "write ed25519: and 64 hexadecimal digits for each key, as `vibesafe key show` prints it"


def trusted_keys() -> "frozenset[bytes] | None":
    """Return the public keys, 32 bytes each, that every existing place names; None where there is no such place.

    The places are the variable `VIBESAFE_TRUSTED_KEYS` (keys separated by blanks or commas) and the files
    `/etc/vibesafe/trusted-keys` and `etc/vibesafe/trusted-keys` below `sys.prefix` (one key a line, the rest of a line
    after `#` is a comment). An empty result is possible, and trusts nobody.

    Raises:
        VibesafeConfigurationError: with every problem, if a place exists but is empty, unreadable or malformed.
    """
    problems: list[Problem] = []
    places = [(path, _lines(path, problems)) for path in (SYSTEM_FILE, file_below(sys.prefix))]
    variable = os.environ.get(VARIABLE)
    places.append((VARIABLE, None if variable is None else variable.replace(",", " ").split()))
    named = [_keys(where, entries, problems) for where, entries in places if entries is not None]
    if problems:
        raise VibesafeConfigurationError(*problems)
    return frozenset.intersection(*named) if named else None


def keys_named(entries: list[str]) -> frozenset[bytes]:
    """Return the keys that a command names, each as text (`ed25519:...`) or as the path of a keys file.

    Raises:
        VibesafeConfigurationError: with every problem, if one cannot be used.
    """
    problems: list[Problem] = []
    keys: set[bytes] = set()
    for entry in entries:
        known = len(problems)
        lines = [entry] if entry.startswith("ed25519:") else _lines(entry, problems)
        if lines is None and len(problems) == known:
            problems.append(Problem("--key", f"{entry} is neither a public key nor a file of keys", _REMEDY))
        keys |= _keys("--key", lines, problems) if lines is not None else set()
    if problems:
        raise VibesafeConfigurationError(*problems)
    return frozenset(keys)


def file_below(prefix: str) -> str:
    """Return the path of the keys file of the environment at `prefix`."""
    return os.path.join(prefix, "etc", "vibesafe", "trusted-keys")  # noqa: PTH118 - production does without pathlib


def _lines(path: str, problems: list[Problem]) -> list[str] | None:
    """Return what stands on the lines of a keys file, comments left out; None where there is no such file."""
    try:
        with open(path, encoding="utf-8", newline="\n") as file:  # noqa: PTH123 - as above
            return [line.partition("#")[0].strip() for line in file]
    except FileNotFoundError:
        if not _leads_nowhere(path):
            return None
        what = "does not exist, and a symbolic link on the way to it leads nowhere"
    except (OSError, UnicodeDecodeError) as error:
        what = f"cannot be read: {error.strerror if isinstance(error, OSError) else 'it is not UTF-8'}"
    problems.append(Problem(path, what, "make it a readable file with one key a line"))
    return None


def _leads_nowhere(path: str) -> bool:
    """Return whether a file or a directory above it is a symbolic link to what does not exist: closed, not open."""
    while path != os.path.dirname(path):  # noqa: PTH120 - as above
        if os.path.islink(path) and not os.path.exists(path):  # noqa: PTH110, PTH114 - as above
            return True
        path = os.path.dirname(path)  # noqa: PTH120 - as above
    return False


def _keys(where: str, entries: list[str], problems: list[Problem]) -> frozenset[bytes]:
    from vibesafe_runtime._signature import parse_key  # noqa: PLC0415 - only a deployment that names keys pays for it

    keys = set()
    for number, entry in enumerate(entries, start=1):
        if entry:
            try:
                keys.add(parse_key(entry))
            except ValueError as error:
                # What stands there may be a secret that was put in the wrong place: it is not repeated.
                problems.append(Problem(where, f"entry {number} {error}", _REMEDY))
    if not any(entries):
        problems.append(Problem(where, "names no key, so that nothing could be trusted", _REMEDY))
    return frozenset(keys)
