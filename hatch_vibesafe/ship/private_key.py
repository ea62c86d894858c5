"""The private key that signs: read from where the configuration says it is, or made. It never stands in a message."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from hatch_vibesafe.problems import Problem, VibesafeConfigurationError
from hatch_vibesafe.signing_config import ENVIRONMENT, SigningConfig
from vibesafe_runtime._signature import key_text

if TYPE_CHECKING:
    from securesystemslib.signer import CryptoSigner

EXTRA = "hatch-vibesafe[sign]"


def where(signing: SigningConfig) -> str:
    """Return how a problem names the configured key; of a signer's URI only the scheme, for it may hold a secret."""
    named = signing.key if signing.read_here else f"{signing.kind}:..."
    return f"signing.key ({named})"


def load_signer(signing: SigningConfig, environment: Mapping[str, str], root: Path) -> "CryptoSigner":
    """Return the signer of a key that is configured as `env:NAME` or `file:PATH`, relative to the project's root.

    Raises:
        VibesafeConfigurationError: if it is not there, is not one unencrypted Ed25519 private key in PEM, PKCS #8, or
            is not the one that belongs to `public_key`.
    """
    require_extra(where(signing))
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415 - only a build that signs has it
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415 - as above
    from cryptography.hazmat.primitives.serialization import load_pem_private_key  # noqa: PLC0415 - as above
    from securesystemslib.signer import CryptoSigner  # noqa: PLC0415 - as above

    text = _text(signing, environment, root)
    try:
        key = load_pem_private_key(text, password=None)
    except TypeError:
        remedy = "store it without a passphrase where only builds can read it, or use a signer's URI"
        raise _refused(signing, "is encrypted, and nobody is asked for a passphrase during a build", remedy) from None
    except (ValueError, UnsupportedAlgorithm):
        raise _refused(signing, "is not a private key in PEM (PKCS #8)", "make one with `vibesafe key new`") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise _refused(signing, "is a private key, but not an Ed25519 one", "make one with `vibesafe key new`")
    signer = CryptoSigner(key)
    if signing.public_key not in {None, key_text(public_bytes(signer))}:
        remedy = "write what `vibesafe key show` prints, or remove public_key"
        raise _refused(signing, "does not belong to public_key, which is that of another key", remedy)
    return signer


def make_signer() -> "CryptoSigner":
    """Return the signer of a new Ed25519 key.

    Raises:
        VibesafeConfigurationError: if the extra `sign` is not installed.
    """
    require_extra("vibesafe key")
    from securesystemslib.signer import CryptoSigner  # noqa: PLC0415 - only who makes keys has it

    return CryptoSigner.generate_ed25519()


def public_bytes(signer: "CryptoSigner") -> bytes:
    """Return the 32 bytes of the public key that belongs to a signer's private key."""
    return bytes.fromhex(signer.public_key.keyval["public"])


def write_private_key(path: Path, signer: "CryptoSigner") -> None:
    """Write a new key's PEM text into a new file that its owner alone can read; there is never half of it.

    Raises:
        VibesafeConfigurationError: if something already stands there.
        OSError: if it cannot be written.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        what = "already exists, and a private key is never overwritten"
        raise VibesafeConfigurationError(Problem(str(path), what, "name another file with --out")) from None
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(signer.private_bytes)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def require_extra(place: str) -> None:
    """Refuse where what signs is not installed.

    Raises:
        VibesafeConfigurationError: naming what to install.
    """
    try:
        from cryptography.hazmat.primitives.asymmetric import ed25519  # noqa: F401, PLC0415 - only who signs has it
        from securesystemslib import signer  # noqa: F401, PLC0415 - as above
    except ImportError:
        what = "needs securesystemslib and cryptography, and one of them is not installed"
        remedy = f'write "{EXTRA}" into requires of [build-system], or run: pip install "{EXTRA}"'
        raise VibesafeConfigurationError(Problem(place, what, remedy)) from None


def _text(signing: SigningConfig, environment: Mapping[str, str], root: Path) -> bytes:
    if signing.kind == ENVIRONMENT:
        text = environment.get(signing.place, "")
        if not text:
            remedy = f"set {signing.place} to the text of the key's PEM file, or remove [signing]"
            raise _refused(signing, "is not set", remedy)
        return text.encode("utf-8", "surrogateescape")
    try:
        return (root / signing.place).read_bytes()
    except OSError as error:
        remedy = "name the key's file by its absolute path, or use env:NAME: a source distribution carries no key"
        raise _refused(signing, f"cannot be read: {error.strerror}", remedy) from None


def _refused(signing: SigningConfig, what: str, remedy: str) -> VibesafeConfigurationError:
    return VibesafeConfigurationError(Problem(where(signing), what, remedy))
