"""While threads parse, no garbage collection of Python 3.11 comes between; afterwards it is as it was."""

import gc

import pytest

from hatch_vibesafe.gates import parsing_threads
from hatch_vibesafe.gates.parsing_threads import threads_may_parse


def test_cycles_are_collected_again_when_the_last_has_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parsing_threads, "_COUNTS_TOGETHER", True)
    assert gc.isenabled()
    with threads_may_parse():
        assert not gc.isenabled()
        with threads_may_parse():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()


def test_who_collects_none_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parsing_threads, "_COUNTS_TOGETHER", True)
    gc.disable()
    try:
        with threads_may_parse():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_newer_pythons_need_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parsing_threads, "_COUNTS_TOGETHER", False)
    with threads_may_parse():
        assert gc.isenabled()
