"""The search for canaries finds them wherever they are, and a run that leaves one fails."""

import base64
import gzip
import os
import sqlite3
import subprocess
import sys
import zipfile
import zlib
from contextlib import closing
from pathlib import Path

import pytest

from tests.canary import CANARY_KEY, CANARY_VALUE, leaking

REPOSITORY = Path(__file__).parents[2]


def joined(key: str) -> str:
    """Return a canary only where it is written: this run is searched as well."""
    return f"before {key} after"


@pytest.mark.parametrize("canary", [CANARY_KEY, CANARY_VALUE])
@pytest.mark.parametrize("way", ["plain", "hex", "base64", "reversed", "wheel", "sdist", "ledger"])
def test_every_spelling_and_every_packing_is_found(tmp_path: Path, canary: str, way: str) -> None:
    (tmp_path / "innocent.txt").write_text(joined("vibesafe"), encoding="utf-8")
    text = joined(canary)
    packed = {"wheel": "app-1-py3-none-any.whl", "sdist": "app-1.tar.gz", "ledger": "runs.db"}
    file = tmp_path / "deep" / packed.get(way, "file")
    file.parent.mkdir()
    match way:
        case "wheel":
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
                archive.writestr("app/_vibesafe/f.py", text)
        case "sdist":
            file.write_bytes(gzip.compress(text.encode()))
        case "ledger":
            with closing(sqlite3.connect(file)) as database:
                database.execute("create table transcripts (digest text, content blob)")
                database.execute("insert into transcripts values ('a', ?)", [zlib.compress(text.encode())])
                database.commit()
        case _:
            spelled = {
                "plain": text,
                "hex": text.encode().hex(),
                "base64": base64.b64encode(text.encode()).decode(),
                "reversed": text[::-1],
            }
            file.write_text(spelled[way], encoding="utf-8")
    assert list(leaking(tmp_path)) == [file]
    file.unlink()
    assert list(leaking(tmp_path)) == []


GOOD = "def test_it(tmp_path): (tmp_path / 'file').write_text('nothing')\n"
WRITTEN = "import os\ndef test_write(tmp_path): (tmp_path / 'file').write_text(os.environ['CANARY_KEY'])\n"
SAID = """import logging
def test_print(): print(os.environ['UNRELATED_SETTING'])
def test_log(): logging.error(os.environ['UNRELATED_SETTING'])
"""


@pytest.mark.parametrize(
    ("source", "processes", "files", "said"), [(GOOD, 0, 0, 0), (WRITTEN + SAID, 0, 1, 2), (WRITTEN, 1, 1, 0)]
)
def test_a_run_that_leaves_one_fails_though_its_tests_pass(
    tmp_path: Path, source: str, processes: int, files: int, said: int
) -> None:
    file = tmp_path / "test_it.py"
    file.write_text(source, encoding="utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    options = [
        "-p",
        "tests.canary",
        "-p",
        "no:cacheprovider",
        "-n",
        str(processes),
        f"--basetemp={tmp_path / 'base'}",
    ]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-c", str(tmp_path / "pytest.ini"), *options, str(file)],
        cwd=REPOSITORY,
        # Where it thinks that it runs in CI, pytest prints what a test said once more in its summary.
        env={name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "CI"))},
        capture_output=True,
        text=True,
        check=False,
    )
    for left in leaking(tmp_path):
        left.unlink()
    assert (done.returncode == 0) == (files + said == 0), done.stdout
    assert (f"{files} files hold a canary" in done.stdout) == (files > 0)
    assert done.stdout.count("this test printed or logged a canary") == said
