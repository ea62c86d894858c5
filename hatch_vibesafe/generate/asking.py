"""Asking providers, several at a time; an answer is on disk before anybody reads it."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace

from hatch_vibesafe.generate.gateway.account import Account
from hatch_vibesafe.generate.gateway.clock import RunClock
from hatch_vibesafe.generate.gateway.gateway import Gateway
from hatch_vibesafe.generate.gateway.member import Member
from hatch_vibesafe.generate.gateway.tries import Try
from hatch_vibesafe.generate.providers.open import open_provider
from hatch_vibesafe.generate.providers.protocol import Request
from hatch_vibesafe.identity import Digest, UnitId
from hatch_vibesafe.project import Project
from hatch_vibesafe.provider_config import ProviderConfig
from hatch_vibesafe.store.answers import AnswerCache
from hatch_vibesafe.store.records import Answer


@dataclass(frozen=True, slots=True)
class Inquiry:
    """A question on its way.

    Attributes:
        unit: For which unit it is asked, and on whose budget.
        request: What is asked.
        name: The request's name in the answer cache.
        record: Is told every request that is sent for it.
    """

    unit: UnitId
    request: Request
    name: Digest
    record: Callable[[Try], None]


class Asking:
    """The providers of a run, the threads that ask them, and the recorded answers."""

    def __init__(self, project: Project, jobs: int) -> None:
        self._config = project.config
        self._cache = AnswerCache(project.cache_path)
        self._pool = ThreadPoolExecutor(max_workers=max(1, jobs), thread_name_prefix="vibesafe-ask")
        self._clock = RunClock()
        self._account = Account(project.config.budget, self._clock.now)
        self._members: dict[ProviderConfig, Member] = {}
        self._gateways: dict[ProviderConfig, Gateway] = {}

    def provider(self, config: ProviderConfig) -> Gateway:
        """Return the one way of this run to a provider and those that it names."""
        if config not in self._gateways:
            pool = [self._member(config), *self._named(config.pool)]
            self._gateways[config] = Gateway(pool, self._named(config.fallback))
        return self._gateways[config]

    def recorded(self, name: Digest) -> Answer | None:
        """Return the recorded answer to a request."""
        return self._cache.get(name)

    def ask(self, provider: Gateway, inquiry: Inquiry) -> Future[Answer]:
        """Return what will be the answer. It raises `VibesafeError` where there is none, or it cannot be recorded."""
        return self._pool.submit(self._ask, provider, inquiry)

    def close(self, *, wait: bool) -> None:
        """Ask nobody any more. What is on its way is recorded when it comes; `wait` until it has."""
        self._clock.stop()
        self._pool.shutdown(wait=wait, cancel_futures=True)

    def _ask(self, provider: Gateway, inquiry: Inquiry) -> Answer:
        answer = provider.ask(inquiry.request, inquiry.unit, inquiry.record)
        by_another = provider.config_of(answer.provider) != provider.config_of("")
        self._cache.put(inquiry.name, answer if by_another else replace(answer, provider=""))
        return answer

    def _named(self, names: tuple[str, ...]) -> list[Member]:
        configs = (self._config.provider(name) for name in names)
        return [self._member(config) for config in configs if config is not None]

    def _member(self, config: ProviderConfig) -> Member:
        if config not in self._members:
            self._members[config] = Member(config, open_provider(config), self._account, self._clock)
        return self._members[config]
