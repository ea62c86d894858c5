"""A question is asked by one at a time: between processes, between threads, and after a holder's death."""

import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from hatch_vibesafe.identity import Digest, digest
from hatch_vibesafe.store.claims import Claims

ROOT = Path(__file__).parents[2]
QUESTION, OTHER = digest(b"a question"), digest(b"another")

HOLDER = """
import sys
from pathlib import Path
from hatch_vibesafe.store.claims import Claims
claims = Claims(Path(sys.argv[1]))
print(claims.claim(sys.argv[2]), flush=True)
sys.stdin.read()
"""


def holder(path: Path, name: Digest) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path), name], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )


def within(seconds: float, happened: Callable[[], bool]) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if happened():
            return True
        time.sleep(0.01)
    return False


def test_another_process_claims_nothing_twice_and_loses_its_claims_with_its_life(tmp_path: Path) -> None:
    path = tmp_path / "new" / "asking.lock"
    claims = Claims(path)
    with holder(path, QUESTION) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == b"True"
        assert not claims.claim(QUESTION)
        assert claims.claim(OTHER)
        process.kill()
        process.communicate()
    assert within(10, lambda: claims.claim(QUESTION))
    with holder(path, QUESTION) as second:
        assert second.communicate()[0].strip() == b"False"
    claims.give_up(QUESTION)
    with holder(path, QUESTION) as third:
        assert third.communicate()[0].strip() == b"True"
    claims.close()
    assert path.stat().st_size == 0


def test_threads_of_one_process_claim_nothing_twice(tmp_path: Path) -> None:
    claims = Claims(tmp_path / "asking.lock")
    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(lambda _: claims.claim(QUESTION), range(50))) == 1
    claims.give_up(QUESTION)
    claims.give_up(QUESTION)
    assert claims.claim(QUESTION)
    claims.close()
    claims.close()
    assert claims.claim(QUESTION)
    claims.close()


def test_where_no_file_can_be_locked_nobody_is_held_up(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="ascii")
    claims = Claims(tmp_path / "file" / "asking.lock")
    assert claims.claim(QUESTION)
    assert not claims.claim(QUESTION)
    claims.close()


def test_what_is_no_digest_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="digest"):
        Claims(tmp_path / "asking.lock").claim(Digest("../x"))
