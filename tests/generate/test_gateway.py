"""The gateway before real servers that misbehave: who is asked in whose place, and never one request too many."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Protocol

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hatch_vibesafe.budget_config import UNLIMITED, BudgetConfig, Limits
from hatch_vibesafe.generate.gateway.account import Account
from hatch_vibesafe.generate.gateway.budget import RUN, BudgetError, Spent, refusal
from hatch_vibesafe.generate.gateway.clock import RunClock
from hatch_vibesafe.generate.gateway.concurrency import Window, narrowed, widened
from hatch_vibesafe.generate.gateway.gateway import Gateway, sent_to
from hatch_vibesafe.generate.gateway.member import Member
from hatch_vibesafe.generate.gateway.prices import cost
from hatch_vibesafe.generate.gateway.rate import MINUTE, Sent, wait_for_room
from hatch_vibesafe.generate.gateway.throttle import Throttle
from hatch_vibesafe.generate.gateway.tries import Try
from hatch_vibesafe.generate.gateway.turns import turn
from hatch_vibesafe.generate.providers.openai_compatible import OpenAICompatible
from hatch_vibesafe.generate.providers.protocol import Message, Request
from hatch_vibesafe.identity import UnitId
from hatch_vibesafe.problems import Problem, VibesafeProviderError
from hatch_vibesafe.provider_config import ProviderConfig

UNIT, OTHER = UnitId("app", "f"), UnitId("app", "g")
QUESTION = Request((Message("user", "Write f."),), (("max_tokens", 50), ("model", "first-model")))
Reply = Callable[..., object]


class Server(Protocol):
    replies: list[Any]
    asked: list[Any]
    answer: Callable[[str], Any] | None
    base_url: str


@dataclass
class Passing:
    """A clock that waits for nobody: asleep, its time passes at once."""

    time: float = 0.0
    stopped: bool = False

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += seconds


class Place:
    """A gateway to two providers, which one server stands for: `first` and, in its place, `second`."""

    def __init__(
        self, address: str, budget: BudgetConfig, attempts: int, concurrency: int, price: Decimal | None
    ) -> None:
        self.clock = Passing()
        self.account = Account(budget, self.clock.now)
        first = ProviderConfig(
            "first",
            "openai-compatible",
            "first-model",
            base_url=address,
            max_tokens=50,
            attempts=attempts,
            concurrency=concurrency,
            input_price=price,
            output_price=None if price is None else 2 * price,
        )
        second = replace(first, name="second", model="second-model", temperature=0.5)
        self.first, self.second = (
            Member(config, OpenAICompatible(config), self.account, self.clock) for config in (first, second)
        )
        self.tries: list[Try] = []

    def ask(self, gateway: Gateway, unit: UnitId = UNIT) -> str:
        return gateway.ask(QUESTION, unit, self.tries.append).provider


@pytest.fixture
def place(model_server: Server) -> Callable[..., Place]:
    def make(
        run: Limits = UNLIMITED.run,
        unit: Limits = UNLIMITED.unit,
        attempts: int = 3,
        concurrency: int = 64,
        price: Decimal | None = None,
    ) -> Place:
        return Place(model_server.base_url, BudgetConfig(run, unit), attempts, concurrency, price)

    return make


FAILURES: list[dict[str, Any]] = [
    {"status": 500},
    {"status": 401},
    {"status": 404},
    {"status": 429, "headers": {"Retry-After": "2"}},
    {"behaviour": "reset"},
    {"body": b'{"choices": [{"mess'},
    {"body": b""},
]


@pytest.mark.parametrize("failing", FAILURES)
def test_another_provider_takes_the_place_of_one_that_fails_and_is_named(
    place: Callable[..., Place], model_server: Server, reply: Reply, failing: dict[str, Any]
) -> None:
    here = place(attempts=1)
    model_server.replies = [reply(**failing), reply("Hello.")]
    assert here.ask(Gateway([here.first], [here.second])) == "second"
    assert [asked.body["model"] for asked in model_server.asked] == ["first-model", "second-model"]
    assert model_server.asked[1].body["temperature"] == 0.5
    assert [(each.provider, each.outcome == "answered", bool(each.what)) for each in here.tries] == [
        ("first", False, True),
        ("second", True, False),
    ]
    assert here.tries[1].model == "answering-model"


def test_nobody_else_is_asked_where_the_first_answers(
    place: Callable[..., Place], model_server: Server, reply: Reply
) -> None:
    here = place()
    model_server.replies = [reply("Hello.")]
    assert here.ask(Gateway([here.first], [here.second])) == "first"
    assert len(model_server.asked) == 1


def test_what_every_one_of_them_said_is_told(place: Callable[..., Place], model_server: Server, reply: Reply) -> None:
    here = place(attempts=1)
    model_server.replies = [reply(status=500)]
    with pytest.raises(VibesafeProviderError) as failure:
        here.ask(Gateway([here.first], [here.second]))
    assert [problem.where.split()[0] for problem in failure.value.problems] == ["[provider.first]", "[provider.second]"]


def test_who_can_answer_nothing_is_asked_once_and_then_passed_over(
    place: Callable[..., Place], model_server: Server, reply: Reply
) -> None:
    here = place()
    gateway = Gateway([here.first], [here.second])
    model_server.replies = [reply(status=401), reply("Hello.")]
    assert [here.ask(gateway), here.ask(gateway)] == ["second", "second"]
    assert [each.provider for each in here.tries] == ["first", "second", "second"]


@pytest.mark.parametrize("limits", [{"run": Limits(calls=2)}, {"unit": Limits(calls=2)}])
@pytest.mark.parametrize("attempts", [1, 5])
def test_no_retry_and_no_fallback_is_sent_beyond_the_budget(
    place: Callable[..., Place], model_server: Server, reply: Reply, limits: dict[str, Limits], attempts: int
) -> None:
    here = place(**limits, attempts=attempts)
    gateway = Gateway([here.first], [here.second])
    model_server.replies = [reply(status=500)]
    with pytest.raises(VibesafeProviderError):
        here.ask(gateway)
    with pytest.raises(BudgetError, match="2 calls"):
        here.ask(gateway)
    assert len(model_server.asked) == 2


def test_the_budget_of_one_unit_is_not_that_of_another(
    place: Callable[..., Place], model_server: Server, reply: Reply
) -> None:
    here = place(unit=Limits(calls=1))
    gateway = Gateway([here.first])
    model_server.replies = [reply("Hello.")]
    here.ask(gateway)
    here.ask(gateway, OTHER)
    with pytest.raises(BudgetError, match=r"\[budget.unit\] calls"):
        here.ask(gateway)


def test_tokens_are_counted_as_the_provider_counts_them(
    place: Callable[..., Place], model_server: Server, reply: Reply
) -> None:
    here = place(Limits(tokens=80))  # a request is expected to take 53, and takes 12
    gateway = Gateway([here.first])
    model_server.replies = [reply("Hello.")]
    for _ in range(3):
        here.ask(gateway)
    with pytest.raises(BudgetError, match="36 spent"):
        here.ask(gateway)
    assert len(model_server.asked) == 3


def test_requests_at_the_same_time_do_not_share_what_is_left(
    place: Callable[..., Place], model_server: Server, reply: Reply
) -> None:
    here = place(Limits(calls=3))
    gateway = Gateway([here.first])
    model_server.replies = [reply("Hello.")]

    def ask(_: int) -> bool:
        try:
            here.ask(gateway)
        except BudgetError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        answered = list(pool.map(ask, range(8)))
    assert (sum(answered), len(model_server.asked)) == (3, 3)


def test_no_request_is_sent_after_its_time(place: Callable[..., Place], model_server: Server, reply: Reply) -> None:
    here = place(Limits(seconds=3), attempts=9)
    model_server.replies = [reply(status=500)]
    with pytest.raises(BudgetError, match="the budget of 3 s ends before first-model may be asked again"):
        here.ask(Gateway([here.first]))
    assert len(model_server.asked) == 3  # after 0, 0.5 and 1.5 s; the next would be after 3.5 s
    assert here.clock.time == 1.5  # nobody waits for what would not be sent
    here.clock.time = 3.0
    with pytest.raises(BudgetError, match="the budget of 3 s is used up"):
        here.ask(Gateway([here.first]))
    assert len(model_server.asked) == 3


def test_no_time_is_waited_away_that_another_provider_can_use(
    place: Callable[..., Place], model_server: Server, reply: Reply
) -> None:
    busy, hello = reply(status=429, headers={"Retry-After": "20"}), reply("Hello.")
    here = place(Limits(seconds=10))
    model_server.replies = [busy, hello]
    assert here.ask(Gateway([here.first], [here.second])) == "second"
    assert here.ask(Gateway([here.first], [here.second])) == "second"  # the first is not to be asked for 20 s
    assert here.clock.time == 0
    patient = place(Limits(seconds=30))
    model_server.replies = [busy, hello]
    assert patient.ask(Gateway([patient.first], [patient.second])) == "first"
    assert patient.clock.time == 20


def test_a_limit_of_requests_a_minute_waits_no_longer_than_the_budget(model_server: Server, reply: Reply) -> None:
    clock = Passing()
    account = Account(BudgetConfig(Limits(), Limits(seconds=5)), clock.now)
    config = ProviderConfig("p", "openai-compatible", "m", base_url=model_server.base_url, requests_per_minute=1)
    gateway = Gateway([Member(config, OpenAICompatible(config), account, clock)])
    model_server.replies = [reply("Hello.")]
    assert gateway.ask(QUESTION, UNIT, lambda _: None).text == "Hello."
    with pytest.raises(BudgetError) as failure:
        gateway.ask(QUESTION, UNIT, lambda _: None)
    assert failure.value.problems == (
        Problem(
            "[budget.unit] seconds",
            "the budget of 5 s ends before m may be asked again, in 60 s",
            "raise seconds in [budget.unit]",
        ),
    )
    assert clock.time == 0


def test_money_is_counted_and_bounded(place: Callable[..., Place], model_server: Server, reply: Reply) -> None:
    here = place(
        Limits(money=Decimal(110)), price=Decimal(1_000_000)
    )  # a request is expected to cost 103 USD, and costs 17
    gateway = Gateway([here.first])
    model_server.replies = [reply("Hello.")]
    here.ask(gateway)
    assert here.tries[0].cost == Decimal(17)
    with pytest.raises(BudgetError, match="money"):
        here.ask(gateway)
    assert len(model_server.asked) == 1


def test_an_unknown_price_is_not_zero(place: Callable[..., Place], model_server: Server, reply: Reply) -> None:
    model_server.replies = [reply("Hello.")]
    here = place(Limits(money=Decimal(1_000_000)))
    with pytest.raises(BudgetError, match="price of first-model is not known"):
        here.ask(Gateway([here.first]))
    assert model_server.asked == []
    unbounded = place()
    unbounded.ask(Gateway([unbounded.first]))
    assert unbounded.tries[0].cost is None
    free = place(Limits(money=Decimal(1)), price=Decimal(0))
    free.ask(Gateway([free.first]))
    assert free.tries[0].cost == 0


def test_the_published_price_is_that_of_the_address_that_is_asked() -> None:
    hosted = ProviderConfig("p", "openai-compatible", "gpt-4o-mini")
    assert cost(hosted, "gpt-4o-mini", 1_000_000, 0) == Decimal("0.15")
    assert cost(hosted, "a-model-of-nobody", 1, 1) is None
    assert cost(replace(hosted, base_url="http://127.0.0.1:9/v1"), "gpt-4o-mini", 1, 1) is None
    assert cost(replace(hosted, kind="local"), "any", 1, 1) == 0


def test_a_refusal_for_haste_halves_what_is_on_its_way_and_holds_the_others_back(
    place: Callable[..., Place], model_server: Server, reply: Reply
) -> None:
    here = place(concurrency=8, attempts=2)
    model_server.replies = [reply(status=429, headers={"Retry-After": "5"}), reply("Hello.")]
    here.ask(Gateway([here.first]))
    assert here.clock.time == 5
    throttle = Throttle(here.first.config, Passing(1.0))
    with throttle.turn(1, print), throttle.turn(1, print), throttle.turn(1, print):
        assert throttle.window == 8
        with throttle.turn(1, print):
            assert throttle.refused(1.0, None)
    assert throttle.window == 2  # half of the four that were on their way
    with throttle.turn(1, print):
        assert not throttle.refused(2.0, None)  # nobody else was


@pytest.fixture
def waiting(model_server: Server) -> Callable[[int], Gateway]:
    """Return a gateway whose clock is the real one."""

    def make(attempts: int) -> Gateway:
        config = ProviderConfig(
            "first", "openai-compatible", "m", base_url=model_server.base_url, attempts=attempts, concurrency=16
        )
        clock = RunClock()
        return Gateway([Member(config, OpenAICompatible(config), Account(UNLIMITED, clock.now), clock)])

    return make


@pytest.mark.parametrize("room", [1, 3])
def test_who_is_refused_while_others_are_answered_has_a_turn_later(
    waiting: Callable[[int], Gateway], model_server: Server, reply: Reply, room: int
) -> None:
    lock, on_their_way = threading.Lock(), 0

    def answer(_prompt: str) -> object:
        nonlocal on_their_way
        with lock:
            on_their_way += 1
            full = on_their_way > room
        if not full:
            threading.Event().wait(0.02)
        with lock:
            on_their_way -= 1
        return reply(status=429, headers={"Retry-After": "0.001"}) if full else reply("Hello.")

    model_server.answer = answer
    gateway = waiting(1)
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda _: gateway.ask(QUESTION, UNIT, lambda _: None).text, range(24)))
    assert answers == ["Hello."] * 24


def test_who_refuses_everybody_is_left(waiting: Callable[[int], Gateway], model_server: Server, reply: Reply) -> None:
    model_server.replies = [reply(status=429, headers={"Retry-After": "0.001"})]
    gateway = waiting(2)

    def is_left(_: int) -> bool:
        with pytest.raises(VibesafeProviderError, match="HTTP 429"):
            gateway.ask(QUESTION, UNIT, lambda _: None)
        return True

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(is_left, range(8)))
    assert len(model_server.asked) >= 16


def test_no_more_than_allowed_are_on_their_way() -> None:
    config = ProviderConfig("p", "openai-compatible", "m", concurrency=2)
    throttle = Throttle(config, Passing())
    on_their_way: list[int] = []
    now = 0
    lock = threading.Lock()

    def ask(_: int) -> None:
        nonlocal now
        with throttle.turn(1, print):
            with lock:
                now += 1
                on_their_way.append(now)
            with lock:
                now -= 1

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(ask, range(40)))
    assert len(on_their_way) == 40
    assert max(on_their_way) <= 2


def test_requests_of_one_volley_halve_the_window_once() -> None:
    window = narrowed(Window(16.0), sent=1.0, now=2.0, on_their_way=16)
    assert narrowed(window, sent=1.5, now=2.1, on_their_way=16).requests == 8
    assert narrowed(window, sent=3.0, now=4.0, on_their_way=8).requests == 4
    assert narrowed(window, sent=3.0, now=4.0, on_their_way=3).requests == 1


@given(st.lists(st.booleans(), max_size=60), st.integers(1, 64))
def test_a_window_stays_between_one_and_the_most(outcomes: list[bool], most: int) -> None:
    window = Window(float(most))
    for time, answered in enumerate(outcomes):
        window = widened(window, most) if answered else narrowed(window, float(time), float(time), 64)
        assert 1 <= window.requests <= most


@given(st.integers(1, 5), st.lists(st.floats(0, 30), max_size=30))
def test_no_minute_holds_more_requests_than_its_limit(limit: int, pauses: list[float]) -> None:
    history: list[Sent] = []
    now = 0.0
    for pause in pauses:
        now += pause
        while wait := wait_for_room(history, 1, now, requests_a_minute=limit, tokens_a_minute=None):
            now += wait + 1e-6
        history.append(Sent(now, 1))
    for first, last in zip(history, history[limit:], strict=False):
        assert last.at - first.at >= MINUTE - 1e-9


def test_tokens_a_minute_hold_requests_back_and_a_huge_one_waits_for_an_empty_minute() -> None:
    history = [Sent(0.0, 60), Sent(10.0, 30)]
    wait = [
        wait_for_room(history, tokens, 20.0, requests_a_minute=None, tokens_a_minute=100) for tokens in (10, 70, 500)
    ]
    assert wait == [0.0, 40.0, 50.0]


@given(st.lists(st.integers(1, 5), min_size=1, max_size=4))
def test_turns_are_shared_by_weight(weights: list[int]) -> None:
    turns = [turn(weights, number) for number in range(2 * sum(weights))]
    assert [turns.count(position) for position in range(len(weights))] == [2 * weight for weight in weights]


def test_a_pool_takes_turns(place: Callable[..., Place], model_server: Server, reply: Reply) -> None:
    here = place()
    gateway = Gateway([here.first, here.second])
    model_server.replies = [reply("Hello.")]
    assert [here.ask(gateway) for _ in range(4)] == ["first", "second", "first", "second"]


def test_a_stand_in_is_sent_its_own_settings_and_a_seed_as_far_away() -> None:
    first = ProviderConfig("a", "openai-compatible", "m", seed=10, temperature=0.1)
    other = ProviderConfig("b", "openai-compatible", "n", seed=500)
    asked = (("model", "m"), ("seed", 13), ("temperature", 0.1))
    assert sent_to(first, first, asked) == asked
    assert sent_to(other, first, asked) == (("model", "n"), ("seed", 503))
    assert sent_to(replace(other, seed=None), first, asked) == (("model", "n"),)


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=20), st.integers(1, 200))
def test_no_order_of_requests_spends_more_than_reserved(requests: list[tuple[int, int]], limit: int) -> None:
    spent = Spent()
    for expected, counted in requests:
        if refusal(Limits(tokens=limit), spent, Spent(1, expected), 0.0, of=RUN, model="m") is None:
            spent = spent.plus(Spent(1, min(expected, counted)))
    assert spent.tokens <= limit
