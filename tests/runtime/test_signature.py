"""Ed25519 against published vectors and crafted forgeries, and the one envelope that a signature may stand in."""

import json
from base64 import b64encode
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from vibesafe_runtime import _signature
from vibesafe_runtime._manifest import sha256
from vibesafe_runtime._signature import (
    authenticated,
    check_envelope,
    envelope_bytes,
    key_id,
    key_text,
    parse_key,
    verify,
)

DATA = Path(__file__).parents[1] / "data" / "ed25519"
P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
STATEMENT = b'{"_type":"https://in-toto.io/Statement/v1"}'

secrets = st.binary(min_size=32, max_size=32).map(Ed25519PrivateKey.from_private_bytes)


def public(secret: Ed25519PrivateKey) -> bytes:
    return secret.public_key().public_bytes_raw()


SECRET = Ed25519PrivateKey.from_private_bytes(bytes(32))
OTHER = Ed25519PrivateKey.from_private_bytes(b"\1" * 32)
KEY = public(SECRET)


def accepts(key: bytes, message: bytes, signature: bytes) -> bool:
    """Return whether a signature is taken, a key that is refused included."""
    try:
        return verify(key, message, signature)
    except ValueError:
        return False


# Ed25519


@pytest.mark.parametrize("vector", json.loads((DATA / "rfc8032.json").read_text()), ids=lambda vector: vector["name"])
def test_vectors_of_rfc_8032(vector: dict[str, str]) -> None:
    key, message, signature = (bytes.fromhex(vector[part]) for part in ("public", "message", "signature"))
    assert verify(key, message, signature)
    assert not verify(key, message + b"\0", signature)


def test_every_wycheproof_vector_is_judged_and_what_the_rfc_leaves_open_is_refused() -> None:
    document = json.loads((DATA / "wycheproof.json").read_text())
    judged = {"valid": 0, "invalid": 0, "acceptable": 0}
    for group in document["testGroups"]:
        for test in group["tests"]:
            parts = (group["publicKey"]["pk"], test["msg"], test["sig"])
            taken = accepts(*(bytes.fromhex(part) for part in parts))
            assert taken == (test["result"] == "valid"), test
            judged[test["result"]] += 1
    assert judged == {"valid": 117, "invalid": 64, "acceptable": 29}
    assert sum(judged.values()) == document["numberOfTests"]


@given(secrets, st.binary(max_size=200))
def test_what_another_implementation_signs_is_taken(secret: Ed25519PrivateKey, message: bytes) -> None:
    assert verify(public(secret), message, secret.sign(message))


@given(secrets, st.binary(min_size=1, max_size=60), st.data())
def test_every_flipped_bit_is_refused(secret: Ed25519PrivateKey, message: bytes, data: st.DataObject) -> None:
    parts = [public(secret), message, secret.sign(message)]
    which = data.draw(st.sampled_from([0, 1, 2]))
    changed = bytearray(parts[which])
    bit = data.draw(st.integers(0, len(changed) * 8 - 1))
    changed[bit // 8] ^= 1 << bit % 8
    parts[which] = bytes(changed)
    assert not accepts(*parts)


@given(st.binary(max_size=70).filter(lambda text: len(text) != 32))
def test_a_key_of_another_length_is_refused(key: bytes) -> None:
    with pytest.raises(ValueError, match="canonical encoding"):
        verify(key, b"", bytes(64))


@pytest.mark.parametrize("change", [b"", bytes(63), bytes(65)])
def test_a_signature_of_another_length_is_refused(change: bytes) -> None:
    assert not verify(KEY, b"message", change)
    assert not verify(KEY, b"message", SECRET.sign(b"message") + b"\0")


def test_the_order_added_to_s_is_refused() -> None:
    signature = SECRET.sign(b"message")
    s = int.from_bytes(signature[32:], "little")
    assert verify(KEY, b"message", signature)
    for more in range(1, (2**256 - s) // L + 1):
        assert not verify(KEY, b"message", signature[:32] + (s + more * L).to_bytes(32, "little"))


# Points of order 1, 2, 4 and 8, and every encoding of them and others that is not canonical.
SMALL = [(1, 0), (P - 1, 0), (0, 0), (0, 1)] + [
    (int.from_bytes(bytes.fromhex(text), "little"), sign)
    for text in (
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    )
    for sign in (0, 1)
]


@pytest.mark.parametrize(("y", "sign"), SMALL)
def test_a_key_of_small_order_is_refused(y: int, sign: int) -> None:
    with pytest.raises(ValueError, match="small or mixed order"):
        verify((y | sign << 255).to_bytes(32, "little"), b"", bytes(64))


@pytest.mark.parametrize("y", [*range(P, 2**255), 1 | 1 << 255, P - 1 | 1 << 255])
def test_a_key_in_a_second_encoding_is_refused(y: int) -> None:
    for number in (y, y | 1 << 255):
        with pytest.raises(ValueError, match="canonical encoding"):
            verify(number.to_bytes(32, "little"), b"", bytes(64))


def crafted(torsion_in_key: bytes, torsion_in_r: bytes, message: bytes) -> tuple[bytes, bytes]:
    """Return a key and a signature made with a secret scalar, each with a point of small order added."""
    base, zero = _signature._BASE, _signature._IDENTITY
    secret, nonce = 0x1234567890ABCDEF, 0xFEDCBA0987654321

    def times_base(scalar: int, torsion: bytes) -> bytes:
        point = _signature._two_products(scalar, base, 0, zero)
        return _signature._encode(_signature._add(point, _signature._decode(torsion)))

    key, r = times_base(secret, torsion_in_key), times_base(nonce, torsion_in_r)
    k = int.from_bytes(_signature._sha512(r + key + message), "little") % L
    return key, r + ((nonce + k * secret) % L).to_bytes(32, "little")


NOTHING = (1).to_bytes(32, "little")
TORSION = [(y | sign << 255).to_bytes(32, "little") for y, sign in SMALL[1:]]


@pytest.mark.parametrize("torsion", TORSION)
def test_what_only_the_equation_with_cofactor_accepts_is_refused(torsion: bytes) -> None:
    key, signature = crafted(NOTHING, NOTHING, b"message")
    assert verify(key, b"message", signature)
    key, signature = crafted(NOTHING, torsion, b"message")
    assert not verify(key, b"message", signature)


@pytest.mark.parametrize("torsion", TORSION)
def test_a_key_of_mixed_order_is_refused_whatever_it_signs(torsion: bytes) -> None:
    key, _ = crafted(torsion, NOTHING, b"message")
    with pytest.raises(ValueError, match="small or mixed order"):
        verify(key, b"message", bytes(64))


# Keys as text


@given(secrets)
def test_a_key_reads_back_from_its_text_and_its_id_is_its_digest(secret: Ed25519PrivateKey) -> None:
    key = public(secret)
    assert parse_key(key_text(key)) == key
    assert key_text(key) == f"ed25519:{key.hex()}"
    assert key_id(key) == sha256(key)


@pytest.mark.parametrize(
    "text",
    [
        *("", "ed25519:", KEY.hex(), f"ED25519:{KEY.hex()}", f"ed25519:{KEY.hex().upper()}", f"ed25519: {KEY.hex()}"),
        *(f"ed25519:{KEY.hex()}\n", f"ed25519:{KEY.hex()[:-2]}", f"ed25519:{KEY.hex()}00"),
        *(f"ed25519:ed25519:{KEY.hex()}", f"ed25519:{KEY.hex()[:2]} {KEY.hex()[2:]}", "ed25519:" + "٣" * 64),
    ],
)
def test_a_key_written_otherwise_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not ed25519: followed by 64 lowercase hexadecimal digits"):
        parse_key(text)


@pytest.mark.parametrize(("digit", "why"), [("0", "small or mixed order"), ("f", "canonical encoding")])
def test_a_key_that_no_signature_can_be_checked_with_is_refused(digit: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        parse_key(f"ed25519:{digit * 64}")


# Envelopes


def signed(statement: bytes = STATEMENT, secret: Ed25519PrivateKey = SECRET, message: bytes | None = None) -> bytes:
    signature = secret.sign(authenticated(statement) if message is None else message)
    return envelope_bytes(statement, key_id(public(secret)), signature)


@given(secrets, st.binary(max_size=300))
def test_an_envelope_is_canonical_json_and_says_who_signed(secret: Ed25519PrivateKey, statement: bytes) -> None:
    envelope = signed(statement, secret)
    document = json.loads(envelope)
    assert json.dumps(document, sort_keys=True, separators=(",", ":")).encode() == envelope
    assert check_envelope(envelope, statement, [KEY, public(secret)]) == key_id(public(secret))


def test_what_is_signed_is_the_encoding_of_dsse() -> None:
    # The example of the specification's protocol.md, with our type in the place of http://example.com/HelloWorld.
    assert authenticated(b"hello world") == b"DSSEv1 28 application/vnd.in-toto+json 11 hello world"


def altered(**parts: object) -> bytes:
    document = json.loads(signed()) | parts
    return json.dumps(document, sort_keys=True, separators=(",", ":")).encode()


def signatures(*secrets: Ed25519PrivateKey) -> list[dict[str, str]]:
    return [signature for secret in secrets for signature in json.loads(signed(secret=secret))["signatures"]]


def with_a_spare_bit(envelope: bytes) -> bytes:
    """Return an envelope whose signature has a bit set that base64 does not carry."""
    alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    at = envelope.rindex(b'=="}]}') - 1
    return envelope[:at] + alphabet[alphabet.index(envelope[at]) | 1 :][:1] + envelope[at + 1 :]


ENVELOPES = {
    "an empty one": (b"", "does not carry"),
    "another payload": (signed(b"{}"), "does not carry"),
    "another payload under a signature of this": (altered(payload=b64encode(b"{}").decode()), "does not carry"),
    "another payload type": (altered(payloadType="application/json"), "not a canonical"),
    "two signatures": (altered(signatures=signatures(SECRET, OTHER)), "not a canonical"),
    "the same signature twice": (altered(signatures=signatures(SECRET, SECRET)), "not a canonical"),
    "no signature": (altered(signatures=[]), "not a canonical"),
    "a signature without key id": (altered(signatures=[{"sig": b64encode(bytes(64)).decode()}]), "not a canonical"),
    "one more key": (altered(zone="x"), "not a canonical"),
    "one more key in the signature": (altered(signatures=[signatures(SECRET)[0] | {"cert": ""}]), "not a canonical"),
    "a duplicate key": (signed().replace(b',"signatures"', b',"payloadType":"x","signatures"'), "not a canonical"),
    "a duplicate payload": (b'{"payload":"e30=",' + signed()[1:], "does not carry"),
    "a blank": (signed().replace(b'"signatures":', b'"signatures": '), "not a canonical"),
    "a leading blank": (b" " + signed(), "does not carry"),
    "a last newline": (signed() + b"\n", "not a canonical"),
    "keys in another order": (json.dumps(dict(reversed(json.loads(signed()).items()))).encode(), "does not carry"),
    "an escaped letter": (signed().replace(b"in-toto+", b"in-toto\\u002b"), "not a canonical"),
    "base64 for addresses": (signed().replace(b'"sig":"', b'"sig":"-'), "not a canonical"),
    "another base64 of the same bytes": (with_a_spare_bit(signed()), "not a canonical"),
    "an untrusted signer": (signed(secret=OTHER), "is not trusted here"),
    "an untrusted signer under a trusted id": (
        envelope_bytes(STATEMENT, key_id(KEY), OTHER.sign(authenticated(STATEMENT))),
        "did not make",
    ),
    "a signature of the bare payload": (signed(message=STATEMENT), "did not make"),
    "a signature for another payload type": (
        signed(message=b"DSSEv1 16 application/json 43 " + STATEMENT),
        "did not make",
    ),
    "a signature that is cut short": (envelope_bytes(STATEMENT, key_id(KEY), bytes(63)), "did not make"),
    "an id in capitals": (signed().replace(key_id(KEY).encode(), key_id(KEY).upper().encode()), "is not trusted here"),
}


@pytest.mark.parametrize("which", ENVELOPES)
def test_any_other_envelope_is_refused(which: str) -> None:
    envelope, why = ENVELOPES[which]
    assert check_envelope(signed(), STATEMENT, {KEY}) == key_id(KEY)
    assert envelope != signed()
    with pytest.raises(ValueError, match=why):
        check_envelope(envelope, STATEMENT, {KEY})


@given(st.data())
def test_every_changed_byte_of_an_envelope_is_refused(data: st.DataObject) -> None:
    envelope = bytearray(signed())
    envelope[data.draw(st.integers(0, len(envelope) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(ValueError, match=r"does not carry|not a canonical|not trusted|did not make"):
        check_envelope(bytes(envelope), STATEMENT, [KEY])


def test_a_signature_is_bound_to_its_statement() -> None:
    moved = envelope_bytes(b"{}", key_id(KEY), SECRET.sign(authenticated(STATEMENT)))
    with pytest.raises(ValueError, match="did not make of this statement"):
        check_envelope(moved, b"{}", [KEY])


def test_nobody_is_trusted_where_there_is_no_key() -> None:
    with pytest.raises(ValueError, match="is not trusted here"):
        check_envelope(signed(), STATEMENT, [])
