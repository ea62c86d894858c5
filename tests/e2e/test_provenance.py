"""What others can read in a real wheel: the bill in its metadata, the statement in its package, and both in words."""

import json
import re
import shutil
import zipfile
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from google.protobuf.json_format import Parse  # type: ignore[import-untyped]  # its types are elsewhere
from in_toto_attestation.v1.statement import Statement  # type: ignore[import-untyped]  # it ships no types
from in_toto_attestation.v1.statement_pb2 import Statement as Message  # type: ignore[import-untyped]  # as above

from hatch_vibesafe.cli.main import run
from hatch_vibesafe.identity import digest
from tests.e2e.conftest import REPOSITORY, Project, Wheelhouse
from tests.ship.conftest import Tree

pytestmark = pytest.mark.e2e

WHEEL = "shop-1.0-py2.py3-none-any.whl"
BILL = "shop-1.0.dist-info/sboms/shop.vibesafe.cdx.json"
STATEMENT = "shop/_vibesafe/statement.json"


@pytest.fixture
def wheel(project: Project) -> Path:
    """The wheel of the project `shop`."""
    done = project.hatchling("wheel")
    assert done.returncode == 0, done.stderr
    return project.out / WHEEL


def explain(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str]:
    capsys.readouterr()
    code = run(["explain", *map(str, arguments)])
    captured = capsys.readouterr()
    return code, " ".join((captured.out + captured.err).split())


def test_the_bill_is_in_the_metadata_and_agrees_with_the_wheel(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as files:
        text = files.read(BILL).decode()
        assert BILL in files.read("shop-1.0.dist-info/RECORD").decode()
        contents = {name: digest(files.read(name)) for name in files.namelist()}
    assert JsonStrictValidator(SchemaVersion.V1_7).validate_str(text) is None
    bill = json.loads(text)
    assert bill["metadata"]["component"]["purl"] == "pkg:pypi/shop@1.0"
    listed = {each["name"]: each["hashes"][0]["content"] for each in bill["components"]}
    assert listed == {name: contents[name] for name in listed}
    generated = {name for name in contents if name.startswith("shop/_vibesafe/")}
    other = {f"shop/_vibesafe/{name}" for name in ("MANIFEST", "__init__.py", "statement.json")}
    assert set(listed) == generated - other


def test_the_statement_names_every_generated_file(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as files:
        message = Parse(files.read(STATEMENT), Message())
        Statement.copy_from_pb(message).validate()
        for subject in message.subject:
            assert subject.digest["sha256"] == digest(files.read(subject.name))
        listed = {each["name"] for each in json.loads(files.read(BILL))["components"]}
    assert {subject.name for subject in message.subject} == listed


def test_a_wheel_is_told_in_words(wheel: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, text = explain(capsys, wheel)
    assert code == 0
    for words in (
        "shop.pricing/total baked",
        "handed in by Zoë",
        "It passed structure (by hand 1)",
        "no trusted key was asked for",
    ):
        assert words in text
    assert explain(capsys, wheel, "--target", "shop.pricing/total")[0] == 0
    code, text = explain(capsys, wheel, "--target", "shop.pricing/other")
    assert code == 2
    assert "names no unit of" in text


def test_a_wheel_that_was_edited_is_not_told(wheel: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edited = tmp_path / "edited.whl"
    with zipfile.ZipFile(wheel) as before, zipfile.ZipFile(edited, "w") as after:
        for name in before.namelist():
            content = before.read(name)
            after.writestr(name, content.replace("Zoë".encode(), b"Eve") if name == STATEMENT else content)
    code, text = explain(capsys, edited)
    assert code == 1
    assert STATEMENT in text
    assert "handed in by" not in text


def test_an_installed_wheel_tells_the_same(
    wheel: Path, wheelhouse: Wheelhouse, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    python = wheelhouse.environment(tmp_path / "environment", "3.11", [wheel, "hatch-vibesafe"])
    code = "from hatch_vibesafe.ship.packed import read_installed; print(read_installed('shop')[0].accounts[0].unit)"
    assert wheelhouse.must(python, "-c", code) == "shop.pricing/total"
    (installed,) = (tmp_path / "environment").rglob("pricing__total.py")
    installed.write_text("def total(price): return 0\n", "utf-8")
    done = wheelhouse.run(python, "-c", code)
    assert done.returncode != 0
    assert "was built with" in done.stderr
    assert "baked" in explain(capsys, wheel)[1]


def test_two_builds_have_the_same_bill(wheel: Path, project: Project, tmp_path: Path) -> None:
    shutil.copytree(project.tree.root, tmp_path / "other" / "place")
    other = Project(Tree(tmp_path / "other" / "place"), tmp_path / "other" / "out", project.wheelhouse, project.builder)
    assert other.hatchling("wheel", env={"SOURCE_DATE_EPOCH": "1700000000", "TZ": "Asia/Tokyo"}).returncode == 0
    with zipfile.ZipFile(wheel) as first, zipfile.ZipFile(other.out / WHEEL) as second:
        assert first.read(BILL) == second.read(BILL)
        assert first.read(STATEMENT) == second.read(STATEMENT)


@pytest.fixture
def quickstart(project: Project, tmp_path: Path) -> Path:
    """The wheel of the example."""
    shutil.copytree(REPOSITORY / "examples" / "quickstart", tmp_path / "quickstart")
    built = Project(Tree(tmp_path / "quickstart"), tmp_path / "built", project.wheelhouse, project.builder)
    assert built.hatchling("wheel").returncode == 0
    (path,) = built.out.glob("*.whl")
    return path


def member(wheel: Path, end: str) -> str:
    with zipfile.ZipFile(wheel) as files:
        (name,) = (name for name in files.namelist() if name.endswith(end))
        return files.read(name).decode()


def test_the_bill_of_an_example_names_the_model_that_wrote_its_units(quickstart: Path) -> None:
    text = member(quickstart, ".cdx.json")
    assert JsonStrictValidator(SchemaVersion.V1_7).validate_str(text) is None
    models = [each["name"] for each in json.loads(text)["components"] if each["type"] == "machine-learning-model"]
    assert models == ["SmolLM2-135M-Instruct"]


def test_the_docs_show_what_the_example_really_has(quickstart: Path) -> None:
    blocks = re.findall(r"```json\n(.*?)```", (REPOSITORY / "docs" / "formats.md").read_text("utf-8"), re.DOTALL)
    shown_unit, shown_component = (json.loads(block) for block in blocks)
    units = {each["unit"]: each for each in json.loads(member(quickstart, "statement.json"))["predicate"]["units"]}
    unit = units[shown_unit["unit"]]
    components = {each["bom-ref"]: each for each in json.loads(member(quickstart, ".cdx.json"))["components"]}
    component = components[shown_component["bom-ref"]]
    mend = "replace what docs/formats.md shows by what the command above it prints now"
    assert all(gate in unit["gates"] for gate in shown_unit["gates"]), mend
    assert all(value in component["properties"] for value in shown_component["properties"]), mend
    assert shown_unit == unit | {"gates": shown_unit["gates"]}, mend
    assert shown_component == component | {"properties": shown_component["properties"]}, mend
