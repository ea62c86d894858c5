"""One wheel in every form in which it can be installed and run."""

import json
import os
import re
import shutil
import stat
import subprocess
import sys
import zipapp
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from hatch_vibesafe.store.lock import locked
from tests.e2e.conftest import Project, Wheelhouse, tool
from tests.ship.conftest import plant

pytestmark = pytest.mark.e2e

REPOSITORY = Path(__file__).parents[2]
CALL = "from shop.pricing import total; print(total(4))"
LINE = 10  # of `return price * RATE + 1` in the implementation


@dataclass(frozen=True, slots=True)
class Installed:
    """What an installer left in a directory, and an interpreter with nothing of ours."""

    path: Path
    python: Path
    scratch: Path

    def run(
        self, *arguments: str | Path, path: Path | None = None, env: dict[str, str] | None = None
    ) -> "subprocess.CompletedProcess[str]":
        """Run the interpreter on this directory and return how it ended."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIBESAFE", "COV"))}
        return subprocess.run(
            [str(part) for part in (self.python, *arguments)],
            cwd=self.scratch,
            env={**kept, "PYTHONPATH": str(path or self.path), **(env or {})},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def says(self, *arguments: str | Path, path: Path | None = None, env: dict[str, str] | None = None) -> str:
        """Run it, and return what it printed where it ended well."""
        done = self.run(*arguments, path=path, env=env)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def change(self) -> None:
        """Change the implementation."""
        file = self.path / "shop" / "_vibesafe" / "pricing__total.py"
        file.write_bytes(file.read_bytes().replace(b"+ 1", b"- 1"))


@pytest.fixture(scope="session")
def unpacked(wheelhouse: Wheelhouse, builder: Path, shared: Path) -> Path:
    """The wheel and the runtime, installed in a directory."""
    path = shared / "unpacked"
    with locked(shared / "unpacked.lock", patience=300):
        if not path.exists():
            project = Project(plant(shared / "forms" / "shop"), shared / "forms" / "out", wheelhouse, builder)
            assert project.hatchling().returncode == 0
            (wheel,) = project.out.glob("*.whl")
            new = shared / "unpacked.new"
            wheelhouse.must(tool("uv"), "pip", "install", "-q", "--python", builder, "--target", new, wheel)
            new.rename(path)
    return path


@pytest.fixture
def installed(unpacked: Path, wheelhouse: Wheelhouse, shared: Path, tmp_path: Path) -> Installed:
    """A copy of it, and an interpreter that has nothing installed."""
    empty = shared / "empty"
    with locked(shared / "empty.lock", patience=300):
        if not empty.exists():
            wheelhouse.environment(empty.with_suffix(".new"), sys.executable, [])
            empty.symlink_to(empty.with_suffix(".new"))
    shutil.copytree(unpacked, tmp_path / "site")
    return Installed(tmp_path / "site", empty / "bin" / "python", tmp_path)


def zipped(installed: Installed) -> Path:
    archive = installed.scratch / "app.zip"
    with zipfile.ZipFile(archive, "w") as file:
        for each in sorted(installed.path.rglob("*")):
            if "__pycache__" not in each.parts:
                file.write(each, each.relative_to(installed.path))
    return archive


def in_zipapp(installed: Installed) -> str:
    installed.scratch.joinpath("site", "__main__.py").write_text(CALL)
    zipapp.create_archive(installed.path, installed.scratch / "app.pyz")
    return installed.says(installed.scratch / "app.pyz", path=installed.scratch)


@contextmanager
def read_only(path: Path) -> Iterator[None]:
    directories = [path, *(each for each in path.rglob("*") if each.is_dir())]
    for directory in directories:
        directory.chmod(stat.S_IRUSR | stat.S_IXUSR | stat.S_IROTH | stat.S_IXOTH)
    try:
        yield
    finally:
        for directory in directories:
            directory.chmod(stat.S_IRWXU)


def in_read_only_directory(installed: Installed) -> str:
    with read_only(installed.path):
        return installed.says("-c", CALL)


def isolated(*options: str) -> Callable[[Installed], str]:
    return lambda installed: installed.says(
        *options, "-c", f"import sys; sys.path.insert(0, {str(installed.path)!r}); {CALL}"
    )


def in_child(start: str) -> Callable[[Installed], str]:
    def run(installed: Installed) -> str:
        file = installed.scratch / "work.py"
        file.write_text(
            "import multiprocessing\nfrom shop.pricing import total\n\nif __name__ == '__main__':\n"
            f"    with multiprocessing.get_context({start!r}).Pool(1) as pool:\n        print(*pool.map(total, [4]))\n"
        )
        return installed.says("-W", "ignore", file)

    return run


IMPORT = "from shop.pricing import total"
RELOAD = "import importlib, shop.pricing as m; importlib.reload(m); print(m.total(4))"
GETSOURCE = f"{IMPORT}; import inspect; print(9 if 'price * RATE + 1' in inspect.getsource(total) else 0)"
PICKLE = f"{IMPORT}; import pickle; print(pickle.loads(pickle.dumps(total))(4))"
WRAPS = f"""
{IMPORT}
import functools, inspect
@functools.wraps(total)
def wrapped(*arguments):
    return total(*arguments)
print(wrapped(4) if (wrapped.__name__, str(inspect.signature(wrapped))) == ("total", "(price: int) -> int") else 0)
"""
TRACEBACK = f"""
{IMPORT}
import traceback
try:
    total([])
except TypeError:
    text = traceback.format_exc()
expected = ("pricing__total.py", "line {LINE}, in total", "return price * RATE + 1")
print(9 if all(part in text for part in expected) else text)
"""


def unpickled_elsewhere(installed: Installed) -> str:
    installed.says("-c", f"{IMPORT}; import pickle; open('pickled', 'wb').write(pickle.dumps(total))")
    return installed.says("-c", "import pickle; print(pickle.load(open('pickled', 'rb'))(4))")


def in_debugger(installed: Installed) -> str:
    file = installed.scratch / "program.py"
    file.write_text(CALL)
    place = installed.path / "shop" / "_vibesafe" / "pricing__total.py"
    commands = ["import shop.pricing", f"b {place}:{LINE}", "c", "p price", "c", "q"]
    out = installed.says("-m", "pdb", *(part for command in commands for part in ("-c", command)), file)
    assert f"Breakpoint 1 at {place}:{LINE}" in out, out
    return "9" if re.search(r"^4$", out, re.MULTILINE) else out


def in_coverage(installed: Installed) -> str:
    (installed.scratch / "program.py").write_text(CALL)
    (installed.scratch / ".coveragerc").write_text(f"[run]\nsource = {installed.path}/shop\n")
    measured = Installed(installed.path, Path(sys.executable), installed.scratch)
    called = measured.says("-m", "coverage", "run", "program.py")
    measured.says("-m", "coverage", "json", "-q", "-o", "coverage.json")
    files = json.loads((installed.scratch / "coverage.json").read_text())["files"]
    (executed,) = (each["executed_lines"] for name, each in files.items() if name.endswith("pricing__total.py"))
    return called if LINE in executed else str(executed)


FORMS: dict[str, Callable[[Installed], str]] = {
    "on a path": lambda installed: installed.says("-c", CALL),
    "in a zip": lambda installed: installed.says("-c", CALL, path=zipped(installed)),
    "in a zipapp": in_zipapp,
    "with -O": lambda installed: installed.says("-O", "-c", CALL),
    "with -OO": lambda installed: installed.says("-OO", "-c", CALL),
    "with -S": isolated("-S"),
    "with -I": isolated("-I"),
    "with -P": lambda installed: installed.says("-P", "-c", CALL),
    "PYTHONDONTWRITEBYTECODE": lambda installed: installed.says("-c", CALL, env={"PYTHONDONTWRITEBYTECODE": "1"}),
    "PYTHONPYCACHEPREFIX": lambda installed: installed.says("-c", CALL, env={"PYTHONPYCACHEPREFIX": "elsewhere"}),
    "read-only directory": in_read_only_directory,
    "guarded": lambda installed: installed.says("-c", f"import vibesafe_runtime.guard; {CALL}"),
    "forked child": in_child("fork"),
    "spawned child": in_child("spawn"),
    "reloaded": lambda installed: installed.says("-c", RELOAD),
    "inspect.getsource": lambda installed: installed.says("-c", GETSOURCE),
    "pickle": lambda installed: installed.says("-c", PICKLE),
    "unpickled in a fresh process": unpickled_elsewhere,
    "functools.wraps": lambda installed: installed.says("-c", WRAPS),
    "tracebacks": lambda installed: installed.says("-c", TRACEBACK),
    "debugger": in_debugger,
    "coverage": in_coverage,
}


@pytest.mark.parametrize("name", FORMS)
def test_a_wheel_runs_in_every_form(installed: Installed, name: str) -> None:
    assert FORMS[name](installed) == "9"


@pytest.mark.parametrize(
    "name", [name for name in FORMS if name not in {"inspect.getsource", "functools.wraps", "debugger"}]
)
def test_a_changed_wheel_is_refused_in_every_form(installed: Installed, name: str) -> None:
    installed.change()
    with pytest.raises(AssertionError, match="VibesafeHashMismatch"):
        FORMS[name](installed)


INSTALLERS: dict[str, Callable[[Path, Path, Path], list[str | Path]]] = {
    "pip install .": lambda python, root, _: [tool("python"), "-m", "pip", "--python", python, "install", root],
    "uv pip install .": lambda python, root, _: [tool("uv"), "pip", "install", "--python", python, root],
    "pip install WHEEL": lambda python, _, wheel: [tool("python"), "-m", "pip", "--python", python, "install", wheel],
    "uv pip install WHEEL": lambda python, _, wheel: [tool("uv"), "pip", "install", "--python", python, wheel],
    "uv with links": lambda python, _, wheel: [
        *(tool("uv"), "pip", "install", "--link-mode", "symlink", "--python", python, wheel)
    ],
    "installer": lambda python, _, wheel: [tool("python"), "-m", "installer", "--prefix", python.parents[1], wheel],
}


@pytest.mark.parametrize("name", INSTALLERS)
def test_every_installer_leaves_what_runs_and_verifies(project: Project, tmp_path: Path, name: str) -> None:
    assert project.hatchling().returncode == 0
    (wheel,) = project.out.glob("*.whl")
    python = project.wheelhouse.environment(tmp_path / "production", sys.executable, ["vibesafe-runtime"])
    project.wheelhouse.must(*INSTALLERS[name](python, project.tree.root, wheel))
    assert project.wheelhouse.must(python, "-c", CALL) == "9"
    assert project.wheelhouse.must(python, "-m", "vibesafe_runtime", "verify", "shop").startswith("ok  shop 1.0")


def rows(section: str) -> list[str]:
    text = (REPOSITORY / "docs" / "layouts.md").read_text(encoding="utf-8")
    found = text.partition(f"## {section}\n")[2].partition("\n## ")[0]
    return re.findall(r"^\| \*\*(.+?)\*\*", found, re.MULTILINE)


def test_the_tables_in_the_documentation_have_a_row_for_each_form_and_no_other() -> None:
    assert rows("Installed forms") == list(FORMS)
    assert rows("Installers") == list(INSTALLERS)
