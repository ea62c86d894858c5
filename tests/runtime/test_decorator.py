"""The decorator's spellings, its options, and what type checkers and a bare interpreter see of it."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.runtime.conftest import IMPLEMENTATION, STUB, Site
from vibesafe_runtime import VibesafeConfigurationError, vibesafe

FORBIDDEN = {"json", "typing", "pathlib", "dataclasses", "importlib.metadata", "importlib.resources"}


@pytest.mark.parametrize(
    "spelling",
    [
        "vibesafe",
        "vibesafe()",
        "vibesafe(kind='http', method='GET', path='/total', tags=('a', 'b'))",
        "vibesafe(provider='default', template='x.j2', model='m')",
        "vibesafe.func",
        "vibesafe.func(tags=['a'])",
        "vibesafe.http(method='POST', path='/total')",
        "vibesafe.cli",
        "vibesafe.cli(model=None)",
    ],
)
def test_every_spelling_gives_the_implementation(shop: Site, spelling: str) -> None:
    shop.write("shop/pricing.py", STUB.replace("@vibesafe", f"@{spelling}"))
    shop.bake("shop", {"shop.pricing/total": IMPLEMENTATION}, specs=("shop/pricing.py",))
    assert shop.run("from shop.pricing import total; print(total(4))") == "9"


@pytest.mark.parametrize("wrong", [staticmethod(len), property(len), len, int, 3])
def test_what_is_no_function_is_refused_with_its_place(wrong: object) -> None:
    with pytest.raises(VibesafeConfigurationError) as caught:
        vibesafe(wrong)  # type: ignore[call-overload]  # wrong on purpose
    assert caught.value.problems[0].where.startswith(__file__)


def test_type_checkers_see_the_signature_of_the_stub(tmp_path: Path) -> None:
    file = tmp_path / "checked.py"
    file.write_text(
        "from vibesafe_runtime import VibeCoded, vibesafe\n\n"
        "@vibesafe\ndef one(x: int) -> str:\n    raise VibeCoded()\n\n"
        "@vibesafe.http(method='GET', path='/')\n"
        "async def two(x: int, *, y: str = '') -> str:\n    raise VibeCoded()\n\n"
        "reveal_type(one)\nreveal_type(two)\none('no')\n",
        encoding="utf-8",
    )
    arguments = ["--strict", "--no-incremental", "--cache-dir", str(tmp_path), str(file)]
    checked = subprocess.run(
        [sys.executable, "-m", "mypy", *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env={"MYPYPATH": str(Path(__file__).parents[2]), "PATH": ""},
    )
    assert 'Revealed type is "def (x: int) -> str"' in checked.stdout.replace("builtins.", "")
    assert "y: str =" in checked.stdout.replace("builtins.", "")
    assert checked.stdout.count("error:") == 1


def test_production_imports_nothing_that_costs_more_than_we_do(shop: Site) -> None:
    code = "import sys; from shop.pricing import total; print(' '.join(sys.modules))"
    done = shop.python("-S", "-c", code)
    loaded = set(done.stdout.split())
    assert "vibesafe_runtime" in loaded, done.stderr
    assert not loaded & FORBIDDEN
    assert not [name for name in loaded if name.startswith(("hatch", "urllib", "http", "re", "inspect"))]
