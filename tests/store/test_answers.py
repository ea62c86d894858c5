import errno
import json
import os
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hatch_vibesafe.identity import Digest, digest
from hatch_vibesafe.problems import VibesafeError
from hatch_vibesafe.store.answers import AnswerCache
from hatch_vibesafe.store.records import Answer

REQUEST = digest(b"request")
ANSWER = Answer("```python\nreturn 1\n```", "model-2025", 12, 7, "stop")


def file_of(directory: Path) -> Path:
    return directory / REQUEST[:2] / f"{REQUEST}.json"


def test_an_answer_is_kept(tmp_path: Path) -> None:
    cache = AnswerCache(tmp_path / "cache")
    assert cache.get(REQUEST) is None
    assert not (tmp_path / "cache").exists()
    cache.put(REQUEST, ANSWER)
    assert AnswerCache(tmp_path / "cache").get(REQUEST) == ANSWER
    assert cache.get(digest(b"other")) is None


@given(st.builds(Answer, st.text(), st.text(), st.integers(), st.integers(), st.text()))
def test_any_answer_is_read_back(tmp_path_factory: pytest.TempPathFactory, answer: Answer) -> None:
    cache = AnswerCache(tmp_path_factory.getbasetemp() / "any-answer")
    cache.put(REQUEST, answer)
    assert cache.get(REQUEST) == answer


def test_nothing_but_the_answer_is_stored(tmp_path: Path) -> None:
    AnswerCache(tmp_path).put(REQUEST, ANSWER)
    stored = json.loads(file_of(tmp_path).read_bytes())
    assert set(stored) == {"format", "text", "model", "input_tokens", "output_tokens", "finish"}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff",
        b"[" * 100_000,
        b'{"format": 1, "text": "x"}',
        b'{"format": 2, "text": "", "model": "", "finish": "", "input_tokens": 0, "output_tokens": 0}',
        b'{"format": 1, "text": 1, "model": "", "finish": "", "input_tokens": 0, "output_tokens": 0}',
        b'{"format": 1, "text": "", "model": "", "finish": "", "input_tokens": true, "output_tokens": 0}',
        b'{"format": 1, "text": "", "model": "", "finish": "", "input_tokens": 0, "output_tokens": 0, "x": 0}',
    ],
)
def test_a_damaged_answer_is_none_and_is_replaced(tmp_path: Path, content: bytes) -> None:
    cache = AnswerCache(tmp_path)
    cache.put(REQUEST, ANSWER)
    file_of(tmp_path).write_bytes(content)
    assert cache.get(REQUEST) is None
    cache.put(REQUEST, ANSWER)
    assert cache.get(REQUEST) == ANSWER


def test_a_link_is_none_and_is_replaced(tmp_path: Path) -> None:
    cache = AnswerCache(tmp_path / "cache")
    cache.put(REQUEST, ANSWER)
    file_of(tmp_path / "cache").rename(tmp_path / "elsewhere")
    file_of(tmp_path / "cache").symlink_to(tmp_path / "elsewhere")
    assert cache.get(REQUEST) is None
    cache.put(REQUEST, ANSWER)
    assert cache.get(REQUEST) == ANSWER


@pytest.mark.parametrize("request_digest", ["../../evil", "", "a" * 63, "A" * 64])
def test_what_is_no_digest_becomes_no_path(tmp_path: Path, request_digest: str) -> None:
    cache = AnswerCache(tmp_path)
    with pytest.raises(ValueError, match="not a SHA-256 digest"):
        cache.get(Digest(request_digest))
    with pytest.raises(ValueError, match="not a SHA-256 digest"):
        cache.put(Digest(request_digest), ANSWER)


def test_a_cache_that_cannot_be_written_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "cache").write_bytes(b"")
    cache = AnswerCache(tmp_path / "cache")
    assert cache.get(REQUEST) is None
    with pytest.raises(VibesafeError, match="cannot be written"):
        cache.put(REQUEST, ANSWER)


def test_nobody_is_asked_where_an_answer_could_not_be_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    AnswerCache(tmp_path / "cache").refuse_without_room()  # the control
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr("shutil.disk_usage", lambda _: usage._replace(free=1000))
    cache = AnswerCache(tmp_path / "cache")
    for _ in range(2):
        with pytest.raises(VibesafeError) as refused:
            cache.refuse_without_room()
        (problem,) = refused.value.problems
        assert (problem.where, "free space" in problem.remedy) == (str(tmp_path / "cache"), True)
    assert not (tmp_path / "cache").exists()


def test_a_disk_that_was_full_is_asked_for_nothing_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    cache = AnswerCache(tmp_path / "cache")
    with monkeypatch.context() as patched:
        patched.setattr("os.fsync", full)
        with pytest.raises(VibesafeError):
            cache.put(REQUEST, ANSWER)
    with pytest.raises(VibesafeError):
        cache.refuse_without_room()
