import tomllib
from pathlib import Path
from types import SimpleNamespace

import pytest
from hatch.env.collectors.default import DefaultEnvironmentCollector
from hatch.project.config import ProjectConfig

from hatch_vibesafe.environments import COMMANDS, VibesafeEnvironmentCollector

COLLECTOR = "[env.collectors.vibesafe]\n"


def environment(tmp_path: Path, tables: str) -> dict[str, object]:
    """Return the environment `vibesafe` as hatch itself makes it of what stands in `[tool.hatch]`."""
    collectors = {"default": DefaultEnvironmentCollector, "vibesafe": VibesafeEnvironmentCollector}
    plugins = SimpleNamespace(environment_collector=collectors)
    made = ProjectConfig(tmp_path, tomllib.loads(tables), plugins).envs["vibesafe"]  # type: ignore[no-untyped-call] # hatch's
    assert isinstance(made, dict)
    return made


def test_the_table_alone_makes_the_environment(tmp_path: Path) -> None:
    made = environment(tmp_path, COLLECTOR)
    assert made["dependencies"] == ["hatch-vibesafe[dev]"]
    assert made["scripts"] == {name: f"vibesafe {name} {{args}}" for name in COMMANDS}
    assert set(COMMANDS) == {"compile", "test", "save", "status", "check", "diff", "scan"}
    assert made["installer"] == "uv"


def test_what_the_user_says_wins_key_by_key(tmp_path: Path) -> None:
    own = '[envs.vibesafe]\nextra-dependencies = ["moto"]\npython = "3.12"\n'
    scripts = '[envs.vibesafe.scripts]\ncheck = "vibesafe check --format github"\nlist = "vibesafe scan --json"\n'
    made = environment(tmp_path, COLLECTOR + own + scripts)
    assert made["dependencies"] == ["hatch-vibesafe[dev]"]
    assert made["extra-dependencies"] == ["moto"]
    assert made["python"] == "3.12"
    written = made["scripts"]
    assert isinstance(written, dict)
    assert written["check"] == "vibesafe check --format github"
    assert written["list"] == "vibesafe scan --json"
    assert written["save"] == "vibesafe save {args}"


def test_the_users_dependencies_replace_ours(tmp_path: Path) -> None:
    made = environment(tmp_path, COLLECTOR + '[envs.vibesafe]\ndependencies = ["hatch-vibesafe[dev,local]"]\n')
    assert made["dependencies"] == ["hatch-vibesafe[dev,local]"]


@pytest.mark.parametrize("name", ["default", "vibesafe"])
def test_the_users_installer_stays(tmp_path: Path, name: str) -> None:
    made = environment(tmp_path, f'{COLLECTOR}[envs.{name}]\ninstaller = "pip"\n')
    assert made["installer"] == "pip"


def test_a_key_of_the_collector_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as caught:
        environment(tmp_path, COLLECTOR + 'python = "3.12"\n')
    assert "[tool.hatch.env.collectors.vibesafe] python" in str(caught.value)
    assert "[tool.hatch.envs.vibesafe]" in str(caught.value)
