"""The manifest's grammar, its look-up, and that no byte of it or of the module that pins it can change unseen."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vibesafe_runtime._manifest import (
    MOST_LINES,
    format_manifest,
    init_source,
    manifest_files,
    parse_manifest,
    read_manifest,
    sha256,
    shard_path,
)

REPOSITORY = Path(__file__).parents[2]
DIGEST = "a" * 64
names = st.from_regex(r"[a-z_][a-z0-9_]{0,8}", fullmatch=True)
paths = st.lists(names, min_size=1, max_size=3).map(lambda parts: "/".join(parts) + ".py")
manifests = st.dictionaries(paths, st.binary(max_size=4).map(sha256), min_size=1, max_size=30)


@given(manifests)
def test_a_manifest_reads_back_what_was_written(digests: dict[str, str]) -> None:
    assert parse_manifest(format_manifest(digests)) == digests


@given(manifests)
def test_quick_reading_says_what_parsing_says(digests: dict[str, str]) -> None:
    manifest = format_manifest(digests)
    assert read_manifest(manifest) == parse_manifest(manifest)


@given(manifests)
def test_the_order_in_which_files_are_given_does_not_matter(digests: dict[str, str]) -> None:
    assert format_manifest(dict(reversed(digests.items()))) == format_manifest(digests)


@given(manifests, st.data())
def test_every_flipped_byte_of_manifest_or_init_is_seen(digests: dict[str, str], data: st.DataObject) -> None:
    manifest = format_manifest(digests)
    init = init_source(manifest)
    which = data.draw(st.sampled_from(["manifest", "init"]))
    content = bytearray(manifest if which == "manifest" else init)
    content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    changed = bytes(content)
    assert (init_source(changed) == init) is False if which == "manifest" else changed != init_source(manifest)


def test_sha256sum_writes_the_same_line() -> None:
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert format_manifest({"shop/a.py": sha256(b"")}) == f"{empty}  shop/a.py\n".encode()


@pytest.mark.parametrize(
    "manifest",
    [
        b"",
        b"\n",
        DIGEST.encode(),
        f"{DIGEST}  a.py".encode(),
        f"{DIGEST} a.py\n".encode(),
        f"{DIGEST} *a.py\n".encode(),
        f"{DIGEST.upper()}  a.py\n".encode(),
        f"{DIGEST[:-1]}  a.py\n".encode(),
        f"{DIGEST}  \n".encode(),
        f"{DIGEST}  a.py\n\n".encode(),
        f"{DIGEST}  a.py\r\n".encode(),
        f"{DIGEST}  /a.py\n".encode(),
        f"{DIGEST}  ../a.py\n".encode(),
        f"{DIGEST}  a/../b.py\n".encode(),
        f"{DIGEST}  a//b.py\n".encode(),
        f"{DIGEST}  ./a.py\n".encode(),
        f"{DIGEST}  a\\b.py\n".encode(),
        f"{DIGEST}  c:a.py\n".encode(),
        f"{DIGEST}  a\0.py\n".encode(),
        f"{DIGEST}  a  b.py\n".encode(),
        f"{DIGEST}  ".encode() + b"\xff.py\n",
        f"{DIGEST}  a.py\n{DIGEST}  a.py\n".encode(),
        f"{DIGEST}  b.py\n{DIGEST}  a.py\n".encode(),
    ],
)
def test_what_is_not_exactly_a_manifest_is_refused(manifest: bytes) -> None:
    with pytest.raises(ValueError, match=r"line"):
        parse_manifest(manifest)


def test_the_control_of_the_refused_ones_is_read() -> None:
    manifest = f"{DIGEST}  a.py\n{DIGEST}  b/c.py\n".encode()
    assert parse_manifest(manifest) == {"a.py": DIGEST, "b/c.py": DIGEST}


def test_a_manifest_of_few_files_is_one_file() -> None:
    digests = {f"s/_v/{number:05}.py": DIGEST for number in range(MOST_LINES)}
    assert manifest_files("s/_v", digests) == {"s/_v/MANIFEST": format_manifest(digests)}


def test_a_manifest_of_many_files_lists_shards_that_list_every_file_once() -> None:
    special = {"s/_v/statement.json": DIGEST, "s/_v/statement.dsse.json": DIGEST}
    digests = {f"s/_v/{number:05}.py": sha256(str(number).encode()) for number in range(MOST_LINES + 1)} | special
    files = manifest_files("s/_v", digests)
    top = parse_manifest(files.pop("s/_v/MANIFEST"))
    assert top == {path: sha256(content) for path, content in files.items()} | special
    found: dict[str, str] = {}
    for path, content in files.items():
        lines = parse_manifest(content)
        assert all(shard_path("s/_v", line) == path for line in lines)
        found |= lines
    assert found | special == digests
    assert max(len(content) for content in files.values()) < len(format_manifest(digests)) / 50


def test_the_digest_is_the_same_with_and_without_openssl() -> None:
    expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    # Each in an interpreter of its own, which has loaded openssl's digests, or has not.
    for first in ("import hashlib", "pass"):
        code = f"{first}; import sys; from vibesafe_runtime._manifest import sha256; "
        code += "print(sha256(b'abc'), '_hashlib' in sys.modules)"
        done = subprocess.run(
            [sys.executable, "-S", "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True
        )
        assert done.stdout.split() == [expected, str(first != "pass")]
