import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pexpect
import pytest

from hatch_vibesafe.identity import UnitId
from hatch_vibesafe.start.older_configuration import with_our_dependencies
from hatch_vibesafe.store.index import read_index
from hatch_vibesafe.store.lock import locked
from tests.cli.conftest import MATH, Command

Terminal = Callable[..., "pexpect.spawn[str]"]

# Made by `vibesafe compile` and `vibesafe save` of vibesafe 0.2.1, of stubs that were written for it.
OLDER = Path(__file__).parents[1] / "data" / "migration" / "shop-0.2.1"


@pytest.fixture
def older(project: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a copy of the project of the older release, which is the working directory."""
    root = project.parent / "older"
    shutil.copytree(OLDER, root)
    monkeypatch.chdir(root)
    return root


def files(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_a_real_project_is_rewritten_and_gated_anew(older: Path, command: Command) -> None:
    stored = files(older / ".vibesafe")
    done = command("migrate", "--yes")
    assert done.code == 1
    assert done.out.count("passed  ") == 2
    assert "shop.wrong/double" in done.error
    assert "refused by" in done.error
    assert "taken out  vibesafe.toml provider.default.service_tier" in done.error
    aside = files(older / ".vibesafe" / "before-migration")
    assert aside == {name: content for name, content in stored.items() if not name.startswith("cache")}
    configuration = (older / "vibesafe.toml").read_text()
    assert 'model = "gpt-4o-mini"      # small' in configuration
    assert "service_tier" not in configuration
    pyproject = tomllib.loads((older / "pyproject.toml").read_text())
    assert pyproject["project"]["dependencies"] == ["vibesafe-runtime"]
    assert "# the generator" in (older / "pyproject.toml").read_text()
    assert command("save", "--target", "shop.pricing", "--target", "shop.text").code == 0
    index = read_index(older / ".vibesafe" / "index.toml")
    assert {*index.units} == {UnitId("shop.pricing", "total"), UnitId("shop.text", "shout")}
    told = command("explain", "shop.pricing/total").out
    assert "vibesafe 0.2.1, openai-compatible:gpt-4o-mini" in told.replace("\n", " ")


def test_the_second_run_takes_up_what_is_left(older: Path, command: Command) -> None:
    assert command("migrate", "--yes").code == 1
    before = files(older)
    again = command("migrate")
    assert again.code == 1
    assert "refused by" in again.error
    assert "passed" not in again.out
    (older / "shop" / "wrong.py").unlink()
    shutil.rmtree(older / ".vibesafe" / "before-migration" / "checkpoints" / "shop" / "wrong")
    done = command("migrate")
    assert (done.code, done.out.splitlines()[-1]) == (0, "nothing to do")
    assert {**files(older)}.keys() <= before.keys()


def test_nothing_stored_is_believed(older: Path, command: Command) -> None:
    (implementation,) = (older / ".vibesafe" / "checkpoints" / "shop" / "text").rglob("impl.py")
    implementation.write_text("def shout(text: str) -> str:\n    return 'AB'\n")
    assert "shop.text/shout" in command("migrate", "--yes").error
    assert not (older / ".vibesafe" / "index.toml").exists()


def test_the_dry_run_writes_nothing(older: Path, command: Command) -> None:
    before = files(older)
    done = command("migrate", "--dry-run")
    assert done.code == 0
    assert "+import vibesafe_runtime" in done.out
    assert files(older) == before


def test_without_a_terminal_nothing_is_written(older: Path, command: Command) -> None:
    before = files(older)
    assert command("migrate").code == 2
    assert files(older) == before


@pytest.mark.parametrize(("answer", "code"), [("n\n", 1), ("\x03", 130)])
def test_the_question(older: Path, terminal: Terminal, answer: str, code: int) -> None:
    before = files(older)
    child = terminal("migrate", cwd=older)
    child.expect_exact("write this? [y/N]: ")
    child.send(answer)
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == code
    assert files(older) == before


def test_what_cannot_be_read_is_named_and_the_rest_is_done(older: Path, command: Command) -> None:
    (older / "shop" / "broken.py").write_text("from vibesafe import vibesafe\ndef (\n")
    (older / "shop" / "latin.py").write_bytes(b"# vibesafe \xe9\n")
    (older / "shop" / "deep.py").write_text(f"import vibesafe\nx={'-' * 50_000}1\n")
    (older / "requirements.txt").write_text("vibesafe==0.2.1\n")
    (older / "__generated__").mkdir()
    done = command("migrate", "--yes")
    for told in ("shop/broken.py", "shop/latin.py", "shop/deep.py", "requirements.txt", "__generated__"):
        assert told in done.error
    assert "vibesafe_runtime" in (older / "shop" / "text.py").read_text()


@pytest.mark.parametrize("name", ["vibesafe.toml", "pyproject.toml"])
def test_a_broken_configuration_changes_nothing(older: Path, command: Command, name: str) -> None:
    (older / name).write_text("[broken\n")
    before = files(older)
    done = command("migrate", "--yes")
    assert done.code == 2
    assert f"{name}" in done.error
    assert files(older) == before


def test_an_own_template_has_to_be_looked_at(older: Path, command: Command) -> None:
    text = (older / "vibesafe.toml").read_text()
    (older / "vibesafe.toml").write_text(text.replace("vibesafe/templates/function.j2", "own.j2"))
    assert "prompts.function" in command("migrate", "--dry-run").error


@pytest.mark.parametrize(
    ("older", "ours"),
    [
        ("vibesafe", "vibesafe-runtime"),
        ("vibesafe[x]>=0.2", "vibesafe-runtime"),
        ("vibesafe[x]>=0.2; python_version>='3.12'", "vibesafe-runtime; python_version>='3.12'"),
        ("vibesafe;extra == 'a;b'", "vibesafe-runtime;extra == 'a;b'"),
        ("vibesafe @ https://example.org/a;b ; os_name == 'nt'", "vibesafe-runtime ; os_name == 'nt'"),
        ("vibesafe @ https://example.org/a;b", "vibesafe-runtime"),
        ("vibesafe-extra; os_name == 'nt'", "vibesafe-extra; os_name == 'nt'"),
    ],
)
def test_a_requirement_keeps_its_marker(older: str, ours: str) -> None:
    done = with_our_dependencies(f'[project]\ndependencies = ["{older}"]\n', ("project", "dependencies"))
    assert tomllib.loads(done)["project"]["dependencies"] == [ours]


def test_a_project_of_ours_has_nothing_to_migrate(project: Path, command: Command) -> None:
    before = files(project)
    assert command("migrate").out == "nothing to do\n"
    assert files(project) == before


def test_shims_import_units_from_where_they_are(project: Path, command: Command) -> None:
    old = project / "__generated__" / "app" / "math.py"
    old.parent.mkdir(parents=True)
    old.write_text("# AUTO-GENERATED SHIM BY VIBESAFE\n# Unit: app.math/add\n")
    for submitted in ("add", "double"):
        assert command("submit", f"app.math/{submitted}", f"{submitted}.py").code == 0
    assert command("save").code == 0
    assert command("scan", "--write-shims").code == 0
    assert "from app.math import add as add\nfrom app.math import double as double\n" in old.read_text()
    package = project / "app" / "__init__.py"
    package.write_text(MATH)
    assert command("scan", "--write-shims").code == 0
    assert {path.name for path in old.parent.parent.rglob("*.py")} == {"__init__.py", "math.py"}
    assert "from app import add as add\n" in (old.parent / "__init__.py").read_text()
    package.write_text("")
    (old.parent / "__init__.py").write_text("")
    code = "from __generated__.app.math import add; print(add(1, 2))"
    paths = os.pathsep.join([str(project), str(Path(__file__).parents[2])])
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.stdout == "3\n", done.stderr
    old.write_text("mine = 1\n")
    refused = command("scan", "--write-shims")
    assert refused.code == 2
    assert "is no shim" in refused.error
    assert old.read_text() == "mine = 1\n"


def test_what_another_command_wrote_meanwhile_is_not_lost(older: Path, command: Command) -> None:
    before = files(older)
    with ThreadPoolExecutor() as pool:
        with locked(older / ".vibesafe" / "index.toml.lock"):
            running = pool.submit(command, "migrate", "--yes")
            with pytest.raises(TimeoutError):
                running.result(timeout=1)
            (older / "shop" / "text.py").write_text("MINE = 1\n")
        done = running.result()
    assert done.code == 1
    assert "has changed since it was read; nothing was written" in done.error
    (older / ".vibesafe" / "index.toml.lock").unlink()
    assert files(older) == before | {"shop/text.py": b"MINE = 1\n"}
