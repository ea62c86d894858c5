import tomllib

import pytest

from hatch_vibesafe.start.toml_edits import UneditableError, with_item

KEYS = ("project", "dependencies")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('[project]\nname = "a"\n# end\n\n[tool.b]\nc = 1\n', 2),
        ('[tool.b]\nc = 1\n[ "project" ] # ours\nname = "a"\n', 4),
        ("[project]\n", 1),
        ("[project]\n# nothing yet\n[[tool.b]]\n[[tool.b]]\n", 1),
        ('[project]\nkeywords = [\n  "a",\n]\n[project.urls]\na = "b"\n', 4),
        ('[project]\nname = "a"\ndescription = """\n[project]\n[tool]\n"""\n', 2),
        ('[project]\nname = "a"\n[tool.b]\nc = """\n[project]\nd = 1\n"""\n', 2),
    ],
)
def test_a_line_goes_behind_what_its_table_says(text: str, line: int) -> None:
    done = with_item(text, KEYS, "x")
    before = tomllib.loads(text)
    assert tomllib.loads(done) == before | {"project": before["project"] | {"dependencies": ["x"]}}
    lines = text.split("\n")
    assert done.split("\n") == [*lines[:line], 'dependencies = ["x"]', *lines[line:]]


def test_a_table_that_is_nowhere_is_made_at_the_end() -> None:
    assert with_item("[tool.b]\nc = 1\n", KEYS, "x").endswith('c = 1\n\n[project]\ndependencies = ["x"]\n')


def test_what_cannot_be_said_there_is_refused() -> None:
    with pytest.raises(UneditableError):
        with_item("project = { name = 'a' }\n", KEYS, "x")


@pytest.mark.parametrize("tables", [10, 1_000])
def test_however_long_the_text_few_lines_are_tried(monkeypatch: pytest.MonkeyPatch, tables: int) -> None:
    text = '[project]\nname = "a"\n\n' + "".join(f"[tool.b{number}]\nc = 1\n\n" for number in range(tables))
    whole = 0
    parse = tomllib.loads

    def counted(each: str) -> dict[str, object]:
        nonlocal whole
        whole += len(each) >= len(text)
        return parse(each)

    monkeypatch.setattr(tomllib, "loads", counted)
    assert with_item(text, KEYS, "x").startswith('[project]\nname = "a"\ndependencies = ["x"]\n')
    assert whole == 2
