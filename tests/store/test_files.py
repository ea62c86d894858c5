import os
import stat
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from hatch_vibesafe.problems import VibesafeError
from hatch_vibesafe.store import temporaries
from hatch_vibesafe.store.files import read_file, write_atomically

ROOT = Path(__file__).parents[2]


def names(directory: Path) -> set[str]:
    return {path.name for path in directory.iterdir()}


def run(program: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program, *map(str, arguments)],
        check=False,
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )


def test_the_content_is_there_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "new" / "deep" / "file"
    write_atomically(path, b"one")
    write_atomically(path, b"two")
    assert read_file(path) == b"two"
    assert names(path.parent) == {"file"}


def test_others_may_read_what_the_umask_allows(tmp_path: Path) -> None:
    write_atomically(tmp_path / "file", b"")
    mask = os.umask(0o022)
    os.umask(mask)
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == 0o666 & ~mask


def test_a_name_of_the_longest_length_can_be_written(tmp_path: Path) -> None:
    path = tmp_path / ("n" * 255)
    write_atomically(path, b"content")
    assert path.read_bytes() == b"content"


def test_a_link_is_replaced_and_its_target_left_alone(tmp_path: Path) -> None:
    (tmp_path / "target").write_bytes(b"old")
    (tmp_path / "link").symlink_to(tmp_path / "target")
    write_atomically(tmp_path / "link", b"new")
    assert (tmp_path / "target").read_bytes() == b"old"
    assert read_file(tmp_path / "link") == b"new"


def test_a_file_in_place_of_the_directory_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "blocked").write_bytes(b"mine")
    with pytest.raises(VibesafeError) as caught:
        write_atomically(tmp_path / "blocked" / "file", b"content")
    [problem] = caught.value.problems
    assert problem.where == str(tmp_path / "blocked" / "file")
    assert "cannot be written" in problem.what
    assert (tmp_path / "blocked").read_bytes() == b"mine"


def test_a_directory_in_place_of_the_file_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "file").mkdir()
    with pytest.raises(VibesafeError, match="cannot be written"):
        write_atomically(tmp_path / "file", b"content")
    assert names(tmp_path) == {"file"}


SMALL_DISK = """
import resource, sys
from pathlib import Path
from hatch_vibesafe.problems import VibesafeError
from hatch_vibesafe.store.files import write_atomically
resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
try:
    write_atomically(Path(sys.argv[1]), b"x" * int(sys.argv[2]))
except VibesafeError as error:
    print(error)
    sys.exit(1)
"""


def test_a_file_that_does_not_fit_leaves_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "file"
    assert run(SMALL_DISK, path, 80).returncode == 0
    done = run(SMALL_DISK, path, 5000)
    assert (done.returncode, done.stderr) == (1, "")
    assert str(path) in done.stdout
    assert "free space" in done.stdout
    assert path.read_bytes() == b"x" * 80
    assert names(tmp_path) == {"file"}


UNPRIVILEGED = """
import os, sys
from pathlib import Path
from hatch_vibesafe.problems import VibesafeError
from hatch_vibesafe.store.files import write_atomically
if os.geteuid() == 0:
    os.setuid(65534)
try:
    write_atomically(Path(sys.argv[1]), b"new")
except VibesafeError as error:
    print(error)
    sys.exit(1)
"""


def test_a_read_only_directory_is_a_problem() -> None:
    # Not in tmp_path: an ordinary user, which root becomes here, cannot look into it.
    with TemporaryDirectory() as base:
        Path(base).chmod(0o755)
        path = Path(base, "closed", "file")
        write_atomically(path, b"old")
        path.parent.chmod(0o555)
        done = run(UNPRIVILEGED, path)
        path.parent.chmod(0o777)
        assert (done.returncode, done.stderr) == (1, "")
        assert "make " in done.stdout
        assert "accessible" in done.stdout
        assert path.read_bytes() == b"old"
        assert run(UNPRIVILEGED, path).returncode == 0


KILLED = """
import os, signal, sys
from pathlib import Path
from hatch_vibesafe.store import temporaries
target = Path(sys.argv[1])
with temporaries.temporary_file(target) as (path, stream), temporaries.temporary_directory(target) as directory:
    stream.write(b"half")
    stream.flush()
    (directory / "half").write_bytes(b"half")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_killed_writer_left_is_swept_by_the_next(tmp_path: Path) -> None:
    assert run(KILLED, tmp_path / "file").returncode == -9
    assert len(names(tmp_path)) == 2
    assert read_file(tmp_path / "file") is None
    write_atomically(tmp_path / "other", b"")
    assert names(tmp_path) == {"other"}


def test_what_a_living_writer_fills_is_left_alone(tmp_path: Path) -> None:
    target = tmp_path / "file"
    with temporaries.temporary_file(target) as (path, _), temporaries.temporary_directory(target) as directory:
        write_atomically(tmp_path / "other", b"")
        assert path.exists()
        assert directory.exists()
    assert names(tmp_path) == {"other"}


def test_files_that_only_look_temporary_are_left_alone(tmp_path: Path) -> None:
    for name in (".file.tmp", ".index.toml.swp", "x.0123456789abcdef.vibesafe-tmp", ".x.0123.vibesafe-tmp"):
        (tmp_path / name).write_bytes(b"")
        os.utime(tmp_path / name, (0, 0))
    before = names(tmp_path)
    write_atomically(tmp_path / "file", b"")
    assert names(tmp_path) == before | {"file"}


@pytest.mark.parametrize("kind", ["link", "directory", "pipe"])
def test_only_a_regular_file_is_read(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "file"
    (tmp_path / "control").write_bytes(b"content")
    if kind == "link":
        path.symlink_to(tmp_path / "control")
    elif kind == "directory":
        path.mkdir()
    else:
        os.mkfifo(path)
    with pytest.raises(VibesafeError, match="where a file is expected"):
        read_file(path)
    assert read_file(tmp_path / "control") == b"content"


WRITER = """
import sys
from pathlib import Path
from hatch_vibesafe.store.files import write_atomically
path, number = Path(sys.argv[1]), sys.argv[2]
for _ in range(20):
    write_atomically(path, number.encode() * 50_000)
"""


def test_a_reader_beside_several_writers_sees_whole_files_only(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_atomically(path, b"0" * 50_000)
    command = [sys.executable, "-c", WRITER, str(path)]
    writers = [subprocess.Popen([*command, str(number)], cwd=ROOT) for number in range(1, 4)]
    deadline = time.monotonic() + 60
    while any(writer.poll() is None for writer in writers) and time.monotonic() < deadline:
        content = read_file(path)
        assert content is not None
        assert len(content) == 50_000
        assert len(set(content)) == 1
    assert [writer.wait() for writer in writers] == [0, 0, 0]
    assert names(tmp_path) == {"file"}
