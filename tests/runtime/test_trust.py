"""Which keys a deployment trusts: what every place names, and nothing where a place is broken."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from vibesafe_runtime import VibesafeConfigurationError, _trust
from vibesafe_runtime._signature import key_text
from vibesafe_runtime._trust import file_below, trusted_keys

ROOT = Path(__file__).parents[2]
A, B, C = (Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32).public_key().public_bytes_raw() for n in (1, 2, 3))

Place = Callable[[str | bytes], None]


@pytest.fixture(autouse=True)
def deployment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the directory that stands for the machine, where no place names a key yet."""
    monkeypatch.setattr(_trust, "SYSTEM_FILE", str(tmp_path / "system" / "trusted-keys"))
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "prefix"))
    monkeypatch.delenv(_trust.VARIABLE, raising=False)
    return tmp_path


def write(path: Path, content: str | bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())


@pytest.fixture
def system(deployment: Path) -> Place:
    return lambda content: write(deployment / "system" / "trusted-keys", content)


@pytest.fixture
def prefix(deployment: Path) -> Place:
    return lambda content: write(Path(file_below(str(deployment / "prefix"))), content)


@pytest.fixture
def variable(monkeypatch: pytest.MonkeyPatch) -> Place:
    return lambda content: monkeypatch.setenv(_trust.VARIABLE, str(content))


def trusted() -> set[bytes]:
    keys = trusted_keys()
    assert keys is not None
    return set(keys)


def problems() -> list[tuple[str, str]]:
    with pytest.raises(VibesafeConfigurationError) as caught:
        trusted_keys()
    return [(problem.where, problem.what) for problem in caught.value.problems]


def test_nothing_is_named_by_default() -> None:
    assert trusted_keys() is None


def test_the_system_file_is_where_the_documents_say() -> None:
    code = "from vibesafe_runtime import _trust; print(_trust.SYSTEM_FILE, _trust.VARIABLE)"
    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert said == "/etc/vibesafe/trusted-keys VIBESAFE_TRUSTED_KEYS\n"
    assert file_below("/opt/app") == "/opt/app/etc/vibesafe/trusted-keys"


@pytest.mark.parametrize("separator", [" ", ",", ", ", "\n", "\t, \n"])
def test_the_variable_names_keys_with_blanks_or_commas_between(variable: Place, separator: str) -> None:
    variable(f"{key_text(A)}{separator}{key_text(B)}")
    assert trusted() == {A, B}


def test_a_file_names_one_key_a_line_beside_comments(system: Place) -> None:
    system(f"# Clés de l'équipe\n\n{key_text(A)}\r\n  {key_text(B)}  # from 2027 on\n# {key_text(C)}")
    assert trusted() == {A, B}


def test_no_line_end_but_one_ends_a_comment(system: Place) -> None:
    system(f"{key_text(A)}  # formerly\r{key_text(B)}\x0b{key_text(B)}\u2028{key_text(B)}\x85{key_text(B)}\n")
    assert trusted() == {A}


def test_only_what_every_place_names_is_trusted(system: Place, prefix: Place, variable: Place) -> None:
    system(f"{key_text(A)}\n{key_text(B)}\n{key_text(C)}\n")
    assert trusted() == {A, B, C}
    prefix(f"{key_text(A)}\n{key_text(B)}\n")
    assert trusted() == {A, B}
    variable(f"{key_text(B)} {key_text(C)}")
    assert trusted() == {B}
    variable(key_text(C))
    assert trusted() == set()


@pytest.mark.parametrize("content", ["", " ", ",", "\n\n"])
def test_a_place_that_names_none_is_refused_and_not_passed_over(
    content: str, system: Place, prefix: Place, variable: Place
) -> None:
    variable(key_text(A))
    system(key_text(A))
    prefix(key_text(A))
    assert trusted() == {A}
    system(content.replace(",", "# nothing"))
    prefix("# nothing either\n")
    variable(content)
    assert [what for _, what in problems()] == ["names no key, so that nothing could be trusted"] * 3


def test_every_problem_of_every_place_is_said_with_its_entry(system: Place, prefix: Place, variable: Place) -> None:
    system(f"{key_text(A)}\n\n# two\nnone\n")
    prefix(f"ed25519:{'0' * 64}\n")
    variable(f"{key_text(A)}, {key_text(A)[:-1]}")
    (first, second, third) = problems()
    assert first == (_trust.SYSTEM_FILE, "entry 4 is not ed25519: followed by 64 lowercase hexadecimal digits")
    assert second[1] == "entry 1 is a point of small or mixed order, which proves nothing"
    assert third == (_trust.VARIABLE, "entry 2 is not ed25519: followed by 64 lowercase hexadecimal digits")


def test_what_stands_in_the_wrong_place_is_not_repeated(system: Place, variable: Place) -> None:
    variable("MC4CAQAwBQYDK2VwBCIEIcanary1")
    system("-----BEGIN PRIVATE KEY-----\ncanary2\n")
    assert "canary" not in repr(problems())


def test_a_file_that_cannot_be_read_closes(deployment: Path, system: Place) -> None:
    system(b"\xff\xfe" + key_text(A).encode())
    Path(file_below(str(deployment / "prefix"))).mkdir(parents=True)
    (first, second) = problems()
    assert first == (_trust.SYSTEM_FILE, "cannot be read: it is not UTF-8")
    assert second[1].startswith("cannot be read: ")


def test_a_link_to_nothing_closes(deployment: Path) -> None:
    link = deployment / "system" / "trusted-keys"
    link.parent.mkdir()
    link.symlink_to(deployment / "not mounted")
    what = "does not exist, and a symbolic link on the way to it leads nowhere"
    assert problems() == [(str(link), what)]
    write(deployment / "not mounted", key_text(A))
    assert trusted() == {A}


def test_a_directory_that_is_a_link_to_nothing_closes(deployment: Path) -> None:
    link = deployment / "system"
    link.symlink_to(deployment / "not mounted")
    ((_, what),) = problems()
    assert "leads nowhere" in what
    (deployment / "not mounted").mkdir()
    assert trusted_keys() is None


def test_a_deployment_that_names_no_key_does_not_pay_for_the_mathematics() -> None:
    code = "import sys; from vibesafe_runtime._trust import trusted_keys; print(trusted_keys(), *sys.modules)"
    environment = {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-S", "-c", code], env=environment, cwd="/", capture_output=True, text=True, check=True
    )
    said, *modules = done.stdout.split()
    assert said == "None"
    assert "vibesafe_runtime._signature" not in modules
    costly = {"json", "typing", "pathlib", "dataclasses", "base64", "re", "hashlib", "importlib.metadata"}
    signed = done_with_a_key()
    assert not costly & {*modules, *signed}
    assert "vibesafe_runtime._signature" in signed


def done_with_a_key() -> list[str]:
    """Return the modules that checking an envelope loads."""
    code = (
        "import sys; from vibesafe_runtime._trust import trusted_keys; keys = trusted_keys()\n"
        "from vibesafe_runtime._signature import check_envelope, envelope_bytes, key_id\n"
        "try: check_envelope(envelope_bytes(b'', key_id(min(keys)), bytes(64)), b'', keys)\n"
        "except ValueError: print(*sys.modules)"
    )
    environment = {"PYTHONPATH": str(ROOT), _trust.VARIABLE: key_text(A)}
    return subprocess.run(
        [sys.executable, "-S", "-c", code], env=environment, cwd="/", capture_output=True, text=True, check=True
    ).stdout.split()
