"""One provider behind the gateway: a bounded number of requests, each within the budget and the provider's limits."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from typing import Literal

from hatch_vibesafe.generate.gateway.account import Account
from hatch_vibesafe.generate.gateway.budget import NoTimeLeftError, Spent
from hatch_vibesafe.generate.gateway.clock import Clock
from hatch_vibesafe.generate.gateway.prices import cost
from hatch_vibesafe.generate.gateway.throttle import Throttle
from hatch_vibesafe.generate.gateway.tries import UNNOTICED, Notice, Try
from hatch_vibesafe.generate.providers.capabilities import accepted
from hatch_vibesafe.generate.providers.failures import (
    Failure,
    ProviderUnusableError,
    RequestFailedError,
    wait_before,
)
from hatch_vibesafe.generate.providers.protocol import Closing, Provider, Request, Sampling
from hatch_vibesafe.identity import UnitId
from hatch_vibesafe.problems import Problem, VibesafeProviderError
from hatch_vibesafe.provider_config import ProviderConfig
from hatch_vibesafe.store.records import Answer

EXPECTED_OUTPUT = 2048
"""Tokens that an answer is expected to have where `max_tokens` does not bound it."""

_BYTES_A_TOKEN = 3


@dataclass(frozen=True, slots=True)
class _Missed:
    """A request that brought no answer; `crowded` where it was refused for haste while others were on their way."""

    problems: tuple[Problem, ...]
    failure: Failure
    crowded: bool = False


class Member:
    """One provider of a run, asked by every gateway that it stands behind."""

    def __init__(self, config: ProviderConfig, provider: Provider, account: Account, clock: Clock) -> None:
        self.config = config
        self.provider = provider
        self._account = account
        self._clock = clock
        self._throttle = Throttle(config, clock)
        self._unusable: ProviderUnusableError | None = None

    @property
    def samples(self) -> bool:
        """Whether it can be asked for several answers with one request."""
        return isinstance(self.provider, Sampling) and "samples" in accepted(self.config)

    def ask(
        self,
        request: Request,
        unit: UnitId,
        record: Callable[[Try], None],
        count: int = 1,
        notice: Notice = UNNOTICED,
    ) -> tuple[Answer, ...]:
        """Return the answers, after at most `attempts` requests; each is told to `notice` before, to `record` behind.

        There is at least one answer and at most `count`, which is above 1 only where it `samples`. A request that is
        refused for haste while others are answered is no attempt: its turn has not come.

        Raises:
            BudgetError: if the next request has no room in the budget.
            VibesafeProviderError: when there is no answer; `ProviderUnusableError` where no request can have one.
        """
        expected = self._expected(request, count)
        attempt, sent, answers = 1, 0, self._throttle.answers
        while True:
            self._refuse_where_unusable()
            outcome = self._try(request, count, unit, expected, record, notice=notice)
            if isinstance(outcome, tuple):
                return tuple(replace(answer, provider=self.config.name) for answer in outcome)
            before, answers = answers, self._throttle.answers
            out_of_turn = outcome.failure.hasty and (outcome.crowded or answers > before)
            if not outcome.failure.again or self._clock.stopped:
                raise self._final(outcome)
            if not out_of_turn and attempt >= self.config.attempts:
                raise self._final(outcome)
            attempt, sent = attempt + (not out_of_turn), sent + 1
            self._wait(unit, wait_before(sent + 1, outcome.failure), outcome)

    @property
    def closes(self) -> bool:
        """Whether it ends what is on its way when it is closed."""
        return isinstance(self.provider, Closing)

    def close(self) -> None:
        """End what is on its way, where the provider can."""
        if isinstance(self.provider, Closing):
            self.provider.close()

    def _wait(self, unit: UnitId, seconds: float, outcome: "_Missed") -> None:
        try:
            self._account.allow_wait(unit, seconds, self.config.model)
        except NoTimeLeftError as error:
            raise NoTimeLeftError(*outcome.problems, *error.problems) from None
        self._clock.sleep(seconds)

    def _final(self, outcome: "_Missed") -> VibesafeProviderError:
        if not outcome.failure.unusable:
            return VibesafeProviderError(*outcome.problems)
        self._unusable = ProviderUnusableError(*outcome.problems)
        return ProviderUnusableError(*outcome.problems)

    def _try(
        self,
        request: Request,
        count: int,
        unit: UnitId,
        expected: Spent,
        record: Callable[[Try], None],
        *,
        notice: Notice,
    ) -> "tuple[Answer, ...] | _Missed":
        with self._throttle.turn(
            expected.tokens, partial(self._account.allow_wait, unit, model=self.config.model)
        ) as sent:
            if self._clock.stopped:
                where = f"[provider.{self.config.name}]"
                raise VibesafeProviderError(Problem(where, "was not asked any more", "run the command again"))
            self._account.reserve(unit, expected, self.config.model)
            notice.begin(self.config)
            try:
                answers = self._asked(request, count)
            except RequestFailedError as error:
                crowded = self._failed(unit, expected, error.failure, sent, record)
                return _Missed(error.problems, error.failure, crowded=crowded)
            except ProviderUnusableError as error:
                # Nothing was sent: a key or a package is missing, or a model cannot be loaded.
                notice.withdraw()
                self._account.settle(unit, expected, Spent())
                self._unusable = error
                raise
            except VibesafeProviderError as error:
                # A provider that does not say whether another request may have an answer: then none is sent.
                failure = Failure(error.problems[0].what, error.problems[0].remedy)
                self._failed(unit, expected, failure, sent, record)
                return _Missed(error.problems, failure)
        self._answered(unit, expected, answers, sent, record)
        return answers

    def _asked(self, request: Request, count: int) -> tuple[Answer, ...]:
        if count > 1 and isinstance(self.provider, Sampling):
            return self.provider.ask_for_several(request, count)
        return (self.provider.ask(request),)

    def _answered(
        self, unit: UnitId, expected: Spent, answers: tuple[Answer, ...], sent: float, record: Callable[[Try], None]
    ) -> None:
        self._throttle.answered()
        answer = replace(
            answers[0],
            input_tokens=sum(each.input_tokens for each in answers),
            output_tokens=sum(each.output_tokens for each in answers),
        )
        counted = answer.input_tokens + answer.output_tokens
        price = cost(self.config, answer.model, answer.input_tokens, answer.output_tokens)
        if price is None:
            price = cost(self.config, self.config.model, answer.input_tokens, answer.output_tokens)
        # Where the provider does not count, what was expected stays spent: unknown is not nothing.
        spent = Spent(1, counted, price) if counted else expected
        self._account.settle(unit, expected, spent)
        known = price if counted or price == 0 else None
        self._record(record, answer, sent, known)

    def _record(self, record: Callable[[Try], None], answer: Answer, sent: float, price: Decimal | None) -> None:
        record(
            Try(
                self.config.name,
                self.config.kind,
                answer.model,
                "answered",
                "",
                self._clock.now() - sent,
                answer.input_tokens,
                answer.output_tokens,
                price,
            )
        )

    def _failed(
        self, unit: UnitId, expected: Spent, failure: Failure, sent: float, record: Callable[[Try], None]
    ) -> bool:
        """Take note of a request without an answer; return whether others were on their way that it stood behind."""
        # A request that the server refused costs no tokens; one that broke off may have been answered and counted.
        spent = Spent(1) if failure.refused else expected
        self._account.settle(unit, expected, spent)
        crowded = failure.hasty and self._throttle.refused(sent, failure.wait)
        outcome: Literal["failed", "unusable"] = "unusable" if failure.unusable else "failed"
        seconds = self._clock.now() - sent
        config = self.config
        record(Try(config.name, config.kind, config.model, outcome, failure.what, seconds, reason=failure.reason))
        return crowded

    def _expected(self, request: Request, count: int) -> Spent:
        read = sum(len(message.content.encode("utf-8", "surrogatepass")) for message in request.messages)
        read_tokens = read // _BYTES_A_TOKEN + 1
        limit = dict(request.sent).get("max_tokens", EXPECTED_OUTPUT)
        written = (limit if isinstance(limit, int) else EXPECTED_OUTPUT) * count
        return Spent(1, read_tokens + written, cost(self.config, self.config.model, read_tokens, written))

    def _refuse_where_unusable(self) -> None:
        if self._unusable is not None:
            # Refused for a reason that holds for every request: asking once is enough.
            raise ProviderUnusableError(*self._unusable.problems)
