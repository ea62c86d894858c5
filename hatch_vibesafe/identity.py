"""Unit ids and hashes: what they are, how they are computed, and the only way to read them back from disk."""

import hashlib
import re
from dataclasses import dataclass
from typing import NewType, Self

SpecHash = NewType("SpecHash", str)
"""SHA-256 of a spec, 64 lowercase hexadecimal digits."""

CheckpointHash = NewType("CheckpointHash", str)
"""SHA-256 that names a checkpoint, 64 lowercase hexadecimal digits."""

Digest = NewType("Digest", str)
"""SHA-256 of some bytes, 64 lowercase hexadecimal digits."""

_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class UnitId:
    """A unit's name: `module.path/qualname`, for example `app.math/add` or `app.bank/Account.deposit`.

    Every part is a Python identifier, so that an id read from disk can become a path without leaving its directory.
    """

    module: str
    qualname: str

    def __post_init__(self) -> None:
        """Refuse what is not two dotted names.

        Raises:
            ValueError: if either half is not made of Python identifiers.
        """
        for half in (self.module, self.qualname):
            if not half or not all(part.isidentifier() for part in half.split(".")):
                msg = f"not a unit id: {self.module!r}/{self.qualname!r}"
                raise ValueError(msg)

    def __str__(self) -> str:
        return f"{self.module}/{self.qualname}"

    @property
    def name(self) -> str:
        """The last part of the qualified name."""
        return self.qualname.rpartition(".")[2]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the id that `text` spells.

        Raises:
            ValueError: if `text` is not `module.path/qualname`.
        """
        module, slash, qualname = text.partition("/")
        if not slash:
            msg = f"not a unit id: {text!r}"
            raise ValueError(msg)
        return cls(module, qualname)


def parse_digest(text: str) -> str:
    """Return `text` where it is 64 lowercase hexadecimal digits.

    Raises:
        ValueError: for anything else; a shortened hash is never looked up by its prefix.
    """
    if not _DIGEST.fullmatch(text):
        msg = f"not a SHA-256 digest: {text!r}"
        raise ValueError(msg)
    return text


def digest(content: bytes) -> Digest:
    """Return the SHA-256 of `content`."""
    return Digest(hashlib.sha256(content).hexdigest())


def tagged_digest(tag: str, *parts: bytes) -> Digest:
    """Return the SHA-256 of a domain tag and parts, each preceded by its length, so that no two lists collide."""
    whole = [piece for part in (tag.encode(), *parts) for piece in (len(part).to_bytes(8, "big"), part)]
    return Digest(hashlib.sha256(b"".join(whole)).hexdigest())


def checkpoint_hash(
    spec_hash: SpecHash, prompt: Digest, implementation: Digest, uses: tuple[tuple[str, Digest], ...] = ()
) -> CheckpointHash:
    """Return the name of the checkpoint that these make.

    `uses` are the helpers beside the unit that the implementation uses though the spec does not name them, each with
    its digest: with another helper it is another checkpoint.
    """
    used = (text.encode() for use in uses for text in use)
    return CheckpointHash(
        tagged_digest("vibesafe-checkpoint/1", spec_hash.encode(), prompt.encode(), implementation.encode(), *used)
    )
