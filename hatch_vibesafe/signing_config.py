"""`[signing]`: which key signs the statements of a build."""

import re
from dataclasses import dataclass

from hatch_vibesafe.toml_table import Table
from vibesafe_runtime._signature import parse_key

ENVIRONMENT = "env"
FILE = "file"
_READ_HERE = (ENVIRONMENT, FILE)

_REFERENCE = re.compile(r"env:[A-Za-z_][A-Za-z0-9_]*|(?!env:)[a-z][a-z0-9+.-]*:[^\0\r\n]+")


@dataclass(frozen=True, slots=True)
class SigningConfig:
    """The `[signing]` table. The private key itself is never configured.

    Attributes:
        key: Where the private key is: `env:NAME` or `file:PATH` for a PEM text, else a signer URI of securesystemslib;
            None where nothing is signed.
        public_key: The public key that has to belong to it, as `ed25519:` and 64 hexadecimal digits; None where it is
            whatever the private key makes it.
    """

    key: str | None = None
    public_key: str | None = None

    @property
    def kind(self) -> str:
        """What stands before the colon of `key`: "env", "file" or the scheme of a signer URI."""
        return (self.key or "").partition(":")[0]

    @property
    def place(self) -> str:
        """What stands after it: the variable's name, the file's path or the rest of the URI."""
        return (self.key or "").partition(":")[2]

    @property
    def read_here(self) -> bool:
        """Whether the private key itself is read; else a signer of securesystemslib keeps it and signs with it."""
        return self.kind in _READ_HERE


UNSIGNED = SigningConfig()


def read_signing(table: Table) -> SigningConfig:
    """Return what `[signing]` says; no value is repeated in a problem, because a key may stand in the wrong place."""
    signing = SigningConfig(
        table.optional_text("key", shown=False),
        table.optional_text("public_key", shown=False),
    )
    if signing.key is not None and not _REFERENCE.fullmatch(signing.key):
        remedy = 'write "env:NAME", "file:PATH" or a signer\'s URI, never a key'
        table.problem("key", "does not say where a private key is", remedy)
    elif signing.key is not None and not signing.read_here and signing.public_key is None:
        what = f'is neither "env:NAME" nor "file:PATH", and a signer\'s URI ({signing.kind}:) needs its public key'
        table.problem("key", what, 'add public_key = "ed25519:..."')
    if signing.public_key is not None:
        if signing.key is None:
            table.problem("public_key", "belongs to no key", 'add key = "env:NAME", or remove it')
        try:
            parse_key(signing.public_key)
        except ValueError as error:
            table.problem("public_key", str(error), "write what `vibesafe key show` prints")
    table.refuse_unknown()
    return signing
