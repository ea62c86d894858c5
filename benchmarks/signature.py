"""What checking a signature costs a process that imports a signed package: once, set-up included, against OpenSSL."""

import tempfile
from pathlib import Path

from benchmarks.measure import Row, Variant, clean_environment, interleaved, milliseconds, print_rows, run

ROUNDS = 21
STATEMENT_SIZES = (1_000, 1_000_000)
MOST = 0.010

MAKE = """
import sys
from pathlib import Path
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from vibesafe_runtime._signature import authenticated, envelope_bytes, key_id, key_text
secret = Ed25519PrivateKey.generate()
key = secret.public_key().public_bytes_raw()
statement = b"x" * int(sys.argv[1])
signature = secret.sign(authenticated(statement))
Path("statement").write_bytes(statement)
Path("envelope").write_bytes(envelope_bytes(statement, key_id(key), signature))
Path("raw").write_bytes(key + signature + authenticated(statement))
Path("trusted-keys").write_text(key_text(key))
"""
PREPARE = """
import vibesafe_runtime
with open("statement", "rb") as file: statement = file.read()
with open("envelope", "rb") as file: envelope = file.read()
with open("raw", "rb") as file: raw = file.read()
"""
OURS = """
from vibesafe_runtime._trust import trusted_keys
keys = trusted_keys()
from vibesafe_runtime._signature import check_envelope
check_envelope(envelope, statement, keys)
"""
OPENSSL = """
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
Ed25519PublicKey.from_public_bytes(raw[:32]).verify(raw[32:96], raw[96:])
"""


def main(our_python: Path, _rival_python: Path) -> None:
    """Print the table."""
    rows = []
    for size in STATEMENT_SIZES:
        with tempfile.TemporaryDirectory(prefix="vibesafe-benchmark-") as scratch:
            work = Path(scratch)
            run(Variant([our_python, "-c", MAKE, str(size)], work, clean_environment()))
            named = clean_environment(VIBESAFE_TRUSTED_KEYS=(work / "trusted-keys").read_text(encoding="utf-8"))
            codes = {"neither": PREPARE, "ours": PREPARE + OURS, "openssl": PREPARE + OPENSSL}
            times = interleaved(
                {name: Variant([our_python, "-c", code], work, named) for name, code in codes.items()}, ROUNDS
            )
        ours, openssl = (times[name] - times["neither"] for name in ("ours", "openssl"))
        what = f"keys read and one signature checked in a fresh process, statement of {size:,} bytes"
        rows += [
            Row(what, milliseconds(ours), f"at most {milliseconds(MOST)}", ours / MOST),
            Row(what, milliseconds(ours), f"cryptography (OpenSSL) {milliseconds(openssl)}", ours / openssl),
        ]
    print_rows("signature", rows)
