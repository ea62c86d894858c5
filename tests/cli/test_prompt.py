"""`vibesafe prompt UNIT`: what it prints is what is sent."""

from pathlib import Path
from typing import cast

from hatch_vibesafe.generate.token_count import estimated_tokens
from tests.cli.conftest import Command
from tests.generate.conftest import ModelServer

UNIT = "app.math/double"
LESSONS = '[lessons.one]\ntext = "Return an int, never a float."\nunits = ["app.*"]\n'
COUNTS = '''\
from vibesafe_runtime import VibeCoded, vibesafe


@vibesafe
def count(text: str) -> int:
    """Count the vowels.

    >>> count("one")
    2
    >>> count("two")
    1
    >>> count("three")
    2
    """
    raise VibeCoded()
'''


def shown(command: Command, unit: str = UNIT) -> dict[str, object]:
    done = command("prompt", unit, "--json")
    assert done.code == 0, done.error
    return done.document


def test_what_is_printed_is_what_is_sent(asking: Path, command: Command, server: ModelServer) -> None:
    (asking / "app" / "text.py").write_text(COUNTS, encoding="utf-8")
    prompted = {unit: shown(command, unit) for unit in (UNIT, "app.text/count")}
    assert prompted["app.text/count"]["held_back"] != []
    assert prompted[UNIT]["held_back"] == []
    plain = command("prompt", UNIT)
    assert server.asked == [], "nobody is asked"
    command("compile", "--target", UNIT)
    command("compile", "--target", "app.text/count")
    sent = [asked.body["messages"] for asked in server.asked]
    assert sent[0] == prompted[UNIT]["messages"]
    assert prompted["app.text/count"]["messages"] in sent
    messages = cast("list[dict[str, str]]", sent[0])
    assert plain.out == messages[0]["content"] + "\n"
    assert "tokens, estimated" in plain.error
    assert "default (openai-compatible)" in plain.error


def test_after_a_refusal_it_is_the_next_question_and_then_what_is_recorded(
    asking: Path, command: Command, server: ModelServer
) -> None:
    table = (asking / "vibesafe.toml").read_text(encoding="utf-8")
    (asking / "vibesafe.toml").write_text(table + "attempts = 1\n", encoding="utf-8")
    assert command("compile", "--target", UNIT).code == 1
    document = shown(command)
    assert (document["strategy"], document["recorded"]) == ("counterexample", False)
    assert command("compile", "--target", UNIT).code == 0
    assert server.asked[1].body["messages"] == document["messages"]
    again = shown(command)
    assert (again["recorded"], again["up_to_date"]) == (True, True)
    assert again["tokens"] == {
        "count": 7,
        "by": "provider",
        "how": "counted by the provider when it answered this prompt",
    }
    assert "up to date" in command("prompt", UNIT).error


def test_approved_lessons_and_the_projects_own_template_are_in_it(asking: Path, command: Command) -> None:
    (asking / ".vibesafe").mkdir()
    (asking / ".vibesafe" / "lessons.toml").write_text(LESSONS, encoding="utf-8")
    (asking / "mine.j2").write_text("Please write {{ name }}.\n", encoding="utf-8")
    with (asking / "vibesafe.toml").open("a", encoding="utf-8") as file:
        file.write('[prompts]\nfunction = "mine.j2"\n')
    document = shown(command)
    assert document["lessons"] == ["Return an int, never a float."]
    assert document["template"] == "mine.j2"
    (message,) = cast("list[dict[str, str]]", document["messages"])
    assert message["content"].startswith("Please write double.")
    assert "Keep to these rules:\n- Return an int, never a float." in message["content"]


def test_a_model_that_continues_is_shown_the_beginning_of_its_answer(asking: Path, command: Command) -> None:
    (asking / "vibesafe.toml").write_text(
        '[provider.default]\nkind = "openai-compatible"\nmodel = "m"\napi = "completions"\nbase_url = "http://localhost:1"\n',
        encoding="utf-8",
    )
    document = shown(command)
    messages = cast("list[dict[str, str]]", document["messages"])
    assert [each["role"] for each in messages] == ["user", "assistant"]
    assert document["stop"] != []
    assert "the answer begins" in command("prompt", UNIT).out


def test_a_small_model_is_asked_for_a_conversation_first_and_stopped_behind_its_code(
    asking: Path, command: Command
) -> None:
    (asking / "vibesafe.toml").write_text('[provider.default]\nkind = "local"\nmodel = "m"\n', encoding="utf-8")
    document = shown(command)
    assert [each["role"] for each in cast("list[dict[str, str]]", document["messages"])] == ["user"]
    assert document["stop"] == ["\n```\n"]


def test_nobody_to_ask_an_unknown_unit_and_several_are_refused(project: Path, command: Command) -> None:
    assert project.is_dir()
    nobody = command("prompt", UNIT)
    assert nobody.code == 1
    assert "provider" in nobody.error
    assert command("prompt", "app.math/nothing").code == 2
    assert command("prompt", "app.math").code == 2
    assert command("prompt").code == 2
    assert command("prompt", "--json", UNIT, "--sideways").code == 2


def test_the_estimate_is_near_what_tokenizers_count() -> None:
    assert estimated_tokens("") == 0
    assert estimated_tokens("the list of names") == 4
    assert estimated_tokens("def double(a: int) -> int:\n    return 2 * a\n") in range(14, 22)
