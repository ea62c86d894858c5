import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from hatch_vibesafe.problems import VibesafeError
from hatch_vibesafe.store.lock import locked

ROOT = Path(__file__).parents[2]

HOLDER = """
import sys
from pathlib import Path
from hatch_vibesafe.store.lock import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_threads_of_one_process_take_turns(tmp_path: Path) -> None:
    counter = tmp_path / "counter"
    counter.write_text("0", encoding="ascii")

    def count(_: int) -> None:
        with locked(tmp_path / "lock"):
            number = int(counter.read_text(encoding="ascii"))
            counter.write_text(str(number + 1), encoding="ascii")

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(count, range(100)))
    assert counter.read_text(encoding="ascii") == "100"


def test_who_waits_too_long_is_told_for_what(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline().strip() == b"held"
        with pytest.raises(VibesafeError, match="another vibesafe command") as caught, locked(path, patience=0.05):
            pytest.fail("two held it")
        assert caught.value.problems[0].where == str(path)
        holder.kill()
    with locked(path, patience=5):
        assert path.exists()


def test_it_is_given_up_when_the_block_fails(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), locked(tmp_path / "lock"):
        raise ZeroDivisionError
    with locked(tmp_path / "lock", patience=0):
        assert (tmp_path / "lock").exists()


def test_a_lock_that_cannot_be_made_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "blocked").write_bytes(b"")
    with pytest.raises(VibesafeError, match="cannot be opened"), locked(tmp_path / "blocked" / "lock"):
        pytest.fail("it was held")
