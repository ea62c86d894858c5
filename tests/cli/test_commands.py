"""What a user meets: every command, its exit code, its JSON, and what it says when something is wrong."""

import hashlib
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from hatch_vibesafe.cli.main import COMMANDS
from tests.cli.conftest import Command

ROOT = Path(__file__).resolve().parents[2]


def tree(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def only(root: Path, pattern: str) -> Path:
    (found,) = (root / ".vibesafe").rglob(pattern)
    return found


def test_a_unit_goes_from_stub_to_active(project: Path, command: Command) -> None:
    def states() -> list[tuple[str, int, str]]:
        units = command("scan", "--json").document["units"]
        assert isinstance(units, list)
        assert all(len(unit["spec_hash"]) == 64 for unit in units)
        return [(unit["unit"], unit["examples"], unit["state"]) for unit in units]

    assert states() == [("app.math/add", 2, "no checkpoint"), ("app.math/double", 1, "no checkpoint")]
    assert command("status").code == 1
    assert command("check").code == 1
    assert command("submit", "app.math/add", "add.py", "--author", "Ada").code == 0
    assert command("submit", "app.math/double", "double.py").code == 0
    assert [state for *_, state in states()] == ["unsaved", "unsaved"]
    before = tree(project)
    assert "2 would save" in command("save", "--dry-run").out
    assert tree(project) == before
    assert command("save").code == 0
    assert command("status").code == 0
    assert command("diff").out == "nothing differs\n"
    assert command("test").code == 0
    checked = command("check", "--again", "--json")
    assert (checked.code, checked.document["gated"]) == (0, 2)
    meta = (project / ".vibesafe").rglob("meta.toml")
    assert any('origin = "submitted"\nauthor = "Ada"' in file.read_text(encoding="utf-8") for file in meta)


def test_a_wrong_candidate_is_refused_and_not_stored(project: Path, command: Command) -> None:
    (project / "wrong.py").write_text("def double(a: int) -> int:\n    return a\n", encoding="utf-8")
    refused = command("submit", "app.math/double", "wrong.py")
    assert refused.code == 1
    assert "doctests" in refused.error
    assert not list(project.rglob("impl.py"))
    assert command("submit", "app.math/double", "double.py").code == 0


def test_checking_and_looking_write_nothing_that_is_committed(saved: Path, command: Command) -> None:
    before = tree(saved)
    for name in ("scan", "status", "diff", "check"):
        assert command(name).code == 0, name
    after = tree(saved)
    after.pop(str(Path(".vibesafe", "cache", "gated")), None)
    assert after == before


@pytest.mark.parametrize(
    ("old", "new", "part"),
    [
        ("b: int = 0", "b: int = 1", "signature"),
        (">>> add(99, 2)\n    100", ">>> add(98, 3)\n    100", "example 2"),
        ("Add, but never", "Add and never", "docstring"),
        ("if a < 0", "if a <= 0", "code before the hole"),
        ("LIMIT = 100", "LIMIT = 101", "helper app.math.LIMIT"),
    ],
)
def test_drift_says_which_part_moved(saved: Path, command: Command, old: str, new: str, part: str) -> None:
    edit(saved / "app" / "math.py", old, new)
    differing = command("diff")
    assert differing.code == 1
    assert part in differing.out
    assert "app.math/add" in differing.out
    assert "app.math/double" not in differing.out
    assert command("check").code == 1
    assert command("status").code == 1
    edit(saved / "app" / "math.py", new, old)
    assert command("check").code == 0


def test_formatting_and_comments_are_no_drift(saved: Path, command: Command) -> None:
    edit(saved / "app" / "math.py", "LIMIT = 100", "# a comment\nLIMIT = (100)")
    edit(saved / "app" / "math.py", "a: int, b: int = 0", "a:int,\n    b:int=0,  # more\n")
    assert command("diff").code == 0


def test_edited_bytes_and_missing_evidence_are_found(saved: Path, command: Command) -> None:
    implementation = only(saved, "double/*/impl.py")
    original = implementation.read_bytes()
    implementation.write_bytes(original.replace(b"2 * a", b"3 * a"))
    assert "impl.py" in command("check").error
    implementation.write_bytes(original)
    evidence = only(saved, "double/*/evidence.toml")
    content = evidence.read_bytes()
    evidence.unlink()
    missing = command("check", "--no-gates")
    assert missing.code == 1
    assert "vibesafe test --target app.math/double" in missing.error
    evidence.write_bytes(content)
    assert command("check").code == 0


def test_half_an_index_is_a_problem_with_a_mend(saved: Path, command: Command) -> None:
    index = saved / ".vibesafe" / "index.toml"
    whole = index.read_bytes()
    index.write_bytes(whole[: len(whole) // 2])
    broken = command("status")
    assert broken.code == 1
    assert "index.toml" in broken.error
    assert "mend" in broken.error
    index.write_bytes(whole)
    assert command("status").code == 0


def test_a_target_is_a_unit_a_module_or_a_glob(saved: Path, command: Command) -> None:
    def units(*targets: str) -> int:
        options = [part for target in targets for part in ("--target", target)]
        found = command("scan", "--json", *options).document["units"]
        assert isinstance(found, list)
        return len(found)

    assert units("app.math/add") == 1
    assert units("app.math") == units("app") == units("app.*/*") == 2
    assert units("app.math/add", "*/double") == 2
    unknown = command("scan", "--target", "app.math/ad")
    assert unknown.code == 2
    assert "names no unit" in unknown.error
    assert (saved / "app").is_dir()


def test_a_subdirectory_works_on_the_same_store(saved: Path, command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(saved / "app")
    assert command("check").code == 0
    assert not (saved / "app" / ".vibesafe").exists()


def test_a_scan_imports_and_runs_nothing(project: Path, command: Command) -> None:
    (project / "app" / "loud.py").write_text("open('ran', 'w').close()\n1 / 0\n", encoding="utf-8")
    assert command("scan").code == 0
    assert not (project / "ran").exists()


def test_every_problem_at_once_with_file_and_line(project: Path, command: Command) -> None:
    (project / "app" / "broken.py").write_text("def f(:\n", encoding="utf-8")
    (project / "app" / "latin.py").write_bytes(b"x = '\xe9'\n")
    edit(project / "app" / "math.py", "def double(a: int)", "def double(a)")
    found = command("scan")
    assert found.code == 1
    for place in ("app/broken.py:1", "app/latin.py", "app/math.py:21"):
        assert place in found.error, found.error


def test_a_spec_without_an_example_is_a_warning_in_scan_and_refused_by_save(project: Path, command: Command) -> None:
    edit(project / "app" / "math.py", "    >>> double(4)\n    8\n", "")
    scanned = command("scan")
    assert scanned.code == 0
    assert "warning" in scanned.error
    command("submit", "app.math/double", "double.py")
    refused = command("save", "--target", "app.math/double")
    assert refused.code == 1
    assert "no example" in refused.error


def test_nothing_found_where_something_was_expected_is_an_error(project: Path, command: Command) -> None:
    (project / "app" / "math.py").unlink()
    assert command("scan").code == 1
    assert command("check").code == 1


def test_wrong_configuration_ends_with_two(project: Path, command: Command) -> None:
    edit(project / "pyproject.toml", "[tool.hatch.build.hooks.vibesafe]", "[tool.vibesafe]\ncolour = 1\n")
    wrong = command("scan")
    assert wrong.code == 2
    assert "tool.vibesafe.colour" in wrong.error


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_examples(name: str, command: Command) -> None:
    arguments = (name, "install", "--help") if name == "model" else (name, "--help")
    shown = command(*arguments)
    assert shown.code == 0
    assert "Examples:" in shown.out
    assert "Usage: vibesafe" in shown.out


def test_wrong_usage_ends_with_two(command: Command) -> None:
    assert command("scna").code == 2
    assert command("scan", "--nonsense").code == 2
    assert command("--help").code == 0


def test_a_forced_ascii_locale_and_a_closed_pipe_do_no_harm(saved: Path) -> None:
    edit(saved / "app" / "math.py", "Double.", "Dópplun — tvöfalt.")
    variables = os.environ | {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONPATH": str(ROOT)}
    code = "from hatch_vibesafe.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, "diff", "--json"], cwd=saved, env=variables, capture_output=True, check=False
    )
    assert done.returncode == 1
    assert b"Traceback" not in done.stderr
    piped = f'"{sys.executable}" -c "{code}" scan | true'
    closed = subprocess.run(["bash", "-c", piped], cwd=saved, env=variables, capture_output=True, check=False)
    assert b"Traceback" not in closed.stderr


def test_a_helper_that_only_the_implementation_uses_drifts_when_it_changes(project: Path, command: Command) -> None:
    source = project / "app" / "math.py"
    edit(
        source,
        "LIMIT = 100\n",
        "LIMIT = 100\n\n\ndef twice(a: int) -> int:\n    return a + a\n\n\ndef other() -> int:\n    return 1\n",
    )
    (project / "uses.py").write_text(
        "from app.math import twice\n\n\ndef double(a: int) -> int:\n    return twice(a)\n", encoding="utf-8"
    )
    assert command("submit", "app.math/double", "uses.py").code == 0
    assert command("save", "--target", "app.math/double").code == 0
    edit(source, "return 1", "return 2")
    assert command("diff", "--target", "app.math/double").code == 0
    edit(source, "return a + a", "return 2 * a + 0")
    drifted = command("diff", "--target", "app.math/double")
    assert drifted.code == 1
    assert "helper app.math.twice changed" in drifted.out
    assert command("submit", "app.math/double", "uses.py").code == 0
    assert command("save", "--target", "app.math/double").code == 0
    assert command("check", "--target", "app.math/double").code == 0


@pytest.mark.parametrize("name", ["scan", "compile", "test", "save", "status", "diff", "check"])
def test_no_command_is_content_where_there_is_no_unit(
    name: str, tmp_path: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = command(name)
    assert done.code == 1
    assert "found no unit" in done.error


def test_json_is_one_document_even_where_a_command_cannot_begin(project: Path, command: Command) -> None:
    (project / "vibesafe.toml").write_text("colour = 1\n", encoding="utf-8")
    done = command("status", "--json")
    assert done.code == 2
    problems = done.document["problems"]
    assert isinstance(problems, list)
    assert [problem["where"] for problem in problems] == ["vibesafe.toml colour"]


def test_a_name_that_the_locale_cannot_write_is_a_problem(saved: Path) -> None:
    edit(saved / "app" / "math.py", "def double", "def naïve")
    variables = os.environ | {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONPATH": str(ROOT)}
    code = "from hatch_vibesafe.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, "scan"], cwd=saved, env=variables, capture_output=True, check=False
    )
    assert b"Traceback" not in done.stderr
    assert b"PYTHONUTF8=1" in done.stderr or done.returncode == 0


def test_evidence_that_claims_what_the_gates_do_not_say_is_found(saved: Path, command: Command) -> None:
    """Evidence and index are changed together, so that their digests agree: only gating again shows the lie."""
    evidence = only(saved, "add/*/evidence.toml")
    index = saved / ".vibesafe" / "index.toml"
    before = hashlib.sha256(evidence.read_bytes()).hexdigest()
    edit(evidence, "examples = 2", "examples = 7")
    edit(index, before, hashlib.sha256(evidence.read_bytes()).hexdigest())
    assert command("check", "--no-gates").code == 0
    checked = command("check")
    assert checked.code == 1
    assert "its evidence does not say what the gates say now (doctests)" in checked.error
    assert command("test").code == 0
    assert command("save").code == 0
    assert command("check").code == 0


def test_examples_that_never_call_the_unit_prove_nothing(project: Path, command: Command) -> None:
    edit(project / "app" / "math.py", ">>> double(4)\n    8", ">>> 4 + 4\n    8")
    assert "no example that calls it" in command("scan").error
    command("submit", "app.math/double", "double.py")
    assert "no example that calls it" in command("save", "--target", "app.math/double").error


GUARDED = '''\
from vibesafe_runtime import VibeCoded, vibesafe

LIMIT = 10
_locked = False
STATE = {"locked": False}


def lock() -> None:
    STATE["locked"] = True


@vibesafe
def pay(amount: int, limit: int = LIMIT) -> int:
    """Pay.

    >>> pay(1)
    1
    """
    if not isinstance(amount, int) or amount < 0 or STATE["locked"]:
        raise PermissionError("no")
    raise VibeCoded()
'''


@pytest.mark.parametrize(
    ("trick", "name"),
    [
        ("def isinstance(a: object, b: object) -> bool:\n    return True\n\n\n", "isinstance"),
        ("class PermissionError(Exception):\n    pass\n\n\n", "PermissionError"),
        ("LIMIT = 999\n\n\n", "LIMIT"),
        ("def swap() -> None:\n    global STATE\n    STATE = {'locked': False}\n\n\n", "STATE"),
        ("from math import pi as LIMIT\n\n\n", "LIMIT"),
    ],
)
def test_what_the_guard_and_the_defaults_mean_cannot_be_changed(
    project: Path, command: Command, trick: str, name: str
) -> None:
    (project / "app" / "money.py").write_text(GUARDED, encoding="utf-8")
    body = "def pay(amount: int, limit: int = LIMIT) -> int:\n    return amount\n"
    (project / "pay.py").write_text(trick + body, encoding="utf-8")
    refused = command("submit", "app.money/pay", "pay.py")
    assert refused.code == 1
    assert f"binds `{name}`" in refused.error
    (project / "pay.py").write_text(body, encoding="utf-8")
    assert command("submit", "app.money/pay", "pay.py").code == 0


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('STATE["locked"] = True', "global _locked\n    _locked = True", "a function binds it anew"),
        ("", "", ""),
    ],
)
def test_a_guard_that_reads_what_is_bound_anew_is_refused_by_the_scan(
    project: Path, command: Command, old: str, new: str, said: str
) -> None:
    text = GUARDED.replace(old, new, 1).replace('or STATE["locked"]', "or _locked") if old else GUARDED
    (project / "app" / "money.py").write_text(text, encoding="utf-8")
    scanned = command("scan", "--target", "app.money")
    assert scanned.code == (1 if said else 0)
    assert said in scanned.error


def test_a_guard_cannot_bind_a_global_and_reads_no_constant_that_changes_below(project: Path, command: Command) -> None:
    counting = GUARDED.replace("    if not isinstance", "    global _locked\n    _locked = True\n    if not isinstance")
    (project / "app" / "money.py").write_text(counting, encoding="utf-8")
    assert "binds the global _locked" in command("scan", "--target", "app.money").error
    later = GUARDED.replace('or STATE["locked"]', "or amount > LIMIT") + "\n\nLIMIT = 20\n"
    (project / "app" / "money.py").write_text(later, encoding="utf-8")
    assert "bound again below the unit" in command("scan", "--target", "app.money").error


def test_of_a_module_that_the_spec_imports_only_what_it_names_may_be_used(project: Path, command: Command) -> None:
    (project / "app" / "text.py").write_text(
        "def tag() -> int:\n    return 1\n\n\ndef rate() -> int:\n    return 2\n", encoding="utf-8"
    )
    (project / "app" / "priced.py").write_text(
        "import app.text\nfrom vibesafe_runtime import VibeCoded, vibesafe\n\n\n@vibesafe\ndef total(n: int) -> int:\n"
        '    """Total.\n\n    >>> total(2)\n    4\n    """\n    app.text.tag()\n    raise VibeCoded()\n',
        encoding="utf-8",
    )
    (project / "total.py").write_text("def total(n: int) -> int:\n    return n * app.text.rate()\n", encoding="utf-8")
    refused = command("submit", "app.priced/total", "total.py")
    assert refused.code == 1
    assert "uses `app.text.rate`, which its spec does not name" in refused.error
    (project / "total.py").write_text(
        "def total(n: int) -> int:\n    return n * 2 * app.text.tag()\n", encoding="utf-8"
    )
    assert command("submit", "app.priced/total", "total.py").code == 0


@pytest.mark.parametrize("comment", ["#\ttype: ignore", "#\u00a0type: ignore", "# why #noqa", "#type:ignore"])
def test_no_spelling_of_a_pragma_passes(project: Path, command: Command, comment: str) -> None:
    (project / "double.py").write_text(f"def double(a: int) -> int:\n    return 2 * a  {comment}\n", encoding="utf-8")
    refused = command("submit", "app.math/double", "double.py")
    assert refused.code == 1
    assert "may not be told to look away" in refused.error


def approver(root: Path, unit: str) -> object:
    index = tomllib.loads((root / ".vibesafe" / "index.toml").read_text("utf-8"))
    return index["units"][unit].get("approver")


def test_save_records_gits_user_or_who_is_named(saved: Path, command: Command) -> None:
    assert approver(saved, "app.math/double") is None
    (saved.parent / "gitconfig").write_text("[user]\n\tname = Zoë\n\temail = z@example.org\n", "utf-8")
    assert "0 saved, 2 unchanged" in command("save").out
    (saved / "double.py").write_text("def double(a: int) -> int:\n    return a + a\n", "utf-8")
    assert command("submit", "app.math/double", "double.py").code == 0
    assert "approved by Zoë <z@example.org>" in command("save").out
    assert approver(saved, "app.math/double") == "Zoë <z@example.org>"
    assert approver(saved, "app.math/add") is None
    assert '"approver": "Ada"' in command("save", "--approver", "Ada", "--target", "app.math/add", "--json").out
    assert approver(saved, "app.math/add") == "Ada"


@pytest.mark.parametrize("name", ["", " ", "a\nb", "a" * 201])
def test_an_approver_that_cannot_be_recorded_is_a_problem(saved: Path, command: Command, name: str) -> None:
    before = (saved / ".vibesafe" / "index.toml").read_bytes()
    refused = command("save", "--approver", name)
    assert refused.code == 2
    assert "--approver" in refused.error
    assert (saved / ".vibesafe" / "index.toml").read_bytes() == before


def test_a_git_user_that_cannot_be_recorded_is_a_problem(saved: Path, command: Command) -> None:
    (saved.parent / "gitconfig").write_text(f"[user]\n\tname = {'a' * 201}\n", "utf-8")
    refused = command("save")
    assert refused.code == 2
    assert "vibesafe save --approver NAME" in refused.error
    assert command("save", "--approver", "Ada").code == 0
