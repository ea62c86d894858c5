"""What moves a spec hash though the spec does not name it, and what stands beside that and moves nothing."""

import ast
from collections.abc import Callable, Mapping
from typing import Protocol

from hatch_vibesafe.spec.model import Scan

Scanned = Callable[[Mapping[str, str | bytes]], Scan]


class ReachCase(Protocol):
    """See `conftest.py`."""

    @property
    def before(self) -> dict[str, str]: ...
    @property
    def edited(self) -> dict[str, str]: ...
    @property
    def control(self) -> dict[str, str]: ...


def parts(scanned: Scanned, modules: Mapping[str, str]) -> dict[str, str]:
    found = scanned(modules)
    assert found.all_problems == ()
    (spec,) = found.specs
    return {**dict(spec.parts), "hash": spec.spec_hash}


def test_an_edit_of_what_it_depends_on_moves_the_hash(scanned: Scanned, reach_case: ReachCase) -> None:
    before = parts(scanned, reach_case.before)
    edited = parts(scanned, reach_case.edited)
    assert edited["hash"] != before["hash"]
    moved = {name for name in {*before, *edited} if before.get(name) != edited.get(name)} - {"hash"}
    assert moved


def test_an_edit_beside_it_does_not(scanned: Scanned, reach_case: ReachCase) -> None:
    assert parts(scanned, reach_case.control) == parts(scanned, reach_case.before)


def test_formatting_and_comments_do_not(scanned: Scanned, reach_case: ReachCase) -> None:
    written_anew = {name: ast.unparse(ast.parse(text)) for name, text in reach_case.before.items()}
    commented = {name: text.replace("\n", "  # note\n\n# more\n") for name, text in reach_case.before.items()}
    before = parts(scanned, reach_case.before)
    assert parts(scanned, written_anew) == before
    assert parts(scanned, {**reach_case.before, "app.m": commented["app.m"]}) == before


def test_a_new_definition_above_and_below_does_not(scanned: Scanned, reach_case: ReachCase) -> None:
    around = {
        # Of `app.plugin` the cases take the whole module.
        name: f"def above():\n    return below\n{text}\ndef below():\n    return above\n"
        if name != "app.plugin"
        else text
        for name, text in reach_case.before.items()
    }
    assert parts(scanned, around) == parts(scanned, reach_case.before)
