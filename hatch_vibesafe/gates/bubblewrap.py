"""The command line of bubblewrap, which gives a worker namespaces and files of its own."""

import os
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath

PROGRAM = "bwrap"
SCRATCH = "/scratch"
"""A file system of the worker's own, where nothing that is mounted can lie."""
_DEVICES = ("/dev/null", "/dev/zero", "/dev/random", "/dev/urandom")


def command(
    program: str,
    mounted: Sequence[str],
    scratch: int,
    inner: Sequence[str],
    *,
    is_root: bool,
    has_network: bool = False,
) -> list[str]:
    """Return the command that runs `inner` in namespaces of its own.

    Args:
        program: The path of bubblewrap.
        mounted: What is there, read-only; none of them below another.
        scratch: How many bytes may be written.
        inner: The command.
        is_root: Whether root runs it: then there is no user namespace, and the command can become another user.
        has_network: Whether it is in the network that everybody here is in, not in one of its own that leads nowhere.
    """
    network = [] if has_network else ["--unshare-net"]
    namespaces = ["--unshare-ipc", "--unshare-pid", *network, "--unshare-uts", "--unshare-cgroup-try"]
    capabilities = ["--cap-drop", "ALL"]
    if is_root:
        capabilities += ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    else:
        namespaces.insert(0, "--unshare-user")
    return [
        program,
        "--die-with-parent",
        *namespaces,
        *capabilities,
        *("--hostname", "localhost"),
        *("--perms", "1777", "--size", str(scratch), "--tmpfs", SCRATCH),
        *(word for directory in above(mounted) for word in ("--perms", "0755", "--dir", directory)),
        *(word for path in mounted for word in ("--ro-bind", path, path)),
        *(word for device in _DEVICES for word in ("--dev-bind", device, device)),
        *("--proc", "/proc"),
        *("--chdir", SCRATCH),
        *("--remount-ro", "/"),
        "--",
        *inner,
    ]


def above(paths: Iterable[str]) -> list[str]:
    """Return the directories above paths, outermost first: else they would be closed to all but their maker."""
    found = {str(parent) for path in paths for parent in PurePosixPath(path).parents}
    return sorted(found - {"/"}, key=lambda directory: (directory.count(os.sep), directory))
