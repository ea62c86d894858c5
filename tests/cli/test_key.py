"""Keys: made where nothing takes them along, never overwritten, never shown; and what the commands say works."""

import os
import stat
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from hatch_vibesafe.config_file import read_config
from hatch_vibesafe.ship.key_place import next_place
from hatch_vibesafe.ship.signing import sign_statement
from tests.cli.conftest import Command
from vibesafe_runtime import _trust
from vibesafe_runtime._signature import check_envelope, key_id, parse_key
from vibesafe_runtime._trust import trusted_keys

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def home(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the user's configuration directory; the project is a git repository."""
    subprocess.run(["git", "init", "--quiet", project], check=True)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home"))
    return tmp_path / "home" / "vibesafe"


def block(text: str, begin: str) -> str:
    """Return the indented lines from the one that begins so."""
    lines = text.splitlines()
    start = next(number for number, line in enumerate(lines) if line.strip().startswith(begin))
    end = next((number for number in range(start, len(lines)) if not lines[number].startswith("  ")), len(lines))
    return "\n".join(line.strip() for line in lines[start:end])


def the_only_private_line(path: Path) -> str:
    _, line, _ = path.read_text().splitlines()
    return line


def test_a_new_key_signs_with_the_printed_table_and_is_trusted_with_the_printed_line(
    project: Path, home: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = command("key", "new")
    assert made.code == 0
    path = home / "signing-key.pem"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert the_only_private_line(path) not in made.out + made.error
    (project / "vibesafe.toml").write_text(block(made.out, "[signing]"))
    envelope = sign_statement(b"{}", read_config(project).signing, {}, project)
    name, _, value = block(made.out, "VIBESAFE_TRUSTED_KEYS=").splitlines()[0].partition("=")
    monkeypatch.setattr(_trust, "SYSTEM_FILE", str(home / "no such file"))
    monkeypatch.setenv(name, value)
    keys = trusted_keys()
    assert keys is not None
    shown = command("key", "show", "--json").document
    assert check_envelope(envelope, b"{}", keys) == shown["key_id"]


def test_show_says_the_same_of_the_configured_key_and_of_a_file(
    project: Path, home: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = command("key", "new", "--json").document
    public = {name: made[name] for name in ("public_key", "key_id")}
    path = Path(str(made["path"]))
    assert key_id(parse_key(str(made["public_key"]))) == made["key_id"]
    assert command("key", "show", str(path), "--json").document == public
    (project / "vibesafe.toml").write_text('[signing]\nkey = "env:KEY"\n')
    monkeypatch.setenv("KEY", path.read_text())
    shown = command("key", "show")
    assert shown.out == f"public key   {public['public_key']}\nkey id       {public['key_id']}\n"
    assert command("key", "show", "--json").document == public
    (project / "vibesafe.toml").write_text(f'[signing]\nkey = "hv:a/1"\npublic_key = "{public["public_key"]}"\n')
    assert command("key", "show", "--json").document == public
    assert home == path.parent


def test_show_without_a_key_says_how_to_get_one(command: Command) -> None:
    shown = command("key", "show")
    assert shown.code == 2
    assert "vibesafe key new" in shown.error


def test_a_key_is_never_overwritten(home: Path, command: Command) -> None:
    path = home / "signing-key.pem"
    path.parent.mkdir(parents=True)
    path.write_text("something else")
    assert command("key", "new").code == 2
    assert path.read_text() == "something else"
    path.unlink()
    path.symlink_to(home / "elsewhere")
    refused = command("key", "new", "--json")
    assert "never overwritten" in refused.out
    assert not (home / "elsewhere").exists()


def test_a_place_that_git_would_commit_is_refused(project: Path, command: Command) -> None:
    refused = command("key", "new", "--out", "keys/release.pem")
    assert refused.code == 2
    assert "would be committed" in refused.error
    assert not (project / "keys").exists()
    (project / ".gitignore").write_text("keys/\n")
    assert command("key", "new", "--out", "keys/release.pem").code == 0
    assert (project / "keys" / "release.pem").is_file()
    assert not subprocess.run(
        ["git", "status", "--porcelain", "keys"], cwd=project, capture_output=True, check=True
    ).stdout


@pytest.mark.parametrize("ignore", [".git/info/exclude", "keys/.gitignore"])
def test_a_place_that_git_ignores_and_hatchling_ships_is_refused(project: Path, command: Command, ignore: str) -> None:
    (project / "keys").mkdir()
    (project / ignore).write_text("*.pem\n")
    refused = command("key", "new", "--out", "keys/release.pem")
    assert refused.code == 2
    assert "puts it into the source distribution" in refused.error
    assert not (project / "keys" / "release.pem").exists()


def test_without_git_the_place_in_a_repository_is_refused(
    project: Path, command: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (project / ".gitignore").write_text("*.pem\n")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "would be committed" in command("key", "new", "--out", "release.pem").error


def test_the_next_key_stands_beside_the_old_and_deployments_trust_both_for_a_while(
    project: Path, home: Path, command: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    old = command("key", "new", "--json").document
    old_file = Path(str(old["path"]))
    (project / "vibesafe.toml").write_text(f'[signing]\nkey = "file:{old_file}"\npublic_key = "{old["public_key"]}"\n')
    before = sign_statement(b"{}", read_config(project).signing, {}, project)
    kept = old_file.read_bytes()
    rotated = command("key", "rotate")
    assert rotated.code == 0
    new_file = home / "signing-key-2.pem"
    assert stat.S_IMODE(new_file.stat().st_mode) == 0o600
    assert old_file.read_bytes() == kept
    for file in (old_file, new_file):
        assert the_only_private_line(file) not in rotated.out + rotated.error
    (project / "vibesafe.toml").write_text(block(rotated.out, "[signing]"))
    after = sign_statement(b"{}", read_config(project).signing, {}, project)
    assert read_config(project).signing.public_key not in {None, old["public_key"]}

    (tmp_path / "trusted-keys").write_text(
        "\n".join(line for line in rotated.out.splitlines() if line.startswith("ed25519:"))
    )
    monkeypatch.setattr(_trust, "SYSTEM_FILE", str(tmp_path / "trusted-keys"))
    monkeypatch.setenv("VIBESAFE_TRUSTED_KEYS", block(rotated.out, "VIBESAFE_TRUSTED_KEYS=").partition("=")[2])
    keys = trusted_keys()
    assert keys is not None
    assert len(keys) == 2
    assert check_envelope(before, b"{}", keys) == old["key_id"] != check_envelope(after, b"{}", keys)
    # The next rotation goes on from there, and one that was begun twice does not lose a key.
    assert command("key", "rotate", str(old_file)).code == 2
    third = command("key", "rotate", "--json").document
    assert third["path"] == str(home / "signing-key-3.pem")
    assert [line.partition(" ")[0] for line in str(third["trusted_keys"]).splitlines()] == [
        command("key", "show", str(home / f"signing-key-{number}.pem"), "--json").document["public_key"]
        for number in (2, 3)
    ]


def test_a_key_that_is_in_no_file_is_followed_where_out_says(
    project: Path, home: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = command("key", "new", "--json").document
    monkeypatch.setenv("KEY", Path(str(old["path"])).read_text())
    (project / "vibesafe.toml").write_text('[signing]\nkey = "env:KEY"\n')
    assert "is not in a file" in command("key", "rotate").error
    rotated = command("key", "rotate", "--out", str(home / "next.pem"), "--json").document
    assert rotated["previous"] == {name: old[name] for name in ("public_key", "key_id")}
    assert Path(str(rotated["path"])).is_file()


@pytest.mark.parametrize(
    ("name", "following"),
    [("key.pem", "key-2.pem"), ("key-2.pem", "key-3.pem"), ("key-9.pem", "key-10.pem"), ("a-b", "a-b-2")],
)
def test_keys_are_numbered(name: str, following: str) -> None:
    assert next_place(Path("there") / name) == Path("there") / following


def test_the_real_command_in_a_place_with_odd_letters(project: Path, tmp_path: Path) -> None:
    place = tmp_path / 'a "quoted" \\ place'
    script = "import sys; from hatch_vibesafe.cli import main; main(sys.argv[1:])"

    def vibesafe(*arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-c", script, *arguments],
            cwd=project,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
        )

    made = vibesafe("key", "new", "--out", str(place / "key.pem"))
    assert made.returncode == 0, made.stderr
    table = tomllib.loads(block(made.stdout, "[signing]"))
    assert table == {"signing": {"key": f"file:{place / 'key.pem'}"}}
    shown = vibesafe("key", "show", str(place / "key.pem"))
    assert shown.stdout.strip() in made.stdout
    assert vibesafe("key", "show", str(tmp_path / "none.pem")).returncode == 2
