"""Who makes a checkpoint the active one: what may stand for a name, and whom git knows here."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

LONGEST = 200

_TIME_LIMIT = 10.0
_VALUES = ("GIT_CONFIG_COUNT", "GIT_CONFIG_KEY_", "GIT_CONFIG_VALUE_", "GIT_CONFIG_PARAMETERS")
"""Variables that hold settings themselves: no variable's value may end up in the index."""


def is_approver(text: str) -> bool:
    """Return whether a text can be recorded as an approver: one printable line, bounded, no blanks around it."""
    return 0 < len(text) <= LONGEST and text.isprintable() and text == text.strip()


def approver_from_git(root: Path, environment: Mapping[str, str] = os.environ) -> str:
    """Return `user.name <user.email>` of the project's git configuration; "" where there is no git or no user."""
    variables = {name: value for name, value in environment.items() if not name.startswith(_VALUES)}
    name, email = (_setting(root, key, variables) for key in ("user.name", "user.email"))
    return f"{name} <{email}>" if name and email else name or email


def _setting(root: Path, key: str, variables: Mapping[str, str]) -> str:
    try:
        done = subprocess.run(  # noqa: S603 - nothing of it comes from outside
            ["git", "-C", str(root), "config", "--get", key],  # noqa: S607 - the user's own git
            env=variables,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_TIME_LIMIT,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode("utf-8", "replace").strip() if done.returncode == 0 else ""
