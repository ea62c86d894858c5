"""Signing a statement: one envelope from every place that a key can be in, and no way from a bad key to none."""

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import Key, SSlibKey

from hatch_vibesafe.problems import Problem, VibesafeConfigurationError
from hatch_vibesafe.ship.signing import public_key, sign_statement
from hatch_vibesafe.signing_config import SigningConfig
from vibesafe_runtime._signature import check_envelope, key_id, key_text

ROOT = Path(__file__).parents[2]
STATEMENT = '{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"Größe"}]}'.encode()
SECRET = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = SECRET.public_key().public_bytes_raw()
OTHER = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key().public_bytes_raw()

AnyPrivateKey = ed25519.Ed25519PrivateKey | ed448.Ed448PrivateKey | ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


def pem(key: AnyPrivateKey = SECRET, encryption: KeySerializationEncryption | None = None) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption or NoEncryption()).decode()


def signed(root: Path, key: str, public: str | None = None, **environment: str) -> bytes:
    return sign_statement(STATEMENT, SigningConfig(key, public), environment, root)


def refused(root: Path, key: str, public: str | None = None, **environment: str) -> Problem:
    with pytest.raises(VibesafeConfigurationError) as caught:
        signed(root, key, public, **environment)
    (problem,) = caught.value.problems
    for line in (*pem().splitlines()[1:-1], SECRET.private_bytes_raw().hex()):
        assert line not in repr(problem)
    return problem


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a project's root with a key in it."""
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "release.pem").write_text(pem())
    return tmp_path


def test_a_key_in_a_variable_or_a_file_signs_and_the_runtime_agrees(root: Path) -> None:
    envelopes = {
        signed(root, "env:KEY", KEY=pem()),
        signed(root, "env:KEY", key_text(PUBLIC), KEY=pem()),
        signed(root, "file:keys/release.pem"),
        signed(root, f"file:{root}/keys/release.pem", key_text(PUBLIC)),
        signed(root, f"file2:{root}/keys/release.pem", key_text(PUBLIC)),
    }
    (envelope,) = envelopes  # the same key makes the same bytes, wherever it is kept and however often it signs
    assert check_envelope(envelope, STATEMENT, {PUBLIC}) == key_id(PUBLIC)
    with pytest.raises(ValueError, match="is not trusted here"):
        check_envelope(envelope, STATEMENT, {OTHER})


def test_another_library_reads_the_envelope_and_accepts_the_signature(root: Path) -> None:
    envelope = Envelope.from_dict(json.loads(signed(root, "file:keys/release.pem")))

    def key(public: bytes, name: bytes) -> Key:
        return SSlibKey(key_id(name), "ed25519", "ed25519", {"public": public.hex()})

    assert envelope.payload == STATEMENT
    assert envelope.payload_type == "application/vnd.in-toto+json"
    assert list(envelope.verify([key(PUBLIC, PUBLIC)], 1)) == [key_id(PUBLIC)]
    with pytest.raises(VerificationError):
        envelope.verify([key(OTHER, PUBLIC)], 1)


def test_the_public_key_is_that_of_the_private_one_or_the_configured(root: Path) -> None:
    assert public_key(SigningConfig("file:keys/release.pem"), {}, root) == PUBLIC
    assert public_key(SigningConfig("env:KEY"), {"KEY": pem()}, root) == PUBLIC
    assert public_key(SigningConfig("hv:release/1", key_text(OTHER)), {}, root) == OTHER
    with pytest.raises(VibesafeConfigurationError, match="vibesafe key new"):
        public_key(SigningConfig(), {}, root)
    with pytest.raises(VibesafeConfigurationError, match="is not configured"):
        sign_statement(STATEMENT, SigningConfig(), {}, root)


@pytest.mark.parametrize("environment", [{}, {"KEY": ""}])
def test_a_variable_that_is_not_set_fails(root: Path, environment: dict[str, str]) -> None:
    problem = refused(root, "env:KEY", **environment)
    assert (problem.where, problem.what) == ("signing.key (env:KEY)", "is not set")


@pytest.mark.parametrize("place", ["missing.pem", "keys", "keys/release.pem/x"])
def test_a_file_that_cannot_be_read_fails(root: Path, place: str) -> None:
    problem = refused(root, f"file:{place}")
    assert problem.where == f"signing.key (file:{place})"
    assert problem.what.startswith("cannot be read: ")


@pytest.mark.parametrize("linked", [False, True])
def test_a_file_that_the_source_distribution_would_carry_fails(root: Path, tmp_path: Path, *, linked: bool) -> None:
    project = tmp_path / "project"
    project.mkdir()
    backend = '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
    (project / "pyproject.toml").write_text(f'{backend}[project]\nname = "shop"\nversion = "1"\n')
    if linked:
        (project / "release.pem").symlink_to(root / "keys" / "release.pem")
    else:
        (project / "release.pem").write_text(pem())
    assert "would carry to everybody" in refused(project, "file:release.pem").what
    assert "would carry to everybody" in refused(tmp_path, f"file:{project}/release.pem").what
    (project / ".gitignore").write_text("*.pem\n")
    assert check_envelope(signed(project, "file:release.pem"), STATEMENT, {PUBLIC}) == key_id(PUBLIC)


NOT_ED25519: dict[str, AnyPrivateKey] = {
    "ed448": ed448.Ed448PrivateKey.generate(),
    "p256": ec.generate_private_key(ec.SECP256R1()),
    "rsa": rsa.generate_private_key(65537, 2048),
}


@pytest.mark.parametrize("name", NOT_ED25519)
def test_a_private_key_of_another_kind_fails(root: Path, name: str) -> None:
    assert refused(root, "env:KEY", KEY=pem(NOT_ED25519[name])).what == "is a private key, but not an Ed25519 one"


def test_an_encrypted_key_fails(root: Path) -> None:
    problem = refused(root, "env:KEY", KEY=pem(encryption=BestAvailableEncryption(b"secret")))
    assert problem.what.startswith("is encrypted")


@pytest.mark.parametrize(
    "text",
    [
        "no key",
        "\udcff",
        SECRET.private_bytes_raw().hex(),
        pem().replace("\n", "\\n"),
        pem()[:-30],
        pem().replace("MC4C", "MC4D"),
        SECRET.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode(),
        SECRET.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()).decode(),
    ],
)
def test_what_is_no_private_key_in_pem_fails(root: Path, text: str) -> None:
    assert refused(root, "env:KEY", KEY=text).what == "is not a private key in PEM (PKCS #8)"


def test_a_public_key_of_another_key_fails(root: Path) -> None:
    assert "does not belong to public_key" in refused(root, "env:KEY", key_text(OTHER), KEY=pem()).what
    # Which of the two it is depends on the version of securesystemslib: older ones do not compare.
    elsewhere = refused(root, f"file2:{root}/keys/release.pem", key_text(OTHER)).what
    assert "KeyMismatchError" in elsewhere or "did not make of this statement" in elsewhere


def test_a_signer_that_does_not_exist_or_does_not_work_fails(root: Path) -> None:
    assert "is not a signer that securesystemslib has" in refused(root, "flie:key.pem", key_text(PUBLIC)).what
    broken = refused(root, "hv:release/canary-name", key_text(PUBLIC))
    assert broken.where == "signing.key (hv:...)"
    assert broken.what.startswith("could not sign: ")


def test_no_place_and_no_value_of_a_variable_stands_in_a_signers_message(root: Path) -> None:
    place = str(root / "token-canary.pem")
    alone = refused(root, f"file2:{place}", key_text(PUBLIC))
    assert alone.what.startswith("could not sign: FileNotFoundError")
    assert "canary" not in repr(alone)
    assert "canary" not in repr(
        refused(root, f"file2:{root}/./token-canary.pem", key_text(PUBLIC), NAME="token-canary")
    )


def test_an_envelope_that_the_runtime_would_refuse_is_never_returned(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from securesystemslib.signer import CryptoSigner, Signature  # noqa: PLC0415 - the one test that breaks the signer

    monkeypatch.setattr(CryptoSigner, "sign", lambda _self, _payload: Signature("", bytes(64).hex()))
    assert "made an envelope that has a signature" in refused(root, "env:KEY", KEY=pem()).what


def test_without_the_extra_the_build_says_what_to_add(root: Path) -> None:
    (root / "isolated").mkdir()  # hatchling and what it needs, as an isolated build has it
    for name in ("hatchling", "packaging", "pathspec", "pluggy", "trove_classifiers"):
        spec = find_spec(name)
        assert spec is not None
        assert spec.origin is not None
        (root / "isolated" / name).symlink_to(Path(spec.origin).parent)
    code = (
        "import os, sys; from pathlib import Path\n"
        "from hatch_vibesafe.problems import VibesafeConfigurationError\n"
        "from hatch_vibesafe.ship.signing import sign_statement\n"
        "from hatch_vibesafe.signing_config import SigningConfig\n"
        "for key, public in (('env:KEY', None), ('hv:release/1', sys.argv[1])):\n"
        "    try: sign_statement(b'{}', SigningConfig(key, public), os.environ, Path())\n"
        "    except VibesafeConfigurationError as error: print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", code, key_text(PUBLIC)],
        env=os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{root / 'isolated'}", "KEY": pem()},
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.count('mend write "hatch-vibesafe[sign]" into requires of [build-system]') == 2
