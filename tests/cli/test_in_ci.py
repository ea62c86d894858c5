"""What runs the check for others: pre-commit, GitHub's composite action, the documents' jobs, an editor's task."""

import json
import os
import re
import shlex
import subprocess
import sys
import sysconfig
import venv
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
import yaml

from tests.cli.conftest import Command
from tests.e2e.conftest import Wheelhouse, shared, tool, wheelhouse  # noqa: F401 - fixtures of this file too

REPOSITORY = Path(__file__).parents[2]
INPUT = re.compile(r"\$\{\{ inputs\.(\w+) \}\}")
GIT = ("git", "-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "commit.gpgsign=false")


@pytest.fixture
def variables(tmp_path: Path) -> dict[str, str]:
    """Return an environment in which `vibesafe` is a program, as it is where hatch-vibesafe is installed."""
    programs = tmp_path / "programs"
    programs.mkdir()
    program = programs / "vibesafe"
    code = "from hatch_vibesafe.cli import main; main()"
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -c "{code}" "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    path = os.pathsep.join([str(programs), str(Path(sys.executable).parent), os.environ["PATH"]])
    return os.environ | {"PATH": path, "PYTHONPATH": str(REPOSITORY), "PRE_COMMIT_HOME": str(tmp_path / "pre-commit")}


def git(directory: Path, *words: str) -> None:
    subprocess.run([*GIT, *words], cwd=directory, check=True, capture_output=True)


def drift(saved: Path) -> None:
    source = saved / "app" / "math.py"
    source.write_text(source.read_text("utf-8").replace("Double.", "Twice."), encoding="utf-8")


def test_pre_commit_lets_a_good_commit_pass_and_stops_drift(
    saved: Path, variables: dict[str, str], tmp_path: Path
) -> None:
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    (hooks / ".pre-commit-hooks.yaml").write_bytes((REPOSITORY / ".pre-commit-hooks.yaml").read_bytes())
    git(hooks, "init", "--quiet")
    git(hooks, "add", ".")
    git(hooks, "commit", "--quiet", "--message=hooks")
    revision = subprocess.run(["git", "rev-parse", "HEAD"], cwd=hooks, capture_output=True, text=True, check=True)
    shown = (REPOSITORY / "docs" / "ci.md").read_text(encoding="utf-8")
    (configuration,) = re.findall(r"```yaml\n(repos:.*?)```", shown, re.DOTALL)
    configuration = configuration.replace("https://github.com/OWNER/hatch-vibesafe", str(hooks))
    (saved / ".pre-commit-config.yaml").write_text(
        configuration.replace("REF", revision.stdout.strip()), encoding="utf-8"
    )
    git(saved, "init", "--quiet")
    git(saved, "add", ".")
    command = [sys.executable, "-m", "pre_commit", "run", "--all-files"]
    good = subprocess.run(command, cwd=saved, env=variables, capture_output=True, text=True, check=False)
    assert good.returncode == 0, good.stdout + good.stderr
    assert good.stdout.count("Passed") == 2
    drift(saved)
    bad = subprocess.run(command, cwd=saved, env=variables, capture_output=True, text=True, check=False)
    assert bad.returncode == 1
    assert "app.math/double" in bad.stdout
    assert bad.stdout.count("Failed") == 1


def test_the_composite_action_does_what_it_says(saved: Path, variables: dict[str, str]) -> None:
    action = yaml.safe_load((REPOSITORY / "action.yml").read_text(encoding="utf-8"))
    inputs = {name: value["default"] for name, value in action["inputs"].items()}
    assert action["runs"]["using"] == "composite"

    def run(**given: str) -> list[subprocess.CompletedProcess[str]]:
        """Run the steps as a runner would: inputs put into the environment, then the script in bash."""
        values = inputs | {"requirement": "click", "directory": str(saved)} | given
        done = []
        for step in action["runs"]["steps"]:
            named = {name: values[INPUT.sub(r"\1", text)] for name, text in step["env"].items()}
            assert "${{" not in step["run"], "text that is put into a script would be run by it"
            done.append(
                subprocess.run(
                    ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
                    cwd=saved,
                    env=variables | named,
                    capture_output=True,
                    text=True,
                    check=False,
                )
            )
        return done

    install, check = run()
    assert (install.returncode, check.returncode) == (0, 0), install.stderr + check.stderr
    drift(saved)
    _, check = run(arguments="--no-gates")
    assert check.returncode == 1
    assert check.stdout.startswith("::error file=app/math.py,line=")
    _, check = run(arguments="--no-gates", format="sarif", output="found here.sarif")
    assert (check.returncode, check.stdout) == (1, "")
    assert json.loads((saved / "found here.sarif").read_text(encoding="utf-8"))["runs"][0]["results"]
    _, check = run(arguments="--no-gates; touch planted")
    assert check.returncode == 2
    assert not (saved / "planted").exists()


@pytest.fixture
def runner(tmp_path: Path, wheelhouse: Wheelhouse) -> dict[str, str]:  # noqa: F811 - the fixture
    """Return a job's environment: a fresh Python with pip, our wheels to install, what they require at hand."""
    place = tmp_path / "runner"
    venv.create(place, symlinks=True)
    (packages,) = place.glob("lib/python*/site-packages")
    (packages / "at_hand.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    (place / "bin" / "ruff").symlink_to(tool("ruff"))
    return wheelhouse.variables | {"PATH": os.pathsep.join([str(place / "bin"), os.environ["PATH"]])}


def jobs() -> tuple[dict[str, str], list[str], list[str]]:
    """Return what the action is given in GitHub's job of the documents, and the scripts of GitHub's and GitLab's."""
    text = (REPOSITORY / "docs" / "ci.md").read_text(encoding="utf-8")
    blocks = [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)]
    steps = next(block["jobs"] for block in blocks if "jobs" in block)["vibesafe"]["steps"]
    (given,) = (step["with"] for step in steps if "hatch-vibesafe" in step.get("uses", ""))
    gitlab = next(block["vibesafe"] for block in blocks if "vibesafe" in block)
    assert gitlab["artifacts"]["reports"]["junit"] == "vibesafe.xml"
    return given, [step["run"] for step in steps if "run" in step], gitlab["script"]


@pytest.mark.e2e
def test_the_jobs_of_the_documents_say_what_drifted(saved: Path, runner: dict[str, str]) -> None:
    """With a build that refuses drift among their steps, they would end there and annotate nothing."""
    given, prepared, script = jobs()
    action = yaml.safe_load((REPOSITORY / "action.yml").read_text(encoding="utf-8"))["runs"]["steps"]

    def run(*lines: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", "\n".join(lines)],
            cwd=saved,
            env=runner | variables,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )

    def failed() -> list[str]:
        cases = ET.parse(saved / "vibesafe.xml").iter("testcase")  # noqa: S314 - our own
        return [f"{case.get('classname')}.{case.get('name')}" for case in cases if case.find("failure") is not None]

    good = run(*script)
    assert good.returncode == 0, good.stdout + good.stderr
    assert failed() == []
    drift(saved)
    bad = run(*script)
    assert bad.returncode == 1, bad.stderr
    assert failed() == ["app.math.double"]
    annotated = run(
        *prepared,
        *(step["run"] for step in action),
        REQUIREMENT="hatch-vibesafe[dev]",
        FORMAT="github",
        OUTPUT="",
        ARGUMENTS=given["arguments"],
    )
    assert annotated.returncode == 1, annotated.stderr
    assert "::error file=app/math.py,line=" in annotated.stdout


def test_the_task_of_the_documents_finds_every_finding(saved: Path, command: Command) -> None:
    text = (REPOSITORY / "docs" / "ci.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"```json\n(.*?)```", text, re.DOTALL)
    (task,) = json.loads(shown)["tasks"]
    pattern = task["problemMatcher"]["pattern"]
    drift(saved)
    _, *arguments = shlex.split(task["command"])
    found = command(*arguments, "--no-gates")
    lines = found.out.splitlines()
    assert lines
    for line in lines:
        matched = re.match(pattern["regexp"], line)
        assert matched, line
        assert matched[pattern["severity"]] in {"error", "warning"}
        assert (saved / matched[pattern["file"]]).is_file()
        assert int(matched[pattern["line"]]) > 1
        assert "app.math/double" in matched[pattern["message"]]
