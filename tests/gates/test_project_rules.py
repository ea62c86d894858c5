"""What a project's dependencies and its `[policy]` table refuse, each beside what they let be."""

from pathlib import Path

import pytest

from hatch_vibesafe.config_file import read_config
from hatch_vibesafe.gates.dependencies import Dependencies
from hatch_vibesafe.gates.modules_probe import faults_beforehand
from hatch_vibesafe.gates.run import judge_each

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tests.gates.conftest import Bench, MakeBench

UNIT = "app.numbers/double"
STUB = '''
    import statistics
    from vibesafe_runtime import VibeCoded, vibesafe


    @vibesafe{options}
    def double(n: int) -> int:
        """Twice a number.

        >>> double(2)
        4
        """
        {before}
        raise VibeCoded()
'''
PYPROJECT = '[project]\nname = "app"\nversion = "1"\ndependencies = [{}]\n'


@pytest.fixture
def project(bench: "MakeBench", tmp_path: Path) -> "ProjectMaker":
    return ProjectMaker(bench, tmp_path)


class ProjectMaker:
    """Makes projects of one unit."""

    def __init__(self, bench: "MakeBench", root: Path) -> None:
        self.bench = bench
        self.root = root

    def __call__(
        self, *, declared: str = "", options: str = "", policy: str = "", before: str = "", extra: str = ""
    ) -> "Bench":
        (self.root / "pyproject.toml").write_text(PYPROJECT.format(declared) + extra, encoding="utf-8")
        stub = STUB.format(options=options, before=before)
        files = {"app/__init__.py": "", "app/numbers.py": stub, "app/helpers.py": "ONE = 1\n"}
        return self.bench(files, f"[sandbox]\ntimeout = 5\n{policy}")


def findings(made: "Bench", code: str, before: str = "") -> str:
    head = "def double(n: int) -> int:\n"
    body = f"    {before}\n    return n * 2\n" if before else "    return n * 2\n"
    (verdict,) = judge_each([made.candidate(UNIT, f"{code}\n{head}{body}")], made.context())
    assert not verdict.faults
    return "\n".join(finding.message for finding in verdict.findings if finding.gate == "structure")


def test_an_invented_package_is_refused_and_the_finding_says_so(project: ProjectMaker) -> None:
    said = findings(project(declared='"click"'), "import quickmathz")
    assert "`quickmathz`, which no declared dependency provides" in said
    assert "may be invented (declared: click)" in said
    assert "install" not in said.replace("installed", "")


def test_an_installed_package_is_refused_until_it_is_declared_or_granted(project: ProjectMaker) -> None:
    assert "does not declare it" in findings(project(), "import click")
    assert findings(project(declared="\"Click >= 8; python_version > '3'\""), "import click") == ""
    assert findings(project(options="(capabilities=['import:click'])"), "from click import echo") == ""


def test_a_distribution_is_imported_by_the_names_that_its_metadata_has(project: ProjectMaker) -> None:
    assert findings(project(declared='"Import_Linter"'), "import importlinter") == ""
    assert "`import_linter`" in findings(project(declared='"import-linter"'), "import import_linter")


def test_what_is_not_installed_is_imported_by_its_normalised_name(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(PYPROJECT.format('"No.Such_Thing[extra]~=1.0"'), encoding="utf-8")
    found = Dependencies(tmp_path)
    assert found.declared == ("no-such-thing",)
    assert found.refusal("no_such_thing.part") == ""
    assert found.refusal("such_thing") != ""


@pytest.mark.parametrize("text", ["", "[project", "project = 1", "[project]\ndependencies = 3\n", "\xff"])
def test_a_pyproject_that_declares_nothing_declares_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / "pyproject.toml").write_text(text, encoding="latin-1")
    assert Dependencies(tmp_path).declared == ()
    assert Dependencies(tmp_path / "elsewhere").declared == ()


def test_dynamic_dependencies_are_those_of_the_installed_project(tmp_path: Path) -> None:
    text = '[project]\nname = "My.App"\ndynamic = ["dependencies", "version"]\n'
    (tmp_path / "pyproject.toml").write_text(text, encoding="utf-8")
    assert Dependencies(tmp_path, [str(tmp_path)]).declared == ()
    metadata = tmp_path / "my_app-1.dist-info"
    metadata.mkdir()
    requires = "Requires-Dist: click>=8\nRequires-Dist: rich; extra == 'more'\n"
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: My.App\nVersion: 1\n{requires}", encoding="utf-8")
    assert Dependencies(tmp_path, [str(tmp_path)]).declared == ("click",)


def test_denied_imports_are_refused_however_they_are_written(project: ProjectMaker) -> None:
    made = project(policy='[policy]\ndeny_imports = ["json", "urllib.parse"]\n')
    for code in ("import json", "from json import loads", "import json.decoder as d", "from urllib import parse"):
        assert "deny_imports" in findings(made, code)
    assert "deny_imports" in findings(made, "import urllib.error\nx = urllib.parse")
    assert findings(made, "import urllib.error\nimport math") == ""


def test_only_allowed_imports_are_allowed_and_what_the_spec_needs(project: ProjectMaker) -> None:
    before = "statistics.mean([1])"
    made = project(policy='[policy]\nallow_imports = ["collections.abc"]\n', before=before)
    assert findings(made, "import statistics\nfrom collections.abc import Iterator", before) == ""
    assert "allows only collections.abc" in findings(made, "import statistics\nfrom collections import Counter", before)
    nothing = project(policy="[policy]\nallow_imports = []\n")
    assert "allows only nothing" in findings(nothing, "import math")
    assert findings(nothing, "from __future__ import annotations") == ""


def test_a_denied_capability_is_a_problem_of_the_spec_before_anybody_is_asked(project: ProjectMaker) -> None:
    policy = '[policy]\ndeny_capabilities = ["net", "import:click"]\n'
    made = project(options="(capabilities=['net', 'import:click.testing'])", policy=policy)
    (problems,) = faults_beforehand(made.scan.specs, made.context()).values()
    assert [problem.what for problem in problems] == [
        "asks for the capability 'import:click.testing', which [policy] deny_capabilities of vibesafe.toml forbids",
        "asks for the capability 'net', which [policy] deny_capabilities of vibesafe.toml forbids",
    ]
    (verdict,) = judge_each([made.candidate(UNIT, "def double(n: int) -> int:\n    return n * 2\n")], made.context())
    assert verdict.faults == problems
    assert faults_beforehand(project(options="(capabilities=['env'])", policy=policy).scan.specs, made.context()) == {}


def test_a_helper_of_the_project_is_no_package(project: ProjectMaker) -> None:
    assert "declared" not in findings(project(), "from app.helpers import ONE")
    assert read_config(project.root).policy.settings == ()
