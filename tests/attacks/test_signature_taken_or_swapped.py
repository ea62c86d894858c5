"""The signature is taken away, or taken from somewhere else: another key, another package, another statement.

Who: whoever can write into site-packages, but has no trusted key. Without a key nobody asks for a signature. Where the
deployment trusts keys: the envelope must carry the very statement that lies there, and that the very manifest.
"""

import json
from base64 import b64encode

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.attacks.conftest import IMPLEMENTATION, Attack, Corpus, Installed, Threat, forge
from vibesafe_runtime._signature import authenticated, envelope_bytes, key_id

THREAT = Threat(
    attack="rewrite a signed package and take its signature away, or put another in its place",
    at_import="gets through",
    by_verify="with a key",
    with_key="refused",
    with_guard="gets through",
    by="the signature, where the deployment trusts a key",
)
ENVELOPE = "shop/_vibesafe/statement.dsse.json"
STATEMENT = "shop/_vibesafe/statement.json"


def forged(shop: Installed, envelope: bytes | None) -> None:
    """Rewrite the package with this envelope, or none, beside the rewritten statement."""
    (shop.site / ENVELOPE).unlink(missing_ok=True)
    forge(shop, {IMPLEMENTATION: shop.evil_total()} | ({} if envelope is None else {ENVELOPE: envelope.decode()}))


def signed_by_another(shop: Installed) -> None:
    """Sign with a key of the attacker's own."""
    forged(shop, b"")
    statement, private = shop.read(STATEMENT), Ed25519PrivateKey.generate()
    signer = key_id(private.public_key().public_bytes_raw())
    forged(shop, envelope_bytes(statement, signer, private.sign(authenticated(statement))))


def under_the_trusted_name(shop: Installed) -> None:
    """Sign with a key of the attacker's own and name the trusted one."""
    forged(shop, b"")
    statement, private = shop.read(STATEMENT), Ed25519PrivateKey.generate()
    trusted = bytes.fromhex(shop.variables.get("VIBESAFE_TRUSTED_KEYS", "ed25519:" + "0" * 64).removeprefix("ed25519:"))
    forged(shop, envelope_bytes(statement, key_id(trusted), private.sign(authenticated(statement))))


def second_signature(shop: Installed) -> None:
    """Put the attacker's payload and signature beside the honest ones."""
    try:
        envelope = json.loads(shop.read(ENVELOPE))
    except FileNotFoundError:
        envelope = {"payload": "", "payloadType": "", "signatures": []}
    forged(shop, b"")
    envelope["payload"] = b64encode(shop.read(STATEMENT)).decode()
    envelope["signatures"].insert(0, {"keyid": "0" * 64, "sig": ""})
    forged(shop, json.dumps(envelope, sort_keys=True, separators=(",", ":")).encode())


def of_another_package(shop: Installed) -> None:
    """Take the genuine envelope of another baked package that the same key signed."""
    other = shop.site / "_vibesafe_calc/statement.dsse.json"
    forged(shop, other.read_bytes() if other.exists() else b"{}")


def no_signature(shop: Installed) -> None:
    forged(shop, None)


def of_all_zeros(shop: Installed) -> None:
    forged(shop, b"")
    forged(shop, envelope_bytes(shop.read(STATEMENT), "0" * 64, bytes(64)))


ATTACKS: dict[str, Attack] = {
    "none": no_signature,
    "another key's": signed_by_another,
    "another key's, under the trusted name": under_the_trusted_name,
    "two": second_signature,
    "another package's": of_another_package,
    "zeros": of_all_zeros,
}


@pytest.mark.parametrize("name", ATTACKS)
def test_only_a_key_stops_it(corpus: Corpus, name: str) -> None:
    corpus.try_out(THREAT, ATTACKS[name], where="shop/_vibesafe")
