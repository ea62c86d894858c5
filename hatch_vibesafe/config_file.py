"""The file of the configuration: `vibesafe.toml`, or `[tool.vibesafe]` in `pyproject.toml`."""

import codecs
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

from hatch_vibesafe.config import Config, config_of
from hatch_vibesafe.problems import Problem, VibesafeConfigurationError
from hatch_vibesafe.toml_table import Table

CONFIGURATION_FILE = "vibesafe.toml"


def is_configured(directory: Path) -> bool:
    """Return whether a directory holds a configuration of ours, and so is a project root."""
    if (directory / CONFIGURATION_FILE).is_file():
        return True
    try:
        text = (directory / "pyproject.toml").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return False
    return (
        re.search(r"^\s*\[+\s*tool\.(vibesafe\b|hatch\.build\.(targets\.\w+\.)?hooks\.vibesafe\b)", text, re.MULTILINE)
        is not None
    )


def read_config(root: Path) -> Config:
    """Return the configuration of the project at `root`; the defaults where it has none.

    Raises:
        VibesafeConfigurationError: with every problem of the file, each with its key's full path.
    """
    problems: list[Problem] = []
    own = _read_toml(root / CONFIGURATION_FILE, CONFIGURATION_FILE, problems)
    pyproject = _read_toml(root / "pyproject.toml", "pyproject.toml", problems)
    tool = pyproject.get("tool") if pyproject is not None else None
    embedded = tool.get("vibesafe") if isinstance(tool, dict) else None
    if own is not None and embedded is not None:
        problems.append(
            Problem(
                f"{CONFIGURATION_FILE} and pyproject.toml [tool.vibesafe]",
                "there are two configurations, and neither is more right than the other",
                f"move every key into one of them and delete the other ({CONFIGURATION_FILE} or [tool.vibesafe])",
            )
        )
    if own is not None:
        config = config_of(Table(own, CONFIGURATION_FILE, "", problems), CONFIGURATION_FILE)
    elif isinstance(embedded, dict):
        config = config_of(Table(embedded, "pyproject.toml", "tool.vibesafe", problems), "pyproject.toml")
    else:
        config = Config()
        if embedded is not None:
            problems.append(Problem("pyproject.toml [tool.vibesafe]", "is not a table", "write it as [tool.vibesafe]"))
    if problems:
        raise VibesafeConfigurationError(*problems)
    return config


def _read_toml(path: Path, name: str, problems: list[Problem]) -> Mapping[str, object] | None:
    """Return a file's table, or None where there is no such file or it cannot be read (which is then a problem)."""
    try:
        content = path.read_bytes()
        if not content.startswith(codecs.BOM_UTF8):
            return tomllib.loads(content.decode("utf-8"))
        problems.append(Problem(name, "begins with a byte order mark", f"save {name} as UTF-8 without it"))
    except FileNotFoundError:
        return None
    except OSError as error:
        problems.append(Problem(name, f"cannot be read: {error.strerror}", f"make {name} a readable file"))
    except UnicodeDecodeError as error:
        problems.append(Problem(name, f"is not UTF-8: byte {error.start}", f"save {name} as UTF-8"))
    except tomllib.TOMLDecodeError as error:
        problems.append(Problem(name, f"is not TOML: {error}", f"mend the syntax of {name}"))
    return None
