"""`[provider.NAME]`: keys of each kind, and where a key may be."""

from pathlib import Path

import pytest

from hatch_vibesafe.config import Config
from hatch_vibesafe.config_file import read_config
from hatch_vibesafe.problems import VibesafeConfigurationError

HOSTED = 'kind = "openai-compatible"\nmodel = "m"\n'
COMMAND = 'kind = "command"\nmodel = "m"\n'


def read(root: Path, table: str) -> Config:
    (root / "vibesafe.toml").write_text(f"[provider.default]\n{table}", encoding="utf-8")
    return read_config(root)


@pytest.mark.parametrize(
    ("key", "variable", "keyring"),
    [
        ('key = "env:MY_KEY"', "MY_KEY", None),
        ('api_key_env = "MY_KEY"', "MY_KEY", None),
        ('key = "keyring:models/me"', "OPENAI_API_KEY", ("models", "me")),
        ('key = "keyring:https://models.example/v1/me"', "OPENAI_API_KEY", ("https://models.example/v1", "me")),
        ("", "OPENAI_API_KEY", None),
    ],
)
def test_where_the_key_is(tmp_path: Path, key: str, variable: str, keyring: tuple[str, str] | None) -> None:
    [provider] = read(tmp_path, HOSTED + key).providers
    assert (provider.api_key_env, provider.keyring) == (variable, keyring)


@pytest.mark.parametrize(
    "table",
    [
        HOSTED + 'key = "sk-canary-99"',
        HOSTED + 'key = "env:sk-canary-99"',
        HOSTED + 'key = "keyring:sk-canary-99"',
        HOSTED + 'key = "keyring:/sk-canary-99"',
        HOSTED + 'key = "keyring:sk-canary-99/"',
        HOSTED + 'api_key_env = "sk-canary-99"',
        HOSTED + 'key = "env:A"\napi_key_env = "A"',
        COMMAND + 'command = ["a"]\nenvironment = ["sk-canary-99"]',
    ],
)
def test_a_key_in_its_place_is_refused_and_not_repeated(tmp_path: Path, table: str) -> None:
    with pytest.raises(VibesafeConfigurationError) as failure:
        read(tmp_path, table)
    assert len(failure.value.problems) == 1
    assert "canary" not in str(failure.value)


def test_a_program_is_a_list_and_its_places_are_filled(tmp_path: Path) -> None:
    table = 'command = ["ask", "--model={model}", "{seed}", "{other}"]\nenvironment = ["A_KEY"]\nseed = 4\n'
    [provider] = read(tmp_path, COMMAND + table).providers
    assert provider.named_in_command == {"model", "seed"}
    assert provider.arguments(dict(provider.sent)) == ["ask", "--model=m", "4", "{other}"]
    assert provider.environment == ("A_KEY",)


@pytest.mark.parametrize(
    ("table", "key"),
    [
        (COMMAND, "command"),
        (COMMAND + "command = []", "command"),
        (COMMAND + 'command = [" "]', "command"),
        (COMMAND + 'command = ["a", "b\\u0000"]', "command"),
        (COMMAND + 'command = ["a", "{seed}"]', "command"),
        (COMMAND + 'command = ["a"]\napi = "chat"', "api"),
        (COMMAND + 'command = ["a"]\nkey = "env:A"', "key"),
        (HOSTED + 'command = ["a"]', "command"),
        (HOSTED + 'environment = ["A"]', "environment"),
        (HOSTED + 'api = "responses"', "api"),
        (HOSTED + 'accepts = ["temprature"]', "accepts"),
        (HOSTED + "read_timeout = 0", "read_timeout"),
        ('kind = "local"\nmodel = "m"\napi = "completions"', "api"),
        (HOSTED + 'json = "yes"', "json"),
        (HOSTED + "json = true", "json"),
        (HOSTED + 'json = "schema"\napi = "completions"', "json"),
        ('kind = "anthropic"\nmodel = "m"\njson = "object"', "json"),
        (COMMAND + 'command = ["a", "{json}"]', "command"),
    ],
)
def test_what_does_not_fit_is_named(tmp_path: Path, table: str, key: str) -> None:
    with pytest.raises(VibesafeConfigurationError) as failure:
        read(tmp_path, table)
    assert [problem.where for problem in failure.value.problems] == [f"vibesafe.toml provider.default.{key}"]


def test_an_answer_in_json_is_asked_for_in_one_of_two_ways(tmp_path: Path) -> None:
    assert [read(tmp_path, f'{HOSTED}json = "{form}"').providers[0].json for form in ("schema", "object")] == [
        "schema",
        "object",
    ]
    [program] = read(tmp_path, COMMAND + 'command = ["a", "--format={json}"]\njson = "schema"').providers
    assert program.arguments(dict(program.sent)) == ["a", "--format=schema"]
    assert "json" not in dict(read(tmp_path, HOSTED).providers[0].asked)


PLUGIN = 'kind = "plugin"\nmodel = "m"\n'


def test_a_plugin_has_a_name_and_options_and_needs_not_be_installed(tmp_path: Path) -> None:
    table = 'plugin = "echo"\n[provider.default.options]\ntext = "a"\nnumber = 1.5\nyes = true\n'
    [provider] = read(tmp_path, PLUGIN + table).providers
    assert (provider.kind, provider.plugin) == ("plugin:echo", "echo")
    assert provider.options == (("number", 1.5), ("text", "a"), ("yes", True))
    assert provider.asked == (("model", "m"), ("provider", "plugin:echo"))


@pytest.mark.parametrize(
    ("table", "key"),
    [
        (PLUGIN, "plugin"),
        (HOSTED + 'plugin = "echo"', "plugin"),
        (HOSTED + "[provider.default.options]\na = 1", "options"),
        (PLUGIN + 'plugin = "echo"\n[provider.default.options]\na = [1]', "options.a"),
        ('kind = "plugin:echo"\nmodel = "m"', "kind"),
    ],
)
def test_what_does_not_fit_a_plugin_is_named(tmp_path: Path, table: str, key: str) -> None:
    with pytest.raises(VibesafeConfigurationError) as failure:
        read(tmp_path, table)
    assert [problem.where for problem in failure.value.problems] == [f"vibesafe.toml provider.default.{key}"]


def test_a_command_that_is_no_list_is_said_to_be_none(tmp_path: Path) -> None:
    with pytest.raises(VibesafeConfigurationError, match="a list of strings"):
        read(tmp_path, COMMAND + 'command = "ask me"')


def test_what_a_program_is_given_is_hidden_where_it_can_be_a_secret(tmp_path: Path) -> None:
    config = read(tmp_path, COMMAND + 'command = ["a"]\nenvironment = ["A_KEY", "DEBUG", "UNSET"]')
    assert config.secret_variables({"A_KEY": "0123456789", "DEBUG": "1"}) == ("OPENAI_API_KEY", "A_KEY")


@pytest.mark.parametrize("key", ["timeout", "connect_timeout", "read_timeout"])
def test_a_time_that_no_clock_can_wait_for_is_a_problem(tmp_path: Path, key: str) -> None:
    assert read(tmp_path, f"{HOSTED}{key} = 86400").providers, "the control: a day"
    with pytest.raises(VibesafeConfigurationError) as refused:
        read(tmp_path, f"{HOSTED}{key} = 1e300")
    (problem,) = refused.value.problems
    assert problem.where.endswith(f"provider.default.{key}")
    assert "at most 86400" in problem.remedy


def test_a_fallback_to_itself_is_to_be_left_out(tmp_path: Path) -> None:
    with pytest.raises(VibesafeConfigurationError) as refused:
        read(tmp_path, f'{HOSTED}fallback = ["default"]')
    assert [problem.remedy for problem in refused.value.problems] == ["leave it out"]


def test_whoever_is_named_twice_is_told_all_at_once_and_each_others_stand_ins_are_none(tmp_path: Path) -> None:
    others = "".join(f'[provider.{name}]\n{HOSTED}fallback = ["default"]\n' for name in ("a", "b", "c"))
    assert len(read(tmp_path, f'{HOSTED}fallback = ["a", "b"]\npool = ["c"]\n{others}').providers) == 4, "the control"
    with pytest.raises(VibesafeConfigurationError) as refused:
        read(
            tmp_path,
            f'{HOSTED}pool = ["c", "b", "c"]\nfallback = ["a", "b", "a", "a", "default", "d", "d"]\n{others}'
            f'[provider.e]\n{HOSTED}pool = ["e", "e"]\n',
        )
    named = [
        (problem.where.removeprefix("vibesafe.toml provider."), problem.what) for problem in refused.value.problems
    ]
    assert named == [
        ("default.pool", "names 'c' twice, and nobody is asked twice"),
        ("default.fallback", "names 'a' twice, and nobody is asked twice"),
        ("default.fallback", "names 'b' beside pool, and nobody is asked twice"),
        ("default.fallback", "names 'd' twice, and nobody is asked twice"),
        ("default.fallback", "names 'default', which is no other provider"),
        ("default.fallback", "names 'd', which is no other provider"),
        ("e.pool", "names 'e' twice, and nobody is asked twice"),
        ("e.pool", "names 'e', which is no other provider"),
    ]
