"""What the ledger's exchanges say, and how sure it is."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hatch_vibesafe.store.ledger.statistics import Exchange, LedgerTry, figures
from hatch_vibesafe.store.ledger.wilson import rate

ONE = Exchange(
    run="r1",
    unit="app.m/f",
    number=1,
    at="2026-01-01",
    template="function.j2",
    strategy="first",
    provider="default",
    model="small",
    recorded=False,
    request="a",
    prompt="b",
    answer="c",
    input_tokens=10,
    output_tokens=5,
    cost=0.5,
    seconds=1.0,
    outcome="passed",
    why=None,
)


def by_model(each: Exchange | LedgerTry) -> str | None:
    return each.model


@given(st.integers(0, 500).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total))))
def test_an_interval_holds_its_rate_and_lies_between_nothing_and_all(counts: tuple[int, int]) -> None:
    found = rate(*counts)
    assert 0 <= found.low <= found.high <= 1
    if found.share is not None:
        assert found.low <= found.share <= found.high
    assert (found.share is None) == (counts[1] == 0)


@given(st.integers(1, 200).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total))))
def test_an_interval_is_mirrored_and_narrows_with_what_is_known(counts: tuple[int, int]) -> None:
    passed, total = counts
    found, mirrored, more = rate(passed, total), rate(total - passed, total), rate(10 * passed, 10 * total)
    assert found.low == pytest.approx(1 - mirrored.high)
    assert more.high - more.low < found.high - found.low


def test_an_interval_is_the_published_one() -> None:
    # 8 of 10, from Brown, Cai and DasGupta, "Interval Estimation for a Binomial Proportion", 2001.
    found = rate(8, 10)
    assert (round(found.low, 3), round(found.high, 3)) == (0.490, 0.943)


@pytest.mark.parametrize("counts", [(-1, 2), (3, 2)])
def test_what_is_no_rate_is_refused(counts: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="is no rate"):
        rate(*counts)


def test_the_first_answer_and_the_end_are_counted_apart() -> None:
    second = replace(ONE, number=2, request="d", outcome="passed", strategy="fresh")
    (found,) = figures([replace(ONE, outcome="refused"), second], by_model)
    assert (found.first.passed, found.first.total) == (0, 1)
    assert (found.end.passed, found.end.total) == (1, 1)
    assert (found.calls, found.tokens, found.cost) == (2, 30, 1.0)
    assert found.each_solved(found.calls) == 2


def test_by_strategy_only_the_first_one_has_first_answers() -> None:
    second = replace(ONE, number=2, request="d", strategy="fresh")
    first, fresh = figures([replace(ONE, outcome="refused"), second], lambda each: each.strategy)[::-1]
    assert (first.group, fresh.group) == ("fresh", "first")
    assert first.first.total == 0
    assert fresh.first.total == 1


def test_what_nobody_counted_is_unknown_and_not_zero() -> None:
    (found,) = figures([ONE, replace(ONE, unit="app.m/g", cost=None, output_tokens=None)], by_model)
    assert (found.tokens, found.cost) == (None, None)
    assert found.each_solved(found.cost) is None


def test_what_is_judged_again_counts_once() -> None:
    again = replace(ONE, run="r2", recorded=True, at="2026-01-02")
    (found,) = figures([ONE, again], by_model)
    assert (found.end.total, found.calls) == (1, 1)


def test_what_was_killed_before_it_was_judged_counts_where_it_is_judged() -> None:
    again = replace(ONE, run="r2", recorded=True, at="2026-01-02")
    (found,) = figures([replace(ONE, outcome=None), again], by_model)
    assert (found.end.passed, found.end.total, found.calls) == (1, 1, 1)


@given(st.lists(st.sampled_from(["passed", "refused", "repeated", None]), max_size=8))
def test_no_rate_exceeds_what_there_was(outcomes: list[str | None]) -> None:
    exchanges = [replace(ONE, number=n, request=str(n), outcome=each) for n, each in enumerate(outcomes, start=1)]
    for found in figures(exchanges, by_model):
        assert found.end.passed <= found.end.total <= 1
        assert found.calls == len(outcomes)


def test_what_one_request_for_several_answers_cost_counts_once_and_failed_ones_are_counted_apart() -> None:
    sent = LedgerTry(
        run="r1",
        unit="app.m/f",
        request="a",
        number=1,
        at="2026-01-01",
        template="function.j2",
        strategy="first",
        provider="default",
        kind="openai-compatible",
        model="small",
        outcome="answered",
        reason=None,
        what=None,
        seconds=1.0,
        input_tokens=10,
        output_tokens=20,
        cost=0.75,
    )
    other = replace(ONE, number=2, request="b", cost=None, input_tokens=None)
    before = replace(ONE, run="r0", unit="app.m/g")
    failed = replace(sent, outcome="failed", reason="429", cost=None, input_tokens=None, output_tokens=None)
    (found,) = figures([ONE, other, before], by_model, [sent, failed, replace(failed, number=2)])
    assert (found.calls, found.tokens, found.cost) == (3, 45, 1.25), "a run of an older ledger tells it by its answers"
    assert found.failed == {"429": 2}
    (unknown,) = figures([ONE], by_model, [replace(sent, cost=None)])
    assert unknown.cost is None
