"""A secret of this machine's user, with which a record says that it was made here.

Threat: a file in a checkout that claims what nobody did here. Whoever can write into the checkout alone cannot read the
secret, which lies among the user's own files; the sandbox shows it to no candidate.
"""

import os
import secrets
import stat
import sys
from pathlib import Path

_LENGTH = 32


def machine_secret() -> bytes | None:
    """Return the secret, made on the first call; None where it can be neither kept nor trusted."""
    try:
        file = state_directory() / "secret"
        found = _read(file)
        return _made(file) if found is None else found
    except (OSError, RuntimeError):
        return None


def state_directory() -> Path:
    """Return where we keep state that is the user's and no project's (XDG Base Directory Specification).

    Raises:
        RuntimeError: if the user has no home.
    """
    state = os.environ.get("XDG_STATE_HOME", "")
    return (Path(state) if Path(state).is_absolute() else Path.home() / ".local" / "state") / "vibesafe"


def _read(file: Path) -> bytes | None:
    """Return what a file holds that is its user's alone; None where there is none.

    Raises:
        OSError: if others could have written or read it.
    """
    try:
        status = file.lstat()
    except FileNotFoundError:
        return None
    is_ours = sys.platform == "win32" or (status.st_uid == os.geteuid() and not status.st_mode & 0o077)
    if not stat.S_ISREG(status.st_mode) or not is_ours or status.st_size != _LENGTH:
        raise PermissionError(f"{file} is not the user's own")
    return file.read_bytes()


def _made(file: Path) -> bytes | None:
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    secret = secrets.token_bytes(_LENGTH)
    temporary = file.with_name(f"{file.name}.{os.getpid()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(secret)
        # Whoever was first has made it.
        os.link(temporary, file)
    except FileExistsError:
        return _read(file)
    finally:
        temporary.unlink()
    return secret
