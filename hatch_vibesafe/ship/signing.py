"""The signature over a statement: a DSSE envelope with exactly one, made by securesystemslib.

Whatever is wrong with a configured key fails the build: there is no way from it to an unsigned wheel.
"""

from collections.abc import Mapping
from pathlib import Path

from hatch_vibesafe.problems import Problem, VibesafeConfigurationError
from hatch_vibesafe.redact import without
from hatch_vibesafe.ship.key_place import is_shipped
from hatch_vibesafe.ship.private_key import load_signer, public_bytes, require_extra, where
from hatch_vibesafe.signing_config import FILE, SigningConfig
from vibesafe_runtime._signature import authenticated, check_envelope, envelope_bytes, key_id, parse_key

_SHORTEST_SECRET = 8


def sign_statement(statement: bytes, signing: SigningConfig, environment: Mapping[str, str], root: Path) -> bytes:
    """Return the DSSE envelope of a statement, signed with the configured key and checked as the runtime checks it.

    Args:
        statement: The bytes of the statement.
        signing: The configuration, with a key.
        environment: The environment variables, one of which may hold the key.
        root: The project's root, which the path of a key's file may be relative to.

    Raises:
        VibesafeConfigurationError: if the key cannot be used, does not belong to `public_key`, or lies where the source
            distribution would carry it.
    """
    if signing.read_here:
        refuse_shipped_key(signing, root)
        signer = load_signer(signing, environment, root)
        public, signature = public_bytes(signer), signer.sign(authenticated(statement)).signature
    else:
        public = public_key(signing, environment, root)
        signature = _signed_elsewhere(authenticated(statement), signing, public, environment)
    envelope = envelope_bytes(statement, key_id(public), bytes.fromhex(signature))
    try:
        check_envelope(envelope, statement, (public,))
    except ValueError as error:
        remedy = "let key and public_key name the two halves of one Ed25519 key"
        raise VibesafeConfigurationError(Problem(where(signing), f"made an envelope that {error}", remedy)) from None
    return envelope


def refuse_shipped_key(signing: SigningConfig, root: Path) -> None:
    """Refuse a key in a file of the project that goes into its source distribution; whatever is built has to ask this.

    Raises:
        VibesafeConfigurationError: if it is so.
    """
    file = root / signing.place
    if signing.kind == FILE and file.exists() and is_shipped(file):
        what = "is a file that the project's source distribution would carry to everybody"
        remedy = (
            "move it out of the project, and make a new key with `vibesafe key rotate` if it ever left this machine"
        )
        raise VibesafeConfigurationError(Problem(where(signing), what, remedy))


def public_key(signing: SigningConfig, environment: Mapping[str, str], root: Path) -> bytes:
    """Return the 32 bytes of the public key of the configured key.

    Raises:
        VibesafeConfigurationError: if no key is configured, or it cannot be used.
    """
    if signing.key is None:
        problem = Problem("signing.key", "is not configured", "run `vibesafe key new`, then set key in [signing]")
        raise VibesafeConfigurationError(problem)
    if signing.read_here:
        return public_bytes(load_signer(signing, environment, root))
    return parse_key(signing.public_key or "")  # the configuration is refused without it


def _signed_elsewhere(message: bytes, signing: SigningConfig, public: bytes, environment: Mapping[str, str]) -> str:
    """Return the signature, in hexadecimal, of what a signer's URI names: a service or a device that keeps its key."""
    require_extra(where(signing))
    from securesystemslib.signer import SIGNER_FOR_URI_SCHEME, Signer, SSlibKey  # noqa: PLC0415 - only who signs has it

    if signing.kind not in SIGNER_FOR_URI_SCHEME:
        remedy = f'write "env:NAME", "file:PATH" or a URI of {", ".join(sorted(SIGNER_FOR_URI_SCHEME))}'
        raise VibesafeConfigurationError(Problem(where(signing), "is not a signer that securesystemslib has", remedy))
    key = SSlibKey(key_id(public), "ed25519", "ed25519", {"public": public.hex()})
    try:
        return Signer.from_priv_key_uri(str(signing.key), key).sign(message).signature
    except Exception as error:  # noqa: BLE001 - securesystemslib: network, driver and library errors come undocumented
        what = f"could not sign: {type(error).__name__}: {error}"
        for secret in (signing.place, *environment.values()):
            what = without(what, secret) if len(secret) >= _SHORTEST_SECRET else what
        remedy = "mend what the message names; only keys of the kind Ed25519 can sign here"
        raise VibesafeConfigurationError(Problem(where(signing), what, remedy)) from None
