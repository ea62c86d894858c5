"""The manifest's grammar, its look-up, and that no byte of it or of the module that pins it can change unseen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vibesafe_runtime._manifest import format_manifest, init_source, look_up, names_in, parse_manifest, sha256

DIGEST = "a" * 64
names = st.from_regex(r"[a-z_][a-z0-9_]{0,8}", fullmatch=True)
paths = st.lists(names, min_size=1, max_size=3).map(lambda parts: "/".join(parts) + ".py")
manifests = st.dictionaries(paths, st.binary(max_size=4).map(sha256), min_size=1, max_size=30)


@given(manifests)
def test_a_manifest_reads_back_what_was_written(digests: dict[str, str]) -> None:
    assert parse_manifest(format_manifest(digests)) == digests


@given(manifests, paths)
def test_look_up_says_what_parsing_says(digests: dict[str, str], other: str) -> None:
    manifest = format_manifest(digests)
    for path in [*digests, other]:
        assert look_up(manifest, path) == digests.get(path)


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


def test_look_up_refuses_a_path_that_stands_twice() -> None:
    line = f"{DIGEST}  b.py\n".encode()
    first, last = f"{DIGEST}  a.py\n".encode(), f"{DIGEST}  c.py\n".encode()
    assert look_up(first + line + last, "b.py") == DIGEST
    assert look_up(first + line + line + last, "b.py") is None
    assert look_up(line * 2, "b.py") is None


@pytest.mark.parametrize("part", ["a.py", "b.p", "", "x/b.py", "b.py\n"])
def test_look_up_finds_whole_paths_only(part: str) -> None:
    assert look_up(format_manifest({"b.py": DIGEST, "c/a.py": DIGEST}), part) is None


def test_names_in_a_directory_are_those_of_its_files_alone() -> None:
    manifest = format_manifest({"a/_v/x.py": DIGEST, "a/_v/y.json": DIGEST, "a/b.py": DIGEST, "a/a/_v/z.py": DIGEST})
    assert names_in(manifest, "a/_v") == {"x.py", "y.json"}


def test_the_digest_is_the_same_with_and_without_openssl(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys  # noqa: PLC0415 - patched below

    expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    import hashlib  # noqa: F401, PLC0415 - loads openssl's digests where there are any

    assert sha256(b"abc") == expected
    monkeypatch.delitem(sys.modules, "_hashlib", raising=False)
    assert sha256(b"abc") == expected
