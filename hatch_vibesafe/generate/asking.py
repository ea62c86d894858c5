"""Asking providers, several at a time; an answer is on disk before anybody reads it."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from hatch_vibesafe.generate.providers.failures import ProviderUnusableError
from hatch_vibesafe.generate.providers.open import open_provider
from hatch_vibesafe.generate.providers.protocol import Provider, Request
from hatch_vibesafe.identity import Digest
from hatch_vibesafe.project import Project
from hatch_vibesafe.provider_config import ProviderConfig
from hatch_vibesafe.store.answers import AnswerCache
from hatch_vibesafe.store.records import Answer


class Asking:
    """The providers of a run, the threads that ask them, and the recorded answers."""

    def __init__(self, project: Project, jobs: int) -> None:
        self._cache = AnswerCache(project.cache_path)
        self._pool = ThreadPoolExecutor(max_workers=max(1, jobs), thread_name_prefix="vibesafe-ask")
        self._providers: dict[ProviderConfig, Provider] = {}
        self._unusable: dict[Provider, ProviderUnusableError] = {}

    def provider(self, config: ProviderConfig) -> Provider:
        """Return the one provider of this run for a configuration."""
        if config not in self._providers:
            self._providers[config] = open_provider(config)
        return self._providers[config]

    def recorded(self, name: Digest) -> Answer | None:
        """Return the recorded answer to a request."""
        return self._cache.get(name)

    def ask(
        self, provider: Provider, request: Request, name: Digest, is_usable: Callable[[Answer], bool]
    ) -> Future[Answer]:
        """Return what will be the answer. It raises `VibesafeError` where there is none, or it cannot be recorded.

        What is not usable is not recorded: an answer without code, replayed, would be one for ever.
        """
        return self._pool.submit(self._ask, provider, request, name, is_usable)

    def close(self, *, wait: bool) -> None:
        """Ask nobody any more. What is on its way is recorded when it comes; `wait` until it has."""
        self._pool.shutdown(wait=wait, cancel_futures=True)

    def _ask(self, provider: Provider, request: Request, name: Digest, is_usable: Callable[[Answer], bool]) -> Answer:
        if provider in self._unusable:
            # Refused for a reason that holds for every request: asking once is enough.
            raise ProviderUnusableError(*self._unusable[provider].problems)
        try:
            answer = provider.ask(request)
        except ProviderUnusableError as error:
            self._unusable[provider] = error
            raise
        if is_usable(answer):
            self._cache.put(name, answer)
        return answer
