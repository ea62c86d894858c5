"""The signature of a statement: Ed25519 (RFC 8032, section 5.1) in a DSSE envelope (version 1.0), with no dependency.

It stands against whoever rewrites a package, its manifest and its statement together. Only a deployment that names
keys loads this module. All that it computes on is public, so no step has to take the same time as another.

RFC 8032 and its errata leave choices; here nothing that is signed has a second form, and no two verifiers disagree:

- a public key is a canonical encoding of a point of order L: with one of small order, signatures of any message exist,
  and with one that has a part of small order, verifiers differ;
- S is below L, so that nobody can add L to it;
- the equation is [S]B = R + [k]A, without the cofactor, and R is compared as bytes with the one encoding of
  [S]B - [k]A. Whatever passes so passes with the cofactor too.
"""

from binascii import a2b_base64, b2a_base64

from vibesafe_runtime._manifest import sha256

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection

PAYLOAD_TYPE = b"application/vnd.in-toto+json"

Point = tuple[int, int, int, int]  # X, Y, Z and T with x = X/Z, y = Y/Z, x*y = T/Z (RFC 8032, section 5.1.4)

_P = 2**255 - 19
_L = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, -1, _P) % _P
_ROOT_OF_MINUS_ONE = pow(2, (_P - 1) // 4, _P)
_IDENTITY: Point = (0, 1, 1, 0)
_KEY_LENGTH = 32
_SIGNATURE_LENGTH = 64
_KEY_PREFIX = "ed25519:"


def check_envelope(envelope: bytes, statement: bytes, keys: "Collection[bytes]") -> str:
    """Return the id of the key, one of `keys`, that signed `statement` in this envelope.

    Nothing in the envelope is parsed: it has to be, byte for byte, the one that `envelope_bytes` makes.

    Raises:
        ValueError: saying what is wrong with the envelope, or with the key that it names.
    """
    payload = _base64(statement)
    if not envelope.startswith(b'{"payload":"%b",' % payload):
        raise ValueError("does not carry the statement that it stands beside")
    before, _, after = envelope.rpartition(b'","sig":"')
    named = before[-64:].decode("latin-1")
    try:
        signature = a2b_base64(after.partition(b'"')[0])
    except ValueError:
        signature = b""
    if envelope != _envelope(payload, named, signature):
        raise ValueError("is not a canonical DSSE envelope of an in-toto statement with exactly one signature")
    by_id = {key_id(key): key for key in keys}
    if named not in by_id:
        raise ValueError(f"is signed with the key {named!a}, which is not trusted here")
    if not verify(by_id[named], authenticated(statement), signature):
        raise ValueError(f"has a signature that the key {named} did not make of this statement")
    return named


def envelope_bytes(statement: bytes, signer: str, signature: bytes) -> bytes:
    """Return the DSSE envelope of a statement in canonical JSON (RFC 8785), with the signature of the key `signer`."""
    return _envelope(_base64(statement), signer, signature)


def authenticated(statement: bytes) -> bytes:
    """Return the bytes that are signed: DSSE's pre-authentication encoding of type and payload."""
    return b"DSSEv1 %d %b %d %b" % (len(PAYLOAD_TYPE), PAYLOAD_TYPE, len(statement), statement)


def key_id(key: bytes) -> str:
    """Return the id of a public key: the SHA-256 of its 32 bytes, 64 lowercase hexadecimal digits."""
    return sha256(key)


def key_text(key: bytes) -> str:
    """Return how a public key is written: `ed25519:` and its 32 bytes in lowercase hexadecimal."""
    return _KEY_PREFIX + key.hex()


def parse_key(text: str) -> bytes:
    """Return the 32 bytes of a public key written as `key_text` writes it.

    Raises:
        ValueError: if it is written otherwise, or no signature can be checked with it.
    """
    try:
        key = bytes.fromhex(text.removeprefix(_KEY_PREFIX))
    except ValueError:
        key = b""
    if text != key_text(key) or len(key) != _KEY_LENGTH:
        raise ValueError("is not ed25519: followed by 64 lowercase hexadecimal digits")
    _public_point(key)
    return key


def _envelope(payload: bytes, signer: str, signature: bytes) -> bytes:
    head = b'{"payload":"%b","payloadType":"%b","signatures":' % (payload, PAYLOAD_TYPE)
    return head + b'[{"keyid":"%b","sig":"%b"}]}' % (signer.encode("latin-1"), _base64(signature))


def _base64(content: bytes) -> bytes:
    return b2a_base64(content, newline=False)


def verify(key: bytes, message: bytes, signature: bytes) -> bool:
    """Return whether `signature` is that of `message` with the public key `key` (RFC 8032, section 5.1.7).

    Raises:
        ValueError: if the key is not one that a signature can be checked with.
    """
    minus_a = _negative(_public_point(key))
    r, s = signature[:32], int.from_bytes(signature[32:], "little")
    if len(signature) != _SIGNATURE_LENGTH or s >= _L:
        return False
    k = int.from_bytes(_sha512(r + key + message), "little") % _L
    return _encode(_two_products(s, _BASE, k, minus_a)) == r


def _public_point(key: bytes) -> Point:
    """Return the point that a public key encodes, which has the order L."""
    point = _decode(key)
    if _encode(point) == _encode(_IDENTITY) or _encode(_two_products(_L, point, 0, point)) != _encode(_IDENTITY):
        raise ValueError("is a point of small or mixed order, which proves nothing")
    return point


def _decode(encoding: bytes) -> Point:
    """Return the point of a canonical encoding (RFC 8032, section 5.1.3)."""
    sign, y = divmod(int.from_bytes(encoding, "little"), 2**255)
    u, v = (y * y - 1) % _P, (_D * y * y + 1) % _P
    x = u * v**3 * pow(u * v**7, (_P - 5) // 8, _P) % _P
    if (v * x * x + u) % _P == 0:
        x = x * _ROOT_OF_MINUS_ONE % _P
    if len(encoding) != _KEY_LENGTH or y >= _P or (v * x * x - u) % _P or (x == 0 and sign):
        raise ValueError("is not the canonical encoding of a point of the curve")
    if x % 2 != sign:
        x = _P - x
    return (x, y, 1, x * y % _P)


def _encode(point: Point) -> bytes:
    """Return the encoding of a point: y, and in the highest bit whether x is odd (RFC 8032, section 5.1.2)."""
    x, y, z, _ = point
    inverse = pow(z, -1, _P)
    return (y * inverse % _P | (x * inverse % _P % 2) << 255).to_bytes(32, "little")


def _add(one: Point, other: Point) -> Point:
    """Return the sum of any two points, equal ones included (RFC 8032, section 5.1.4)."""
    a = (one[1] - one[0]) * (other[1] - other[0]) % _P
    b = (one[1] + one[0]) * (other[1] + other[0]) % _P
    c = 2 * one[3] * other[3] * _D % _P
    d = 2 * one[2] * other[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % _P, g * h % _P, f * g % _P, e * h % _P)


def _negative(point: Point) -> Point:
    x, y, z, t = point
    return (-x % _P, y, z, -t % _P)


def _two_products(m: int, one: Point, n: int, other: Point) -> Point:
    """Return [m]one + [n]other, with one doubling for both of each bit (Shamir's trick)."""
    addends = (None, one, other, _add(one, other))
    total = _IDENTITY
    for bit in reversed(range(_L.bit_length())):
        total = _add(total, total)
        addend = addends[(m >> bit & 1) | (n >> bit & 1) << 1]
        if addend is not None:
            total = _add(total, addend)
    return total


def _sha512(content: bytes) -> bytes:
    for name in ("_sha2", "_sha512", "hashlib"):  # from Python 3.12, on 3.11, and on one that was built without either
        try:
            return bytes(__import__(name).sha512(content).digest())
        except ImportError:
            continue
    raise ImportError("this interpreter has no SHA-512", name="hashlib")


_BASE = _decode((4 * pow(5, -1, _P) % _P).to_bytes(32, "little"))
