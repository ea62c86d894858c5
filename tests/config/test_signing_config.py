"""`[signing]`: where the key is, never the key itself."""

from pathlib import Path

import pytest

from hatch_vibesafe.config_file import read_config
from hatch_vibesafe.problems import Problem, VibesafeConfigurationError
from hatch_vibesafe.signing_config import SigningConfig

PUBLIC = "ed25519:3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29"


def signing(root: Path, table: str) -> SigningConfig:
    (root / "vibesafe.toml").write_text(f"[signing]\n{table}\n", encoding="utf-8")
    return read_config(root).signing


def refused(root: Path, table: str) -> tuple[Problem, ...]:
    with pytest.raises(VibesafeConfigurationError) as caught:
        signing(root, table)
    return caught.value.problems


def test_nothing_is_signed_by_default(tmp_path: Path) -> None:
    assert read_config(tmp_path).signing == SigningConfig(None, None) == signing(tmp_path, "")


@pytest.mark.parametrize(
    ("key", "kind", "place"),
    [
        ("env:SIGNING_KEY", "env", "SIGNING_KEY"),
        ("file:keys/release.pem", "file", "keys/release.pem"),
        ("file:/run/secrets/a key.pem", "file", "/run/secrets/a key.pem"),
        ("file:C:\\keys\\release.pem", "file", "C:\\keys\\release.pem"),
    ],
)
def test_a_private_key_is_a_variable_or_a_file(tmp_path: Path, key: str, kind: str, place: str) -> None:
    found = signing(tmp_path, f"key = '{key}'")
    assert (found.key, found.kind, found.place, found.public_key) == (key, kind, place, None)
    assert signing(tmp_path, f"key = '{key}'\npublic_key = '{PUBLIC}'").public_key == PUBLIC


def test_a_signers_uri_needs_its_public_key(tmp_path: Path) -> None:
    assert signing(tmp_path, f"key = 'hv:release'\npublic_key = '{PUBLIC}'") == SigningConfig("hv:release", PUBLIC)
    (problem,) = refused(tmp_path, "key = 'hv:release'")
    assert problem.where == "vibesafe.toml signing.key"
    assert "(hv:) needs its public key" in problem.what


@pytest.mark.parametrize(
    "value",
    [
        *("'key.pem'", "'env:'", "'env:9KEY'", "'env:A-B'", "'file:'", "'ENV:KEY'", "' env:KEY'", "'env:KEY\t'", "''"),
        *('"""-----BEGIN PRIVATE KEY-----\nMC4CAQAcanary\n-----END PRIVATE KEY-----"""', "'canary'"),
        *("7", "true", "['env:KEY', 'canary']", "{pem = 'canary'}", '"file:a\\u0000b"', '"file:a\\nb"'),
    ],
)
def test_any_other_key_is_refused_and_not_repeated(tmp_path: Path, value: str) -> None:
    problems = refused(tmp_path, f"key = {value}")
    assert {problem.where for problem in problems} == {"vibesafe.toml signing.key"}
    assert "canary" not in repr(problems)


@pytest.mark.parametrize("value", ["''", "'canary'", f"'{PUBLIC.upper()}'", f"'{PUBLIC[:-1]}'", "['canary']", "7"])
def test_any_other_public_key_is_refused_and_not_repeated(tmp_path: Path, value: str) -> None:
    problems = refused(tmp_path, f"key = 'env:KEY'\npublic_key = {value}")
    assert {problem.where for problem in problems} == {"vibesafe.toml signing.public_key"}
    assert "canary" not in repr(problems)


def test_a_public_key_alone_signs_nothing_and_is_refused(tmp_path: Path) -> None:
    (problem,) = refused(tmp_path, f"public_key = '{PUBLIC}'")
    assert problem == Problem("vibesafe.toml signing.public_key", "belongs to no key", problem.remedy)


def test_every_problem_is_said_at_once(tmp_path: Path) -> None:
    wheres = [problem.where for problem in refused(tmp_path, "key = 'x'\npublic_key = 'y'\nkeys = 'z'")]
    assert wheres == [f"vibesafe.toml signing.{key}" for key in ("key", "public_key", "keys")]
