"""Whom a question goes to: the provider that is asked for, those that share its work, those that take its place."""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import replace

from hatch_vibesafe.generate.gateway.budget import BudgetError, NoTimeLeftError
from hatch_vibesafe.generate.gateway.member import Member
from hatch_vibesafe.generate.gateway.tries import UNNOTICED, Notice, Try
from hatch_vibesafe.generate.gateway.turns import turn
from hatch_vibesafe.generate.json_answer import asks_for_json
from hatch_vibesafe.generate.providers.capabilities import warmest
from hatch_vibesafe.generate.providers.failures import ProviderUnusableError
from hatch_vibesafe.generate.providers.protocol import Request
from hatch_vibesafe.identity import UnitId
from hatch_vibesafe.problems import Problem, VibesafeProviderError
from hatch_vibesafe.provider_config import COMPLETIONS, ProviderConfig
from hatch_vibesafe.store.records import Answer, Scalar


class Gateway:
    """A provider with its pool and its fallbacks. Asked from several threads at once."""

    def __init__(self, pool: Sequence[Member], fallback: Sequence[Member] = ()) -> None:
        """Ask the members of `pool` in turn, the first of which is the configured one, then each of `fallback`."""
        self._pool = tuple(pool)
        self._fallback = tuple(fallback)
        self._questions = itertools.count()

    @property
    def kind(self) -> str:
        """The kind of the configured provider."""
        return self._pool[0].provider.kind

    @property
    def continues(self) -> bool:
        """Whether each of them can continue a begun answer: any of them may be asked. One in JSON is not begun."""
        return not asks_for_json(self.sent) and all(
            member.provider.continues for member in (*self._pool, *self._fallback)
        )

    @property
    def converses(self) -> bool:
        """Whether a conversation is the way to ask: where all of them only complete text, every answer is begun."""
        members = (*self._pool, *self._fallback)
        return not self.continues or any(member.config.api != COMPLETIONS for member in members)

    @property
    def sent(self) -> tuple[tuple[str, Scalar], ...]:
        """What the configuration of the configured provider has sent beside the messages."""
        return self._pool[0].config.sent

    def config_of(self, name: str) -> ProviderConfig:
        """Return the configuration of the provider of that name; of the configured one where none has it."""
        members = (*self._pool, *self._fallback)
        return next((member.config for member in members if member.config.name == name), self._pool[0].config)

    @property
    def longest(self) -> float:
        """About how many seconds a question takes at most, where nobody answers."""
        return sum(member.config.timeout * member.config.attempts for member in (*self._pool, *self._fallback))

    @property
    def samples(self) -> bool:
        """Whether each of them can be asked for several answers with one request."""
        return all(member.samples for member in (*self._pool, *self._fallback))

    def ask(self, request: Request, unit: UnitId, record: Callable[[Try], None]) -> Answer:
        """Return the answer of the first that has one; every request is told to `record`. Raises as below."""
        return self.ask_for_several(request, 1, unit, record)[0]

    def ask_for_several(
        self,
        request: Request,
        count: int,
        unit: UnitId,
        record: Callable[[Try], None],
        notice: Notice = UNNOTICED,
    ) -> tuple[Answer, ...]:
        """Return the answers of the first that has one, at most `count`, which is above 1 only where it `samples`.

        Every request is told to `notice` before it is sent, and to `record` when it has ended.

        Raises:
            BudgetError: if the next request has no room in the budget; `NoTimeLeftError` if nobody answers in its time.
            VibesafeProviderError: when nobody answers; `ProviderUnusableError` where nobody can answer any request.
        """
        problems: list[Problem] = []
        unusable, too_late = True, False
        for member in self._order():
            try:
                return member.ask(self._request_of(request, member), unit, record, count, notice)
            except NoTimeLeftError as error:
                too_late = True
                problems += error.problems
            except BudgetError:
                raise
            except VibesafeProviderError as error:
                unusable = unusable and isinstance(error, ProviderUnusableError)
                problems += error.problems
        if too_late:
            raise NoTimeLeftError(*problems)
        raise (ProviderUnusableError if unusable else VibesafeProviderError)(*problems)

    def _order(self) -> tuple[Member, ...]:
        first = turn([member.config.weight for member in self._pool], next(self._questions))
        return (*self._pool[first:], *self._pool[:first], *self._fallback)

    def _request_of(self, request: Request, member: Member) -> Request:
        return Request(request.messages, sent_to(member.config, self._pool[0].config, request.sent), request.stop)


def sent_to(
    config: ProviderConfig, configured: ProviderConfig, sent: Sequence[tuple[str, Scalar]]
) -> tuple[tuple[str, Scalar], ...]:
    """Return what is sent to a provider: its own settings where it stands in for the configured one.

    It is asked for JSON only where the question is, and is never warmer than the provider's models can be. Its seed,
    where it has one, is as far from the configured one as the seed that would have been sent.
    """
    if config == configured:
        most = warmest(config)
        return tuple((name, most if name == "temperature" and _above(value, most) else value) for name, value in sent)
    seed = dict(sent).get("seed")
    shift = seed - configured.seed if isinstance(seed, int) and configured.seed is not None else 0
    form = config.json if asks_for_json(sent) else None
    return replace(config, seed=None if config.seed is None else config.seed + shift, json=form).sent


def _above(value: Scalar, most: float) -> bool:
    return isinstance(value, int | float) and value > most
