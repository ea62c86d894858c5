"""The wheel is built with its hook switched off, left out or overruled, so that nothing is checked and nothing baked.

Who: whoever can set a variable where a build runs, or commit a line of configuration. What stops it: a wheel of stubs
without a baked package cannot be imported, and `verify` says that its hook did not run.
"""

import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.attacks.conftest import Corpus, Kind, Threat, judge, plant_shop
from tests.e2e.conftest import Project, Wheelhouse
from tests.ship.conftest import Tree

THREAT = Threat(
    attack="switch the hook off at build",
    at_import="refused",
    by_verify="found",
    with_key="refused",
    with_guard="refused",
    by="a stub alone is never an implementation",
)
HOOK = "[tool.hatch.build.hooks.vibesafe]"


def rewrite(change: Callable[[str], str]) -> Callable[[Tree], None]:
    def attack(tree: Tree) -> None:
        text = (tree.root / "pyproject.toml").read_text()
        assert change(text) != text
        tree.write("pyproject.toml", change(text))

    return attack


def overruled(tree: Tree) -> None:
    """Overrule `[tool.hatch]` by a file of hatch's own."""
    tree.write("hatch.toml", '[build.targets.wheel]\nonly-include = ["shop", "calc.py"]\n')
    rewrite(lambda text: text.replace(HOOK, ""))(tree)


ATTACKS: dict[str, tuple[Callable[[Tree], object], dict[str, str]]] = {
    "HATCH_BUILD_NO_HOOKS": (lambda tree: tree, {"HATCH_BUILD_NO_HOOKS": "1"}),
    "disabled by default": (rewrite(lambda text: text.replace(HOOK, f"{HOOK}\nenable-by-default = false")), {}),
    "left out": (rewrite(lambda text: text.replace(HOOK, "")), {}),
    "for the sdist alone": (rewrite(lambda text: text.replace(".build.hooks.", ".build.targets.sdist.hooks.")), {}),
    "overruled": (overruled, {}),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_what_was_built_without_it_is_refused(
    corpus: Corpus, tmp_path: Path, wheelhouse: Wheelhouse, builder: Path, name: str
) -> None:
    attack, variables = ATTACKS[name]
    project = Project(plant_shop(tmp_path / "tree"), tmp_path / "out", wheelhouse, builder)
    attack(project.tree)
    assert project.hatchling(env=variables).returncode == 0
    (wheel,) = project.out.glob("*.whl")
    kinds: tuple[Kind, ...] = ("plain", "signed", "guarded")
    for kind in kinds if variables else kinds[:1]:
        shop = corpus.copy(kind)
        judge(shop, "no effect")
        for place in (*shop.site.glob("*shop*"), *shop.site.glob("*calc*")):
            shutil.rmtree(place) if place.is_dir() else place.unlink()
        with zipfile.ZipFile(wheel) as built:
            built.extractall(shop.site)
        judge(shop, "refused", "shop.pricing/total", "VibesafeCheckpointMissing")
        done = shop.verified("shop")
        assert (done.returncode, "its build hook did not run" in done.stderr) == (1, True)
    done = shop.verified(str(wheel))
    assert (done.returncode, "brings no baked package" in done.stderr) == (1, True)
