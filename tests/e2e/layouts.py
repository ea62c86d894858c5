"""Projects in every layout that people use, each with one locked unit or more, and code that calls them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.ship.conftest import Tree

PYPROJECT = """\
[build-system]
requires = ["hatchling", "hatch-vibesafe"]
build-backend = "hatchling.build"

[project]
name = "shop"
{version}
dependencies = ["vibesafe-runtime"]

{hooks}
[tool.vibesafe]

{more}
"""
NO_PACKAGES = frozenset({"lib", "ns", "python", "src"})
VIBESAFE = "[tool.hatch.build.hooks.vibesafe]\n"
STUB = '''\
from vibesafe_runtime import VibeCoded, vibesafe

RATE = {rate}


@vibesafe
def {name}(price: int) -> int:
    """Return the price, `RATE` times.

    >>> {name}(1)
    {rate}
    """
    raise VibeCoded()
'''
IMPLEMENTATION = '''\
from {module} import RATE


def {name}(price: int) -> int:
    """Return the price, `RATE` times.

    >>> {name}(1)
    {rate}
    """
    return price * RATE
'''


@dataclass(frozen=True, slots=True)
class Layout:
    """A project to plant.

    Attributes:
        units: Unit id to the number that its implementation multiplies with.
        places: Module to the path of its source; by default below the root.
        more: More of its `pyproject.toml`.
        hooks: The build hooks' tables.
        version: The line of the version.
        files: Further files.
        member: The directory of the project below the planted root.
        editable: Whether hatchling itself can install it so.
        written: What other build hooks write into the tree.
    """

    units: Mapping[str, int]
    places: Mapping[str, str] = field(default_factory=dict)
    more: str = ""
    hooks: str = VIBESAFE
    version: str = 'version = "1.0"'
    files: Mapping[str, str] = field(default_factory=dict)
    member: str = ""
    editable: bool = True
    written: tuple[str, ...] = ()

    @property
    def call(self) -> str:
        """Code that prints what every unit returns for 10."""
        imports = [
            f"from {unit.partition('/')[0]} import {unit.partition('/')[2]} as f{number}"
            for number, unit in enumerate(self.units)
        ]
        calls = ", ".join(f"f{number}(10)" for number in range(len(self.units)))
        return "; ".join([*imports, f"print({calls})"])

    @property
    def answer(self) -> str:
        """What that code prints."""
        return " ".join(str(10 * rate) for rate in self.units.values())


def wheel(table: str) -> str:
    """Return the tables of a wheel target."""
    return f"[tool.hatch.build.targets.wheel]\n{table}\n"


CUSTOM_HOOK = """\
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Custom(BuildHookInterface):
    def initialize(self, version, build_data):
        if self.target_name == "wheel":
            build_data["force_include"][self.root + "/extra/data.txt"] = "shop/data.txt"
"""
CUSTOM = '[tool.hatch.build.hooks.custom]\npath = "custom.py"\n'
CUSTOM_FILES = {"custom.py": CUSTOM_HOOK, "extra/data.txt": "data"}
UNDER_GIT = {".git/HEAD": "ref: refs/heads/main\n"}

LAYOUTS: dict[str, Layout] = {
    "flat": Layout({"shop.pricing/total": 2}),
    "src": Layout({"shop.pricing/total": 2}, {"shop.pricing": "src/shop/pricing.py"}),
    "several packages": Layout(
        {"shop.pricing/total": 2, "store.pricing/total": 3}, more=wheel('packages = ["shop", "store"]')
    ),
    "namespace package": Layout({"ns.shop.pricing/total": 2}, more=wheel('packages = ["ns"]')),
    "packages of a namespace": Layout(
        {"ns.shop.pricing/total": 2, "ns.store.pricing/total": 3, "ns.calc/total": 4}, more=wheel('packages = ["ns"]')
    ),
    "single module": Layout({"shop/total": 2}),
    "nested packages": Layout({"shop.inner.deep.pricing/total": 2, "shop.inner/total": 3}),
    "units in __init__": Layout({"shop/total": 2}, {"shop": "shop/__init__.py"}),
    "names that differ by case": Layout(
        {"shop.pricing/total": 2, "shop.Pricing/total": 3, "shop.pricing2/Total": 4, "shop.pricing3/TOTAL": 5}
    ),
    "non-ASCII names": Layout({"shop.größe/summe": 2, "shop.größer/größe": 3}),
    "another hook before": Layout({"shop.pricing/total": 2}, hooks=f"{CUSTOM}{VIBESAFE}", files=CUSTOM_FILES),
    "another hook after": Layout({"shop.pricing/total": 2}, hooks=f"{VIBESAFE}{CUSTOM}", files=CUSTOM_FILES),
    "hook of the target": Layout(
        {"shop.pricing/total": 2},
        hooks="[tool.hatch.build.targets.wheel.hooks.vibesafe]\n[tool.hatch.build.targets.sdist.hooks.vibesafe]\n",
    ),
    "force-include": Layout(
        {"shop.pricing/total": 2},
        files={"extra/data.txt": "data"},
        more='[tool.hatch.build.targets.wheel.force-include]\n"extra/data.txt" = "shop/data.txt"\n',
    ),
    "dynamic version": Layout(
        {"shop.pricing/total": 2},
        version='dynamic = ["version"]',
        files={"shop/version.py": '__version__ = "1.0"\n'},
        more='[tool.hatch.version]\npath = "shop/version.py"\n',
    ),
    "version written by a hook": Layout(
        {"shop.pricing/total": 2},
        hooks=f'[tool.hatch.build.hooks.version]\npath = "shop/_version.py"\n{VIBESAFE}',
        version='dynamic = ["version"]',
        files={"VERSION": 'version = "1.0"\n', ".gitignore": "_version.py\n", **UNDER_GIT},
        more='[tool.hatch.version]\npath = "VERSION"\npattern = \'version = "(?P<version>.+)"\'\n',
        written=("shop/_version.py",),
    ),
    "package and module": Layout(
        {"shop.pricing/total": 2, "calc/total": 3}, more=wheel('only-include = ["shop", "calc.py"]')
    ),
    "sources": Layout(
        {"shop.pricing/total": 2},
        {"shop.pricing": "lib/python/shop/pricing.py"},
        more=wheel('only-include = ["lib/python/shop"]\nsources = ["lib/python"]'),
    ),
    "sources that rename": Layout(
        {"shop.pricing/total": 2},
        {"shop.pricing": "code/pricing.py"},
        more=wheel('only-include = ["code"]\n\n[tool.hatch.build.targets.wheel.sources]\n"code" = "shop"'),
        editable=False,
    ),
    "workspace member": Layout(
        {"shop.pricing/total": 2},
        member="packages/shop",
        files={"../../pyproject.toml": '[tool.hatch.envs.default.workspace]\nmembers = ["packages/*"]\n'},
    ),
    "store ignored by git": Layout(
        {"shop.pricing/total": 2}, files={".gitignore": ".vibesafe/\n", ".git/HEAD": "ref: refs/heads/main\n"}
    ),
    "under git": Layout(
        {"shop.pricing/total": 2}, files={".gitignore": "dist/\n", ".git/HEAD": "ref: refs/heads/main\n"}
    ),
    "configuration of its own": Layout(
        {"shop.pricing/total": 2}, files={"vibesafe.toml": '[paths]\ncheckpoints = "locked"\nindex = "locked.toml"\n'}
    ),
}


def plant(root: Path, layout: Layout, *, locked: bool = True) -> Tree:
    """Write the project of a layout, with every unit locked if `locked`, and return it."""
    tree = Tree(root / layout.member if layout.member else root)
    text = PYPROJECT.format(version=layout.version, hooks=layout.hooks, more=layout.more)
    if "vibesafe.toml" in layout.files:
        text = text.replace("[tool.vibesafe]\n", "")
    tree.write("pyproject.toml", text)
    implementations: dict[str, str] = {}
    for unit, rate in layout.units.items():
        module, _, name = unit.partition("/")
        inside = any(other.startswith(f"{module}.") for other in _modules(layout))
        place = layout.places.get(module, module.replace(".", "/") + ("/__init__.py" if inside else ".py"))
        tree.write(place, STUB.format(rate=rate, name=name))
        for directory in Path(place).parents[:-1]:
            if (
                directory.name not in {"ns", "src", "lib", "python"}
                and not (tree.root / directory / "__init__.py").exists()
            ):
                tree.write(f"{directory.as_posix()}/__init__.py", "")
        implementations[unit] = IMPLEMENTATION.format(module=module, rate=rate, name=name)
    for name, content in layout.files.items():
        tree.write(name, content)
    if locked:
        tree.lock(implementations)
    return tree


def _modules(layout: Layout) -> set[str]:
    return {unit.partition("/")[0] for unit in layout.units}
