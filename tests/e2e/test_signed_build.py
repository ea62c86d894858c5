"""Real builds with a configured key: signed the same each time, or not built at all."""

import sysconfig
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.e2e.conftest import Project, tool
from vibesafe_runtime._signature import check_envelope, key_id, key_text

pytestmark = pytest.mark.e2e

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes_raw()
PEM = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
OTHER = key_text(Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key().public_bytes_raw())
WHEEL = "shop-1.0-py2.py3-none-any.whl"
STATEMENT = "shop/_vibesafe/statement.json"
ENVELOPE = "shop/_vibesafe/statement.dsse.json"


def configure(project: Project, signing: str) -> None:
    with (project.tree.root / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write(f"\n[tool.vibesafe.signing]\n{signing}\n")


@pytest.fixture
def signs() -> Mapping[str, str]:
    """What signs comes from the environment of the tests: the builder's has only what any build has."""
    return {"PYTHONPATH": sysconfig.get_path("purelib"), "SIGNING_KEY": PEM}


def test_a_configured_key_signs_every_wheel_and_the_same_way(
    project: Project, signs: Mapping[str, str], tmp_path: Path
) -> None:
    configure(project, f'key = "env:SIGNING_KEY"\npublic_key = "{key_text(PUBLIC)}"')
    done = project.hatchling("sdist", "wheel", env=signs)
    assert done.returncode == 0, done.stderr
    assert PEM.splitlines()[1] not in done.stdout + done.stderr
    with zipfile.ZipFile(project.out / WHEEL) as wheel:
        assert check_envelope(wheel.read(ENVELOPE), wheel.read(STATEMENT), {PUBLIC}) == key_id(PUBLIC)
        assert ENVELOPE in wheel.read("shop/_vibesafe/MANIFEST").decode()
    project.wheelhouse.must(tool("python"), "-m", "tarfile", "-e", project.out / "shop-1.0.tar.gz", tmp_path / "sdist")
    again = (project.builder, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path / "again")
    project.wheelhouse.must(*again, cwd=tmp_path / "sdist" / "shop-1.0", env=signs)
    assert (tmp_path / "again" / WHEEL).read_bytes() == (project.out / WHEEL).read_bytes()


@pytest.mark.parametrize(
    ("signing", "text", "said"),
    [
        ('key = "env:NO_SUCH_KEY"', PEM, "signing.key (env:NO_SUCH_KEY)"),
        ('key = "env:SIGNING_KEY"', PEM.replace("PRIVATE", "PUBLIC"), "is not a private key in PEM"),
        (f'key = "env:SIGNING_KEY"\npublic_key = "{OTHER}"', PEM, "does not belong to public_key"),
        ('key = "file:missing.pem"', PEM, "cannot be read"),
        ('key = "SIGNING_KEY"', PEM, "does not say where a private key is"),
    ],
)
def test_a_key_that_cannot_be_used_leaves_no_wheel(
    project: Project, signs: Mapping[str, str], signing: str, text: str, said: str
) -> None:
    configure(project, signing)
    done = project.hatchling("wheel", env={**signs, "SIGNING_KEY": text})
    assert done.returncode != 0
    assert said in done.stderr + done.stdout
    assert "Traceback" not in done.stderr + done.stdout
    assert PEM.splitlines()[1] not in done.stderr + done.stdout
    assert project.artifacts == []


def test_without_the_extra_there_is_no_wheel_but_the_remedy(project: Project) -> None:
    configure(project, 'key = "env:SIGNING_KEY"')
    done = project.hatchling("wheel", env={"SIGNING_KEY": PEM})
    assert done.returncode != 0
    assert 'mend write "hatch-vibesafe[sign]" into requires of [build-system]' in done.stderr + done.stdout
    assert project.artifacts == []


def test_a_key_in_the_sources_leaves_no_wheel_unless_the_project_ignores_it(
    project: Project, signs: Mapping[str, str]
) -> None:
    project.tree.write("release.pem", PEM)
    configure(project, 'key = "file:release.pem"')
    done = project.hatchling("wheel", env=signs)
    assert "would carry to everybody" in done.stderr + done.stdout
    assert project.artifacts == []
    project.tree.write(".gitignore", "*.pem\n")
    done = project.hatchling("sdist", "wheel", env=signs)
    assert done.returncode == 0, done.stderr
    with tarfile.open(project.out / "shop-1.0.tar.gz") as sdist:
        names = [Path(name).name for name in sdist.getnames()]
    assert "pyproject.toml" in names
    assert "release.pem" not in names
