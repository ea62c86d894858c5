"""Modules are found under the names that the wheel gives them."""

from pathlib import Path

import pytest

from hatch_vibesafe.layout import wheel_files
from hatch_vibesafe.problems import VibesafeConfigurationError
from hatch_vibesafe.project import open_project

PYPROJECT = """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
[project]
name = "shop"
version = "1"
"""


def lay(root: Path, *paths: str, pyproject: str = PYPROJECT) -> Path:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text("", encoding="utf-8")
    if pyproject:
        (root / "pyproject.toml").write_text(pyproject, encoding="utf-8")
    return root


def modules(root: Path) -> dict[str, str]:
    return {file.path: file.module for file in wheel_files(root) if file.in_wheel}


def test_flat_and_src_layouts_give_the_same_names(tmp_path: Path) -> None:
    flat = lay(tmp_path / "flat", "shop/__init__.py", "shop/pricing.py", "tests/test_shop.py")
    src = lay(tmp_path / "src_layout", "src/shop/__init__.py", "src/shop/pricing.py", "tests/test_shop.py")
    assert modules(flat) == {"shop/__init__.py": "shop", "shop/pricing.py": "shop.pricing"}
    assert modules(src) == {"src/shop/__init__.py": "shop", "src/shop/pricing.py": "shop.pricing"}


def test_rewritten_sources_several_packages_and_a_single_module(tmp_path: Path) -> None:
    root = lay(
        tmp_path,
        "python/one/__init__.py",
        "python/one/a.py",
        "two/__init__.py",
        "calc.py",
        pyproject=PYPROJECT
        + """
[tool.hatch.build.targets.wheel]
only-include = ["python", "two", "calc.py"]
sources = ["python"]
""",
    )
    assert modules(root) == {
        "python/one/__init__.py": "one",
        "python/one/a.py": "one.a",
        "two/__init__.py": "two",
        "calc.py": "calc",
    }


def test_a_namespace_package_keeps_its_full_name(tmp_path: Path) -> None:
    root = lay(
        tmp_path,
        "ns/shop/__init__.py",
        "ns/shop/pricing.py",
        pyproject=PYPROJECT + '[tool.hatch.build.targets.wheel]\npackages = ["ns"]\n',
    )
    assert modules(root)["ns/shop/pricing.py"] == "ns.shop.pricing"


def test_an_excluded_module_of_a_package_is_marked(tmp_path: Path) -> None:
    root = lay(
        tmp_path,
        "shop/__init__.py",
        "shop/pricing.py",
        "shop/experiments/wild.py",
        pyproject=PYPROJECT + '[tool.hatch.build]\nexclude = ["/shop/experiments"]\n',
    )
    marks = {file.module: file.in_wheel for file in wheel_files(root)}
    assert marks == {"shop": True, "shop.pricing": True, "shop.experiments.wild": False}


def test_scripts_without_a_build_are_found_and_environments_are_not(tmp_path: Path) -> None:
    root = lay(tmp_path, "one.py", "pack/two.py", ".venv/lib/three.py", "env/pyvenv.cfg", "env/four.py", pyproject="")
    assert modules(root) == {"one.py": "one", "pack/two.py": "pack.two"}


def test_a_project_of_which_hatchling_cannot_tell_is_a_problem(tmp_path: Path) -> None:
    root = lay(tmp_path, "something_else/__init__.py")
    with pytest.raises(VibesafeConfigurationError) as caught:
        wheel_files(root)
    assert "something_else" not in modules(lay(tmp_path, "shop/__init__.py"))
    assert caught.value.problems[0].where == "pyproject.toml"


def test_a_subdirectory_works_on_the_same_project(tmp_path: Path) -> None:
    root = lay(tmp_path, "src/shop/__init__.py", "src/shop/deep/a.py")
    (root / "vibesafe.toml").write_text("", encoding="utf-8")
    assert open_project(root / "src" / "shop" / "deep").root == root
    assert open_project(root).root == root
