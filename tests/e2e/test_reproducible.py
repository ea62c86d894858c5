"""The same project gives the same bytes, whoever builds it, where and when; bytecode alone belongs to one Python."""

import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.e2e.conftest import Project, Wheelhouse, interpreter
from tests.ship.conftest import plant

pytestmark = pytest.mark.e2e

ELSEWHERE = {"TZ": "Pacific/Kiritimati", "PYTHONHASHSEED": "7", "LC_ALL": "C", "UMASK": "077"}
# What depends on bytecode, and nothing else: its digests, and what pins or lists those.
BYTECODE_ASIDE = {"MANIFEST", "__init__.py", "statement.json", "RECORD", "shop.vibesafe.cdx.json"}


@pytest.fixture
def other(tmp_path: Path, wheelhouse: Wheelhouse) -> Project:
    """The same project in another directory, and another Python to build it."""
    python = wheelhouse.environment(tmp_path / "builder", interpreter("3.13"), ["hatch-vibesafe", "editables"])
    return Project(plant(tmp_path / "somewhere" / "else" / "entirely"), tmp_path / "there", wheelhouse, python)


def members(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def build(project: Project, env: dict[str, str]) -> tuple[Path, Path]:
    assert project.hatchling("sdist", "wheel", env=env).returncode == 0
    return next(project.out.glob("*.whl")), next(project.out.glob("*.tar.gz"))


def test_two_pythons_in_two_places_and_time_zones_build_the_same(project: Project, other: Project) -> None:
    for each in (project, other):
        text = (each.tree.root / "pyproject.toml").read_text()
        each.tree.write("pyproject.toml", f"{text}\n[tool.vibesafe.build]\nbytecode = false\n")
    one, two = build(project, {"TZ": "UTC"}), build(other, ELSEWHERE)
    assert [file.read_bytes() for file in one] == [file.read_bytes() for file in two]
    assert not [name for name in members(one[0]) if "bytecode" in name]


def test_with_bytecode_only_that_and_its_digests_differ(project: Project, other: Project) -> None:
    (wheel, sdist), (other_wheel, other_sdist) = build(project, {"TZ": "UTC"}), build(other, ELSEWHERE)
    assert sdist.read_bytes() == other_sdist.read_bytes()
    one, two = members(wheel), members(other_wheel)
    different = {name for name in one.keys() | two.keys() if one.get(name) != two.get(name)}
    names = {name.rpartition("/")[2] for name in different}
    assert {name for name in names if not name.startswith("bytecode.")} <= BYTECODE_ASIDE
    assert {name for name in names if name.startswith("bytecode.")} == {
        name.rpartition("/")[2] for name in (*one, *two) if "/bytecode." in name
    }
    assert len(names - BYTECODE_ASIDE) == 2


def test_one_python_builds_the_same_bytecode_anywhere(project: Project, tmp_path: Path) -> None:
    again = Project(plant(tmp_path / "again" / "here"), tmp_path / "again" / "out", project.wheelhouse, project.builder)
    one, two = build(project, {"TZ": "UTC"}), build(again, ELSEWHERE)
    assert [file.read_bytes() for file in one] == [file.read_bytes() for file in two]
    # The control: where something differs, so do the bytes.
    again.tree.write("shop/__init__.py", "VERSION = 2\n")
    assert build(again, ELSEWHERE)[0].read_bytes() != one[0].read_bytes()


def test_nothing_in_an_artifact_says_when_or_where_it_was_built(project: Project, tmp_path: Path) -> None:
    wheel, sdist = build(project, {})
    contents = list(members(wheel).values())
    with tarfile.open(sdist) as archive:
        contents += [file.read() for member in archive.getmembers() if (file := archive.extractfile(member))]
    assert not [content for content in contents if str(tmp_path).encode() in content]
