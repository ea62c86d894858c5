"""Providers of other packages: one that is really installed, and ones that lie about what they are."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from hatch_vibesafe.generate.providers.failures import ProviderUnusableError, RequestFailedError
from hatch_vibesafe.generate.providers.open import open_provider
from hatch_vibesafe.generate.providers.protocol import Closing, Message, Request, Sampling
from hatch_vibesafe.problems import VibesafeConfigurationError
from hatch_vibesafe.provider_config import ProviderConfig
from hatch_vibesafe.store.records import Answer

REPOSITORY = Path(__file__).parents[2]
QUESTION = Request((Message("user", "Write f."),), (("model", "m"),))
KEY = "sk-canary-0123456789"
HONEST = """
from hatch_vibesafe.provider_api import *
class Made:
    kind = "made"
    continues = False
    def __init__(self, config):
        self.config = config
    def ask(self, request):
        {ask}
"""
Install = Callable[..., ProviderConfig]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Put a package with a provider where Python finds it, as an installer does."""
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("CANARY_KEY", KEY)

    def make(source: str, value: str = "made:Made", package: str = "made-package") -> ProviderConfig:
        information = tmp_path / f"{package.replace('-', '_')}-1.dist-info"
        information.mkdir()
        (information / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1\n")
        (information / "entry_points.txt").write_text(f"[vibesafe.providers]\nmade = {value}\n")
        (tmp_path / "made.py").write_text(source, encoding="utf-8")
        monkeypatch.delitem(sys.modules, "made", raising=False)
        return ProviderConfig("default", "plugin:made", "m", api_key_env="CANARY_KEY", options=(("answer", "Hello."),))

    return make


def refused(config: ProviderConfig) -> str:
    with pytest.raises(VibesafeConfigurationError) as failure:
        open_provider(config, Path())
    assert all(problem.where == "[provider.default] plugin" for problem in failure.value.problems)
    assert failure.value.__cause__ is None
    return str(failure.value)


def test_an_honest_one_answers_with_what_it_was_told(install: Install) -> None:
    config = install(HONEST.format(ask='return Answer(dict(self.config.options)["answer"], "other", 3, 4)'))
    provider = open_provider(config, Path())
    assert provider.ask(QUESTION) == Answer("Hello.", "other", 3, 4)
    assert (provider.kind, provider.continues) == ("plugin:made", False)


@pytest.mark.parametrize(
    ("source", "value", "what"),
    [
        ("import no_such_module", "made:Made", "cannot be imported: ModuleNotFoundError"),
        ("def broken(:", "made:Made", "cannot be imported: SyntaxError"),
        ("raise SystemExit(3)", "made:Made", "cannot be imported: SystemExit"),
        ("", "made:Made", "cannot be imported: AttributeError"),
        ("", "nowhere:Made", "cannot be imported: ModuleNotFoundError"),
        ("Made = 3", "made:Made", "cannot be called"),
        ("def Made(): ...", "made:Made", "makes no provider of this configuration: TypeError"),
        ("def Made(config): raise ValueError('wrong')", "made:Made", "ValueError: wrong"),
        ("def Made(config): return None", "made:Made", "no method ask"),
        ("class Made:\n def __init__(self, config): ...\n kind = continues = ask = 3", "made:Made", "no method ask"),
        (HONEST.format(ask="...").replace("= False", "= 'yes'"), "made:Made", "no continues of type bool"),
        (HONEST.format(ask="...").replace('kind = "made"', "kind = property(lambda s: 1/0)"), "made:Made", "no kind"),
    ],
)
def test_one_that_cannot_be_used_is_a_problem_that_names_its_package(
    install: Install, source: str, value: str, what: str
) -> None:
    said = refused(install(source, value))
    assert what in said
    assert "made-package" in said


def test_its_own_problems_are_told_as_they_are(install: Install) -> None:
    source = "from hatch_vibesafe.provider_api import *\ndef Made(config): raise ProviderUnusableError(PROBLEM)"
    problem = 'PROBLEM = Problem("[provider.default] plugin", "has no directory", "add options.directory")\n'
    assert "add options.directory" in refused(install(source.replace("\ndef", f"\n{problem}def")))


@pytest.mark.parametrize(
    ("ask", "what"),
    [
        ("return None", "gave NoneType"),
        ("return 'text'", "gave str"),
        ("return Answer(b'text', 'm')", "gave Answer with wrong attributes"),
        ("return Answer('text', 'm', input_tokens=-1)", "gave Answer with wrong attributes"),
        ("return Answer('text', 'm', output_tokens='many')", "gave Answer with wrong attributes"),
        ("return Answer('text', None)", "gave Answer with wrong attributes"),
        ("raise KeyError('missing')", "raised KeyError: 'missing'"),
        ("return 1 / 0", "raised ZeroDivisionError"),
        ("raise SystemExit(3)", "raised SystemExit: 3"),
        ("import asyncio; raise asyncio.CancelledError", "raised CancelledError"),
        ("raise RequestFailedError(Problem('a', 'b', 'c'), failure=3)", "whose failure has wrong attributes"),
        (
            "raise RequestFailedError(Problem('a', 'b', 'c'), failure=Failure('b', 'c', wait='long'))",
            "whose failure has wrong attributes",
        ),
    ],
)
def test_one_that_answers_what_is_no_answer_fails_like_a_provider(install: Install, ask: str, what: str) -> None:
    provider = open_provider(install(HONEST.format(ask=ask)), Path())
    with pytest.raises(RequestFailedError) as failure:
        provider.ask(QUESTION)
    [problem] = failure.value.problems
    assert what in problem.what
    assert problem.remedy == "mend or upgrade made-package"
    assert not failure.value.failure.again


@pytest.mark.parametrize(
    "ask",
    [
        "return Answer(KEY, KEY, finish=KEY)",
        "raise ValueError(KEY)",
        "raise RequestFailedError(Problem('here', KEY, KEY), failure=Failure(KEY, KEY, again=True))",
        "raise ProviderUnusableError(Problem(KEY, KEY, KEY))",
    ],
)
def test_the_key_comes_back_in_nothing(install: Install, ask: str) -> None:
    head = "key = read_key(self.config, needed=True).reveal()"
    provider = open_provider(install(HONEST.format(ask=f"{head}; {ask}".replace("KEY", "key"))), Path())
    try:
        said = repr(provider.ask(QUESTION))
    except RequestFailedError as error:
        said = f"{error} {error!r} {error.failure!r} {error.__context__!r}"
    except ProviderUnusableError as error:
        said = f"{error} {error!r} {error.__context__!r}"
    assert ("again=True" in said) == ("again" in ask)
    assert "[key]" in said
    assert KEY not in said


def test_what_it_can_beyond_asking_is_used(install: Install) -> None:
    more = """
    def ask_for_several(self, request, count):
        return [Answer(str(number), "m") for number in range(count + 1)]
    def close(self):
        raise ValueError("already closed")
"""
    provider = open_provider(install(HONEST.format(ask="return Answer('one', 'm')") + more), Path())
    assert isinstance(provider, Sampling)
    assert isinstance(provider, Closing)
    assert [answer.text for answer in provider.ask_for_several(QUESTION, 2)] == ["0", "1"]
    provider.close()


def test_one_that_gives_one_answer_gives_one_where_several_are_asked_for(install: Install) -> None:
    provider = open_provider(install(HONEST.format(ask="return Answer('one', 'm')")), Path())
    assert isinstance(provider, Sampling)
    assert [answer.text for answer in provider.ask_for_several(QUESTION, 2)] == ["one"]


def test_a_setting_that_its_table_does_not_say_it_takes_is_refused(install: Install) -> None:
    config = replace(install(HONEST.format(ask="return Answer('one', 'm')")), seed=4)
    with pytest.raises(VibesafeConfigurationError, match="seed"):
        open_provider(config, Path())
    assert open_provider(replace(config, accepts=("seed",)), Path()).kind == "plugin:made"


def test_a_name_that_nobody_has_names_those_that_are_installed(install: Install) -> None:
    config = install(HONEST.format(ask="..."))
    said = refused(replace(config, kind="plugin:maid"))
    assert "'maid'" in said
    assert "choose from 'made'" in said


def test_a_name_that_two_packages_have_is_nobodys(install: Install) -> None:
    install(HONEST.format(ask="..."))
    assert "made-package and other both have" in refused(install("", "other:Made", "other"))


PROJECT = """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
[project]
name = "app"
version = "1"
[tool.vibesafe.provider.default]
kind = "plugin"
plugin = "files"
model = "a-directory"
[tool.vibesafe.provider.default.options]
directory = "written"
"""
UNIT = """
from vibesafe_runtime import VibeCoded, vibesafe


@vibesafe
def double(a: int) -> int:
    \"\"\"Double it.

    >>> double(2)
    4
    \"\"\"
    raise VibeCoded()
"""


@pytest.mark.e2e
def test_the_example_is_installed_by_pip_and_writes_a_unit(tmp_path: Path) -> None:
    source = tmp_path / "provider_plugin"
    shutil.copytree(REPOSITORY / "examples" / "provider_plugin", source)
    place = tmp_path / "installed"
    options = ["--quiet", "--no-index", "--no-deps", "--no-build-isolation", "--target", str(place)]
    subprocess.run([sys.executable, "-m", "pip", "install", *options, str(source)], check=True)
    project = tmp_path / "app project"
    (project / "app").mkdir(parents=True)
    (project / "pyproject.toml").write_text(PROJECT, encoding="utf-8")
    (project / "app" / "__init__.py").write_text("", encoding="utf-8")
    (project / "app" / "numbers.py").write_text(UNIT, encoding="utf-8")

    def compiled() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", "from hatch_vibesafe.cli import main; main()", "compile"],
            cwd=project,
            env=os.environ | {"PYTHONPATH": f"{place}{os.pathsep}{REPOSITORY}", "NO_COLOR": "1"},
            capture_output=True,
            text=True,
            check=False,
        )

    nothing = compiled()
    assert nothing.returncode == 1
    assert "write written/double.md" in " ".join(nothing.stderr.split())
    (project / "written").mkdir()
    code = "```python\ndef double(a: int) -> int:\n    return 2 * a\n```\n"
    (project / "written" / "double.md").write_text(code, encoding="utf-8")
    done = compiled()
    assert done.returncode == 0, done.stderr
    metas = [path.read_text(encoding="utf-8") for path in (project / ".vibesafe" / "checkpoints").rglob("meta.toml")]
    assert [('"plugin:files"' in text, '"a-directory"' in text) for text in metas] == [(True, True)]
