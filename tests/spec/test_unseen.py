"""What no syntax shows is told rather than passed over."""

from collections.abc import Callable, Mapping

import pytest

from hatch_vibesafe.problems import Problem
from hatch_vibesafe.spec.model import Scan

Scanned = Callable[[Mapping[str, str | bytes]], Scan]
UNIT = (
    "from vibesafe_runtime import VibeCoded, vibesafe\nfrom app.tables import T\n\n\n@vibesafe\ndef f(x: int) -> int:\n"
    '    """Look into `T`.\n\n    >>> f(1)\n    1\n    """\n    raise VibeCoded()\n'
)


def warnings(scanned: Scanned, tables: str, *, unit: str = UNIT) -> list[Problem]:
    found = scanned({"app": "", "app.tables": f"T = 1\n{tables}\n", "app.m": unit})
    assert found.all_problems == ()
    return list(found.warnings)


@pytest.mark.parametrize(
    "statement",
    [
        "exec('T = 2')",
        "if T: exec(open('more').read())",
        "globals()['T'] = 2",
        "globals().update(T=2)",
        "vars()['T'] += 1",
        "class C: locals()['T'] = 2",
        "import sys; sys.modules[__name__].T = 2",
        "import sys; setattr(sys.modules[__name__], 'T', 2)",
        "import sys; sys.modules[__name__].__dict__['T'] = 2",
        "import importlib; importlib.import_module(T + '.more')",
        "more = __import__(T)",
    ],
)
def test_what_no_scan_can_see_is_a_warning_with_its_place(scanned: Scanned, statement: str) -> None:
    (warning,) = warnings(scanned, statement)
    assert warning.where == "app/tables.py:2"
    assert "app.m/f depends on this module" in warning.what
    assert "in backticks" in warning.remedy


@pytest.mark.parametrize(
    "statement",
    [
        "def g():\n    exec('T = 2')\n    globals()['T'] = 2",
        "x = globals()['T'], globals().get('T')",
        "import importlib; x = importlib.import_module('json')",
        "import sys; x = sys.modules",
        "if __name__ == '__main__':\n    exec('T = 2')",
    ],
)
def test_what_runs_later_or_only_reads_is_none(scanned: Scanned, statement: str) -> None:
    assert warnings(scanned, statement) == []


def test_a_module_that_no_unit_depends_on_is_none(scanned: Scanned) -> None:
    alone = UNIT.replace("from app.tables import T\n", "").replace(" `T`", "")
    assert warnings(scanned, "exec('T = 2')", unit=alone) == []
    assert warnings(scanned, "", unit=alone.replace("\n\n\n", "\nexec('U = 2')\n\n\n", 1)) != []


def test_each_place_is_told_once(scanned: Scanned) -> None:
    second = UNIT.replace("def f(", "def g(").replace(">>> f(", ">>> g(").split("\n\n\n", 1)[1]
    assert len(warnings(scanned, "exec('T = 2')", unit=f"{UNIT}\n\n{second}")) == 1


def test_a_name_that_a_module_makes_when_asked_may_be_imported(scanned: Scanned) -> None:
    found = scanned({"app": "", "app.tables": "def __getattr__(name):\n    return 1\n", "app.m": UNIT})
    (spec,) = found.specs
    assert ("app.tables", "T") in {(item.module, item.name) for item in spec.references if item.direct}
