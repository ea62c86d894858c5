"""What the tests of this room share: a scan of modules given as text."""

from collections.abc import Callable, Mapping

import pytest

from hatch_vibesafe.spec.model import Scan, SourceFile, Spec, UnitOptions, UnitSettings
from hatch_vibesafe.spec.scan import scan

RUNTIME = "from vibesafe_runtime import VibeCoded, vibesafe\n"


def settings_for(_options: UnitOptions) -> UnitSettings:
    return UnitSettings("function.md", "write {{ name }}\n", (("model", "m"), ("temperature", 0.2)))


def scan_modules(modules: Mapping[str, str | bytes]) -> Scan:
    files = []
    for name, text in modules.items():
        content = text.encode() if isinstance(text, str) else text
        is_package = any(other.startswith(f"{name}.") for other in modules)
        path = name.replace(".", "/") + ("/__init__.py" if is_package else ".py")
        files.append(SourceFile(name, path, content, is_package))
    return scan(files, settings_for)


@pytest.fixture
def scanned() -> Callable[[Mapping[str, str | bytes]], Scan]:
    return scan_modules


@pytest.fixture
def spec_of() -> Callable[..., Spec]:
    """Return the only spec of `app.m`, whose text follows the runtime's import; other modules may stand beside it."""

    def only(text: str, /, **others: str) -> Spec:
        modules = {"app": "", "app.m": RUNTIME + text}
        modules |= {f"app.{name}": other for name, other in others.items() if name != "init"}
        modules["app"] = others.get("init", "")
        found = scan_modules(modules)
        assert found.all_problems == ()
        (spec,) = [spec for spec in found.specs if spec.unit.module == "app.m"]
        return spec

    return only


@pytest.fixture
def problems_of() -> Callable[[str], list[tuple[str, str]]]:
    """Return where and what of every problem of `app.m`, whose text follows the runtime's import."""

    def every(text: str) -> list[tuple[str, str]]:
        found = scan_modules({"app": "", "app.m": RUNTIME + text})
        return [(problem.where, problem.what) for problem in found.all_problems]

    return every
