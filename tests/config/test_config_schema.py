import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from validate_pyproject import api, plugins

from hatch_vibesafe.config import config_of
from hatch_vibesafe.config_schema import configuration_schema, for_validate_pyproject, pyproject_schema
from hatch_vibesafe.problems import Problem
from hatch_vibesafe.toml_table import Table

SCHEMA = configuration_schema()
VALIDATOR = jsonschema.Draft7Validator(SCHEMA)
DOCUMENT = Path(__file__).parents[2] / "docs" / "configuration.md"
PYPROJECT = DOCUMENT.parents[1] / "pyproject.toml"
TAPLO = Path(sys.executable).parent / "taplo"

GOOD = """\
[project]
python = ">=3.12"

[provider.default]
kind = "openai-compatible"
model = "large"
timeout = 5

[gates]
min_adequacy = 0.5
"""


def leaves(schema: object, path: str = "") -> Iterator[tuple[str, dict[str, object]]]:
    """Yield the dotted path and the schema of every key that holds no table."""
    assert isinstance(schema, dict)
    if isinstance(schema.get("additionalProperties"), dict):
        yield from leaves(schema["additionalProperties"], f"{path}.NAME")
    elif schema.get("type") == "object":
        for key, inner in schema["properties"].items():
            yield from leaves(inner, f"{path}.{key}" if path else key)
    else:
        yield path, schema


def documented() -> Iterator[str]:
    tables: list[str] = []
    for line in DOCUMENT.read_text(encoding="utf-8").split("| environment variable")[0].splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and len(cells) >= 4 and cells[0] not in {"table", "---"}:
            tables = re.findall(r"`([^`]+)`", cells[0]) or tables
            for table in tables:
                yield from (f"{table}.{key}" for key in re.findall(r"`([^`]+)`", cells[1]))


def test_the_schema_itself_is_one() -> None:
    for schema in (SCHEMA, pyproject_schema(), for_validate_pyproject("vibesafe")):
        jsonschema.Draft7Validator.check_schema(schema)


def test_it_describes_the_keys_that_the_documentation_names_and_no_others() -> None:
    assert sorted({path for path, _ in leaves(SCHEMA)}) == sorted({*documented()})


WORDS = [*sorted({key for path, _ in leaves(SCHEMA) for key in path.split(".")}), "colour"]
VALUES = st.sampled_from(
    ["", "dev", "off", "L3", "local", "x.j2", "http://x.example", ">=3.11", 0, 1, 7, -1, 0.5, True]
)
TABLES = st.recursive(
    VALUES | st.lists(st.sampled_from(["structure", "doctests", "net", "json", 1]), max_size=2),
    lambda inner: st.dictionaries(st.sampled_from(WORDS), inner, max_size=4),
    max_leaves=8,
)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from([*SCHEMA["properties"], "colour"]), TABLES, max_size=3))  # type: ignore[misc] # a schema's values are of any kind
def test_whatever_the_reader_takes_the_schema_takes(values: dict[str, object]) -> None:
    problems: list[Problem] = []
    config_of(Table(values, "vibesafe.toml", "", problems), "vibesafe.toml")
    if not problems:
        VALIDATOR.validate(values)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        *((path, {"no": "such"}) for path, _ in leaves(SCHEMA)),
        ("colour", "red"),
        ("project.env", "staging"),
        ("provider.NAME.timeout", 0),
        ("provider.NAME.attempts", 1.5),
        ("provider.NAME.base_url", "models.example"),
        ("sandbox.min_sandbox", "L9"),
    ],
)
def test_what_the_schema_refuses_the_reader_refuses_too(key: str, value: object) -> None:
    values: dict[str, object] = {"provider": {"NAME": {"kind": "local", "model": "m"}}}
    table = values
    *tables, last = key.split(".")
    for name in tables:
        inner = table.setdefault(name, {})
        assert isinstance(inner, dict)
        table = inner
    table[last] = value
    problems: list[Problem] = []
    config_of(Table(values, "vibesafe.toml", "", problems), "vibesafe.toml")
    assert not VALIDATOR.is_valid(values)
    assert [problem for problem in problems if key in problem.where]


@pytest.mark.parametrize("broken", [False, True])
def test_the_linter_that_editors_use_reads_it(tmp_path: Path, broken: bool) -> None:
    (tmp_path / "schema.json").write_text(json.dumps(SCHEMA), encoding="utf-8")
    text = GOOD.replace("timeout = 5", 'timeout = "long"') if broken else GOOD
    (tmp_path / "vibesafe.toml").write_text(f"#:schema ./schema.json\n{text}", encoding="utf-8")
    done = subprocess.run([TAPLO, "lint", "vibesafe.toml"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode != 0) == broken, done.stderr
    assert ("timeout" in done.stderr) == broken


@pytest.mark.parametrize("broken", [False, True])
def test_validate_pyproject_finds_it_by_its_entry_point(broken: bool) -> None:
    project = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["project"]
    group = "validate_pyproject.tool_schema"
    entry_point = EntryPoint("vibesafe", project["entry-points"][group]["vibesafe"], group)
    validator = api.Validator(extra_plugins=[plugins.PluginWrapper("vibesafe", entry_point.load())])
    document = {"tool": {"vibesafe": {"project": {"env": "staging" if broken else "dev"}}}}
    if broken:
        with pytest.raises(Exception, match="env"):
            validator(document)
    else:
        validator(document)
