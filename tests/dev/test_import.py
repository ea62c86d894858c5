"""What an import does in a source checkout, in each mode, in real processes."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.dev.conftest import Run, answering

SCRIPT = """\
from vibesafe_runtime import VibeCoded, vibesafe


@vibesafe
def cowsay(msg): ...


if __name__ == "__main__":
    print(cowsay("moo"))
"""

MODULE = '''\
from vibesafe_runtime import VibeCoded, vibesafe


@vibesafe
def triple(x: int) -> int:
    """Three times x.

    >>> triple(2)
    6
    """
    raise VibeCoded()
'''

TRIPLE = "def triple(x: int) -> int:\n    return 3 * x\n"
CONFIGURATION = '[provider.default]\nkind = "openai-compatible"\nmodel = "m"\nbase_url = "{url}"\n'
CALL = "import threes; print(threes.triple(5))"


def write(root: Path, **files: str) -> None:
    for name, text in files.items():
        (root / name.replace("__", ".")).write_text(text, encoding="utf-8")


def save(python: Run, root: Path) -> None:
    write(root, vibesafe__toml="", triple__py=TRIPLE, threes__py=MODULE)
    cli = "from hatch_vibesafe.cli import main; main()"
    assert python("-c", cli, "submit", "threes/triple", "triple.py").code == 0
    assert python("-c", cli, "save").code == 0


def test_a_plain_script_says_what_is_missing_where_no_provider_is_at_hand(python: Run, tmp_path: Path) -> None:
    write(tmp_path, cow__py=SCRIPT)
    done = python("cow.py")
    assert done.code == 1
    assert "no provider is configured, and none is at hand" in done.error
    assert "vibesafe model install" in done.error
    assert not (tmp_path / ".vibesafe").exists()


def test_a_plain_script_without_configuration_works_with_a_provider_at_hand(python: Run, tmp_path: Path) -> None:
    write(tmp_path, cow__py=SCRIPT)
    answer = '```python\ndef cowsay(msg):\n    return f"< {msg} >"\n```'
    with answering(answer) as (url, asked):
        first = python("cow.py", OPENAI_API_KEY="canary-key", OPENAI_BASE_URL=url)
        assert (first.code, first.out) == (0, "< moo >\n"), first.error
        assert "cowsay" in first.error  # the warning that it had to be written
        second = python("cow.py", OPENAI_API_KEY="canary-key", OPENAI_BASE_URL=url)
        assert (second.code, second.out, second.error) == (0, "< moo >\n", "")
        assert len(asked) == 1
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert not any(b"canary-key" in path.read_bytes() for path in written)
    assert not any(b"canary-key" in request for request in asked)


def test_an_answer_may_annotate_what_a_plain_script_does_not(python: Run, tmp_path: Path) -> None:
    write(tmp_path, cow__py=SCRIPT)
    with answering('```python\ndef cowsay(msg: str) -> str:\n    return f"< {msg} >"\n```') as (url, asked):
        done = python("cow.py", OPENAI_API_KEY="canary-key", OPENAI_BASE_URL=url)
    assert (done.code, done.out, len(asked)) == (0, "< moo >\n", 1), done.error


def test_what_is_locked_is_loaded_in_both_modes(python: Run, tmp_path: Path) -> None:
    save(python, tmp_path)
    for mode in ("dev", "prod"):
        done = python("-c", CALL, VIBESAFE_ENV=mode)
        assert (done.code, done.out, done.error) == (0, "15\n", "")


def test_a_changed_spec_warns_and_is_written_anew_in_development(python: Run, tmp_path: Path) -> None:
    save(python, tmp_path)
    changed = MODULE.replace("Three times x.", "Three times x, plus one.").replace("    6\n", "    7\n")
    with answering("```python\ndef triple(x: int) -> int:\n    return 3 * x + 1\n```") as (url, asked):
        write(tmp_path, vibesafe__toml=CONFIGURATION.format(url=url))
        (tmp_path / "threes.py").write_text(changed, encoding="utf-8")
        done = python("-c", CALL)
        assert (done.code, done.out) == (0, "16\n"), done.error
        assert "example 1 changed" in done.error
        assert len(asked) == 1
        again = python("-c", CALL)
        assert (again.out, again.error, len(asked)) == ("16\n", "", 1)
    with closing(sqlite3.connect(tmp_path / ".vibesafe" / "runs.db")) as ledger:
        told = "select command, unit, exchanges.outcome, recorded from exchanges join runs on runs.id = run"
        assert ledger.execute(told).fetchall() == [("import", "threes/triple", "passed", 0)]


def test_an_import_whose_ledger_cannot_be_written_warns_and_goes_on(python: Run, tmp_path: Path) -> None:
    write(tmp_path, threes__py=MODULE)
    (tmp_path / ".vibesafe" / "runs.db").mkdir(parents=True)
    with answering("```python\ndef triple(x: int) -> int:\n    return 3 * x\n```") as (url, _):
        write(tmp_path, vibesafe__toml=CONFIGURATION.format(url=url))
        done = python("-c", CALL)
    assert (done.code, done.out) == (0, "15\n"), done.error
    assert "runs.db" in done.error
    assert "Traceback" not in done.error


def test_a_changed_spec_is_refused_in_production_mode(python: Run, tmp_path: Path) -> None:
    save(python, tmp_path)
    (tmp_path / "threes.py").write_text(MODULE.replace("    6\n", "    7\n"), encoding="utf-8")
    done = python("-c", CALL, VIBESAFE_ENV="prod")
    assert done.code == 1
    assert "VibesafeHashMismatch" in done.error
    assert "example 1 changed" in done.error


def test_nothing_active_is_refused_in_production_mode_and_importable_in_development(
    python: Run, tmp_path: Path
) -> None:
    write(tmp_path, vibesafe__toml="")
    write(tmp_path, threes__py=MODULE)
    production = python("-c", "import threes", VIBESAFE_ENV="prod")
    assert production.code == 1
    assert "VibesafeCheckpointMissing" in production.error
    assert python("-c", "import threes; print(threes.triple.__name__)").out == "triple\n"
    called = python("-c", CALL)
    assert called.code == 1
    assert "VibesafeCheckpointMissing" in called.error


def test_refused_answers_never_run(python: Run, tmp_path: Path) -> None:
    wrong = "```python\ndef triple(x: int) -> int:\n    open('ran', 'w').close()\n    return x\n```"
    with answering(wrong) as (url, _):
        write(tmp_path, vibesafe__toml=CONFIGURATION.format(url=url))
        write(tmp_path, threes__py=MODULE)
        done = python("-c", CALL)
    assert done.code == 1
    assert "fs.write" in done.error
    assert not (tmp_path / "ran").exists()
    assert not list(tmp_path.rglob("impl.py"))


def test_an_edited_implementation_is_not_run_in_any_mode(python: Run, tmp_path: Path) -> None:
    save(python, tmp_path)
    (implementation,) = tmp_path.rglob("impl.py")
    implementation.write_text(implementation.read_text(encoding="utf-8").replace("3 *", "4 *"), encoding="utf-8")
    for mode in ("dev", "prod"):
        done = python("-c", CALL, VIBESAFE_ENV=mode)
        assert done.code == 1
        assert "impl.py" in done.error
        assert "20" not in done.out


@pytest.mark.parametrize("mode", ["production", "PROD", "prod ", ""])
def test_an_unknown_mode_is_an_error_and_never_a_default(python: Run, tmp_path: Path, mode: str) -> None:
    save(python, tmp_path)
    done = python("-c", CALL, VIBESAFE_ENV=mode)
    assert done.code == 1
    assert "VIBESAFE_ENV" in done.error


def test_the_configuration_sets_the_mode_where_the_environment_does_not(python: Run, tmp_path: Path) -> None:
    save(python, tmp_path)
    write(tmp_path, vibesafe__toml='[project]\nenv = "prod"\n')
    (tmp_path / "threes.py").write_text(MODULE.replace("    6\n", "    7\n"), encoding="utf-8")
    assert "VibesafeHashMismatch" in python("-c", CALL).error


def test_a_module_of_an_installed_wheel_without_baked_package_is_refused(python: Run, tmp_path: Path) -> None:
    """`HATCH_BUILD_NO_HOOKS`: the development tools stand beside it, and still nothing is written or loaded."""
    save(python, tmp_path)
    site = tmp_path / "site"
    (site / "loose-1.dist-info").mkdir(parents=True)
    (site / "loose-1.dist-info" / "RECORD").write_text("loose.py,,\nloose-1.dist-info/RECORD,,\n", encoding="utf-8")
    (site / "loose.py").write_text(MODULE, encoding="utf-8")
    done = python("-c", "import sys; sys.path.insert(0, 'site'); import loose")
    assert done.code == 1
    assert "VibesafeCheckpointMissing" in done.error
    assert "HATCH_BUILD_NO_HOOKS" in done.error


def test_the_units_own_exceptions_pass_through_and_its_state_is_kept(python: Run, tmp_path: Path) -> None:
    save(python, tmp_path)
    counting = MODULE.replace("triple", "count").replace("Three times x.", "What x is, remembered.")
    counting = counting.replace("    6\n", "    2\n")
    (tmp_path / "counting.py").write_text(counting, encoding="utf-8")
    (tmp_path / "count.py").write_text(
        "KNOWN: dict[int, int] = {}\n\n\ndef count(x: int) -> int:\n    if x == 0:\n        raise LookupError('zero')\n"
        "    if x not in KNOWN:\n        KNOWN[x] = x\n    return KNOWN[x]\n",
        encoding="utf-8",
    )
    cli = "from hatch_vibesafe.cli import main; main()"
    submitted = python("-c", cli, "submit", "counting/count", "count.py")
    assert submitted.code == 0, submitted.error
    assert python("-c", cli, "save").code == 0
    calls = "import counting as c; c.count(1); c.count(5); print(c.count.__globals__['KNOWN'])"
    assert python("-c", calls).out == "{1: 1, 5: 5}\n"
    assert "LookupError: zero" in python("-c", "import counting as c; c.count(0)").error


def test_source_lines_are_found_for_debuggers_and_tracebacks(python: Run, tmp_path: Path) -> None:
    save(python, tmp_path)
    shown = python("-c", "import inspect, threes; print(inspect.getsource(threes.triple))")
    assert "return 3 * x" in shown.out


def test_a_pickled_unit_is_found_by_a_process_that_has_not_imported_its_module(python: Run, tmp_path: Path) -> None:
    save(python, tmp_path)
    pickled = python("-c", "import pickle, threes; open('pickled', 'wb').write(pickle.dumps(threes.triple))")
    assert (pickled.code, pickled.error) == (0, "")
    assert python("-c", "import pickle; print(pickle.load(open('pickled', 'rb'))(5))").out == "15\n"


def test_only_a_missing_development_package_is_said_to_be_not_installed(python: Run, tmp_path: Path) -> None:
    write(tmp_path, vibesafe__toml="")
    write(tmp_path, threes__py=MODULE)
    hide = "import sys; sys.modules[{name!r}] = None; "
    missing = python("-c", hide.format(name="jinja2") + CALL)
    assert "the generator and the gates are not installed" in missing.error
    (tmp_path / "jinja2").mkdir()
    for broken in ("raise ImportError('jinja2 is broken')", "import needed_by_jinja2"):
        (tmp_path / "jinja2" / "__init__.py").write_text(broken, encoding="utf-8")
        done = python("-c", CALL)
        assert done.code == 1
        assert "needed_by_jinja2" in done.error or "jinja2 is broken" in done.error
        assert "not installed" not in done.error
