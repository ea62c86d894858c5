"""The table in `docs/attacks.md` says of every attack here what its tests assert, and of no other."""

from importlib import import_module
from pathlib import Path

import pytest

from tests.attacks.conftest import Threat

HERE = Path(__file__).parent
DOCUMENT = HERE.parents[1] / "docs" / "attacks.md"
FILES = sorted(path for path in HERE.glob("test_*.py") if path != Path(__file__))


def threat(file: Path) -> Threat:
    """Return what a file says of its attack."""
    found = import_module(f"tests.attacks.{file.stem}").THREAT
    assert isinstance(found, Threat)
    return found


def row(file: Path) -> str:
    """Return the line of the table for an attack."""
    said = threat(file)
    cells = (said.at_import, said.by_verify, said.with_key, said.with_guard, said.not_started or "same", said.by)
    return f"| [{said.attack}](../tests/attacks/{file.name}) | {' | '.join(cells)} |"


def test_the_table_and_the_attacks_agree_one_to_one() -> None:
    written = [line for line in DOCUMENT.read_text(encoding="utf-8").splitlines() if "](../tests/attacks/" in line]
    assert sorted(written) == sorted(map(row, FILES))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_attack_names_who_and_what_stops_it(file: Path) -> None:
    text = import_module(f"tests.attacks.{file.stem}").__doc__ or ""
    assert "\nWho: " in text
    said = threat(file)
    outcomes = {said.at_import, said.by_verify, said.with_key, said.with_guard}
    stopped = bool(outcomes & {"refused", "no effect", "found"}) or said.at_import == "-"
    assert stopped != said.by.startswith("nothing")
