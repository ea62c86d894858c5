"""The configuration: every key of the table, and every problem at once."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hatch_vibesafe.config import Config, GatesConfig, gate_settings_digest
from hatch_vibesafe.config_file import is_configured, read_config
from hatch_vibesafe.policy_config import PolicyConfig
from hatch_vibesafe.problems import Problem, VibesafeConfigurationError

FULL = """
[project]
python = ">=3.12"
env = "prod"

[provider.default]
kind = "openai-compatible"
model = "some-model"
base_url = "http://127.0.0.1:8080/v1"
api_key_env = "MY_KEY"
temperature = 0
seed = 7
max_tokens = 512
reasoning_effort = "low"
timeout = 12.5
attempts = 5

[provider.small]
kind = "local"
model = "SmolLM2-135M-Instruct"

[paths]
checkpoints = "locked/checkpoints"
cache = "locked/cache"
index = "locked/index.toml"

[prompts]
function = "templates/mine.j2"
http = "http_endpoint.j2"
cli = "cli_command.j2"

[gates]
required = ["structure", "lint", "doctests"]
ruff = ["--ignore", "F841"]
mypy = ["--implicit-optional"]

[policy]
deny_capabilities = ["net", "import:requests"]
deny_imports = ["pickle"]
allow_imports = []

[sandbox]
enabled = false
timeout = 3
memory_mb = 128
min_sandbox = "L3"
"""


def refused(root: Path) -> list[str]:
    with pytest.raises(VibesafeConfigurationError) as caught:
        read_config(root)
    return [problem.where for problem in caught.value.problems]


@pytest.mark.parametrize("embedded", [False, True])
def test_every_key_is_read(tmp_path: Path, *, embedded: bool) -> None:
    if embedded:
        text = FULL.replace("\n[", "\n[tool.vibesafe.")
        (tmp_path / "pyproject.toml").write_text(text, encoding="utf-8")
    else:
        (tmp_path / "vibesafe.toml").write_text(FULL, encoding="utf-8")
    config = read_config(tmp_path)
    default, small = config.providers
    assert (config.python, config.env) == (">=3.12", "prod")
    assert default.sent == (
        ("max_tokens", 512),
        ("model", "some-model"),
        ("reasoning_effort", "low"),
        ("seed", 7),
        ("temperature", 0.0),
    )
    assert (default.api_key_env, default.timeout, default.attempts) == ("MY_KEY", 12.5, 5)
    assert small.sent == (("model", "SmolLM2-135M-Instruct"),)
    assert (small.api_key_env, small.timeout, small.attempts) == ("OPENAI_API_KEY", 60, 3)
    assert config.paths.index == "locked/index.toml"
    assert config.prompts.function == "templates/mine.j2"
    assert config.gates.required == ("structure", "lint", "doctests")
    assert (config.sandbox.enabled, config.sandbox.timeout, config.sandbox.memory_mb) == (False, 3.0, 128)
    assert config.sandbox.min_sandbox == "L3"
    assert config.policy == PolicyConfig(("net", "import:requests"), ("pickle",), ())
    assert not config.sandbox.allow_unsandboxed
    assert is_configured(tmp_path)


def test_no_configuration_is_the_defaults(tmp_path: Path) -> None:
    assert read_config(tmp_path) == Config()
    assert not is_configured(tmp_path)


def test_all_problems_at_once_each_with_its_path(tmp_path: Path) -> None:
    (tmp_path / "vibesafe.toml").write_text(
        """
        colour = "red"
        [project]
        pyhton = ">=3.11"
        env = "production"
        [provider.default]
        kind = "openai"
        temprature = 0.1
        attempts = 0
        timeout = "long"
        [provider.other]
        kind = "local"
        model = "m"
        api_key_env = "sk-live-1234"
        [paths]
        index = "../../evil.toml"
        [gates]
        required = ["structure", "vibes"]
        [sandbox]
        enabled = "yes"
        min_sandbox = "L4"
        allow_unsandboxed = true
        """,
        encoding="utf-8",
    )
    places = refused(tmp_path)
    for key in (
        "colour",
        "project.pyhton",
        "project.env",
        "provider.default.kind",
        "provider.default.model",
        "provider.default.temprature",
        "provider.default.attempts",
        "provider.default.timeout",
        "provider.other.api_key_env",
        "paths.index",
        "gates.required",
        "sandbox.enabled",
        "sandbox.min_sandbox",
        "sandbox.allow_unsandboxed",
    ):
        assert f"vibesafe.toml {key}" in places
    assert places.count("vibesafe.toml gates.required") == 2


@pytest.mark.parametrize("mode", ["production", "PROD", "prod ", ""])
def test_a_mode_that_is_not_known_is_never_a_default(tmp_path: Path, mode: str) -> None:
    (tmp_path / "vibesafe.toml").write_text(f'[project]\nenv = "{mode}"\n', encoding="utf-8")
    assert refused(tmp_path) == ["vibesafe.toml project.env"]


def test_two_configurations_are_refused(tmp_path: Path) -> None:
    (tmp_path / "vibesafe.toml").write_text("", encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text("[tool.vibesafe.project]\n", encoding="utf-8")
    assert refused(tmp_path) == ["vibesafe.toml and pyproject.toml [tool.vibesafe]"]


@pytest.mark.parametrize("content", [b"half = ", b"\xff\xfe", b"[project]\n[project]\n"])
def test_a_file_that_is_not_toml_is_one_problem(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "vibesafe.toml").write_bytes(content)
    assert refused(tmp_path) == ["vibesafe.toml"]


@pytest.mark.parametrize("name", ["pyproject.toml", "vibesafe.toml"])
def test_a_byte_order_mark_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("[project]\n", encoding="utf-8")
    read_config(tmp_path)
    (tmp_path / name).write_text("[project]\n", encoding="utf-8-sig")
    with pytest.raises(VibesafeConfigurationError) as caught:
        read_config(tmp_path)
    remedy = f"save {name} as UTF-8 without it"
    assert caught.value.problems == (Problem(name, "begins with a byte order mark", remedy),)


@pytest.mark.parametrize("path", ["/etc/index.toml", "../index.toml", "a/../../b", "C:\\x", "a\\b", ""])
def test_a_path_out_of_the_project_is_refused(tmp_path: Path, path: str) -> None:
    (tmp_path / "vibesafe.toml").write_text(f"[paths]\nindex = '{path}'\n", encoding="utf-8")
    assert refused(tmp_path) == ["vibesafe.toml paths.index"]


def test_the_key_itself_never_reaches_a_message(tmp_path: Path) -> None:
    (tmp_path / "vibesafe.toml").write_text(
        '[provider.default]\nkind = "local"\nmodel = "m"\napi_key_env = "sk-canary-99"\n', encoding="utf-8"
    )
    with pytest.raises(VibesafeConfigurationError) as caught:
        read_config(tmp_path)
    assert "sk-canary-99" not in str(caught.value)


def test_gate_settings_move_their_digest_and_limits_do_not(tmp_path: Path) -> None:
    def digest_of(text: str) -> str:
        (tmp_path / "vibesafe.toml").write_text(text, encoding="utf-8")
        return gate_settings_digest(read_config(tmp_path))

    base = digest_of("")
    assert digest_of('[sandbox]\ntimeout = 60\nmemory_mb = 2048\nmin_sandbox = "L2"\n') == base
    moved = {
        digest_of('[gates]\nrequired = ["structure", "doctests"]\n'),
        digest_of('[gates]\nruff = ["--ignore=F841"]\n'),
        digest_of('[gates]\nmypy = ["--ignore=F841"]\n'),
        digest_of("[sandbox]\nenabled = false\n"),
        digest_of('[policy]\ndeny_capabilities = ["net"]\n'),
        digest_of('[policy]\ndeny_imports = ["net"]\n'),
        digest_of('[policy]\nallow_imports = ["net"]\n'),
        digest_of("[policy]\nallow_imports = []\n"),
    }
    assert len(moved | {base}) == 9
    assert digest_of("[policy]\ndeny_imports = []\n") == base


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('deny_capabilities = ["telepathy"]', "names 'telepathy', which is no capability"),
        ('deny_capabilities = ["pure"]', "names 'pure', without which nothing runs"),
        ('deny_capabilities = ["import:"]', "names 'import:', which is no capability"),
        ('deny_capabilities = "net"', "is 'net'"),
        ('deny_imports = ["os path"]', "names 'os path', which is no module's name"),
        ('allow_imports = [""]', "names '', which is no module's name"),
        ('deny_imports = ["os"]\nallow_imports = ["os"]', "names 'os', which deny_imports names too"),
        ('deny_import = ["os"]', "is not a key that vibesafe knows"),
    ],
)
def test_what_is_wrong_with_a_policy_is_said(tmp_path: Path, line: str, said: str) -> None:
    (tmp_path / "vibesafe.toml").write_text(f"[policy]\n{line}\n", encoding="utf-8")
    with pytest.raises(VibesafeConfigurationError) as caught:
        read_config(tmp_path)
    assert [said in problem.what for problem in caught.value.problems] == [True]


scalars = st.one_of(
    st.booleans(), st.integers(), st.floats(), st.text(st.characters(codec="ascii", exclude_categories=["C"]))
)


@given(
    section=st.sampled_from(
        ["project", "provider", "paths", "prompts", "gates", "policy", "sandbox", "signing", "provider.p"]
    ),
    key=st.sampled_from(
        ["python", "env", "kind", "model", "index", "function", "required", "timeout", "seed", "key", "x"]
    ),
    value=scalars,
)
def test_any_value_anywhere_is_read_or_refused_but_never_a_crash(
    tmp_path_factory: pytest.TempPathFactory, section: str, key: str, value: bool | float | str
) -> None:
    root = tmp_path_factory.mktemp("any")
    literal = str(value).lower() if isinstance(value, bool) else repr(value)
    if isinstance(value, str):
        literal = '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    (root / "vibesafe.toml").write_text(f"[{section}]\n{key} = {literal}\n", encoding="utf-8")
    try:
        problems: tuple[Problem, ...] = ()
        read_config(root)
    except VibesafeConfigurationError as error:
        problems = error.problems
    assert all(problem.where.startswith("vibesafe.toml") and problem.remedy for problem in problems)


@pytest.mark.parametrize(
    "address",
    [
        *("http://[::1", "http://", "https://:8000/v1", "http://host:port/v1", "http://host:99999", "http://ho st/v1"),
        *("ftp://host/v1", "host:8000/v1", "http://host:0/v1"),
    ],
)
def test_an_address_that_is_none_is_refused(tmp_path: Path, address: str) -> None:
    text = '[provider.default]\nkind = "openai-compatible"\nmodel = "m"\nbase_url = "{}"\n'
    (tmp_path / "vibesafe.toml").write_text(text.format(address), encoding="utf-8")
    assert refused(tmp_path) == ["vibesafe.toml provider.default.base_url"]
    for good in ("http://[::1]:8000/v1", "https://models.example", "http://127.0.0.1:1/v1/"):
        (tmp_path / "vibesafe.toml").write_text(text.format(good), encoding="utf-8")
        assert read_config(tmp_path).providers[0].base_url == good


def test_a_least_adequacy_is_a_gate_more_and_moves_the_digest(tmp_path: Path) -> None:
    (tmp_path / "vibesafe.toml").write_text("[gates]\nmin_adequacy = 0.8\n", encoding="utf-8")
    config = read_config(tmp_path)
    assert config.gates.required == (*GatesConfig().required, "adequacy")
    other = replace(config, gates=replace(config.gates, min_adequacy=0.9))
    digests = {gate_settings_digest(each) for each in (Config(), config, other)}
    assert len(digests) == 3
