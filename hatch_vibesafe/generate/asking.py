"""Asking providers, several at a time; an answer is on disk before anybody reads it."""

from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from hatch_vibesafe.generate.gateway.account import Account
from hatch_vibesafe.generate.gateway.clock import RunClock
from hatch_vibesafe.generate.gateway.gateway import Gateway
from hatch_vibesafe.generate.gateway.member import Member
from hatch_vibesafe.generate.inquiry import Inquiry, Requests, Sending
from hatch_vibesafe.generate.providers.open import open_provider
from hatch_vibesafe.generate.providers.protocol import Loading, Request
from hatch_vibesafe.identity import Digest, UnitId
from hatch_vibesafe.project import Project
from hatch_vibesafe.provider_config import ProviderConfig
from hatch_vibesafe.store.answers import AnswerCache
from hatch_vibesafe.store.claims import Claims
from hatch_vibesafe.store.records import Answer

_PAUSE = 0.05


@dataclass(frozen=True, slots=True)
class _Question:
    """An inquiry, and what will be its answer."""

    inquiry: Inquiry
    answer: Future[Answer] = field(default_factory=Future)


class Asking:
    """The providers of a run, the threads that ask them, and the recorded answers."""

    def __init__(self, project: Project, jobs: int, sending: Sending | None = None) -> None:
        self._config = project.config
        self._root = project.root
        self._sending = sending
        self._cache = AnswerCache(project.cache_path)
        self._claims = Claims(project.cache_path / "asking.lock")
        self._pool = ThreadPoolExecutor(max_workers=max(1, jobs), thread_name_prefix="vibesafe-ask")
        self._clock = RunClock()
        self._account = Account(project.config.budget, self._clock.now)
        self._members: dict[ProviderConfig, Member] = {}
        self._gateways: dict[ProviderConfig, Gateway] = {}
        self._held: dict[tuple[Gateway, UnitId, Request], list[_Question]] = {}
        self._holding = False
        self._requests: set[Requests] = set()

    def provider(self, config: ProviderConfig) -> Gateway:
        """Return the one way of this run to a provider and those that it names."""
        if config not in self._gateways:
            pool = [self._member(config), *self._named(config.pool)]
            self._gateways[config] = Gateway(pool, self._named(config.fallback))
        return self._gateways[config]

    def load(self, configs: Iterable[ProviderConfig]) -> None:
        """Have providers load what they ask with, while the caller goes on."""
        for config in dict.fromkeys(configs):
            provider = self._member(config).provider
            if isinstance(provider, Loading):
                self._pool.submit(provider.load)

    def recorded(self, name: Digest) -> Answer | None:
        """Return the recorded answer to a request."""
        return self._cache.get(name)

    def ask(self, provider: Gateway, inquiry: Inquiry) -> Future[Answer]:
        """Return what will be the answer. It raises `VibesafeError` where there is none, or it cannot be recorded."""
        question = _Question(inquiry)
        self._held.setdefault((provider, inquiry.unit, inquiry.request), []).append(question)
        if not self._holding:
            self._send()
        return question.answer

    @contextmanager
    def together(self) -> Iterator[None]:
        """Hold back what is asked inside, so that one request for several samples is sent once, where that can be.

        Where what is inside breaks off, nothing of it is asked.
        """
        self._holding = True
        try:
            yield
        except BaseException:
            self._held.clear()
            raise
        finally:
            self._holding = False
        self._send()

    def stop(self) -> int:
        """Ask nobody any more; return how many requests are on their way that no provider ends."""
        self._clock.stop()
        sent = [requests.on_its_way for requests in tuple(self._requests)]
        for member in self._members.values():
            member.close()
        self._pool.shutdown(wait=False, cancel_futures=True)
        return sum(config is not None and not self._member(config).closes for config in sent)

    def close(self, *, wait: bool) -> None:
        """Ask nobody any more. What is on its way is recorded when it comes; `wait` until it has."""
        self.stop()
        self._pool.shutdown(wait=wait)
        if wait:
            self._claims.close()

    def _send(self) -> None:
        held, self._held = self._held, {}
        for (provider, _, _), questions in held.items():
            if provider.samples:
                self._pool.submit(self._ask, provider, questions)
            else:
                for question in questions:
                    self._pool.submit(self._ask, provider, [question])

    def _ask(self, provider: Gateway, questions: "list[_Question]") -> None:
        """Answer the same question as often as it is asked, unless another command just has."""
        name = questions[0].inquiry.name
        try:
            if questions[0].inquiry.found is not None:
                self._claim(provider, questions[0].inquiry)
                questions = [question for question in questions if not self._found(question)]
            self._ask_claimed(provider, questions)
        except BaseException as error:  # noqa: BLE001 - it is raised where the answer is waited for
            for question in questions:
                if not question.answer.done():
                    question.answer.set_exception(error)
        finally:
            self._claims.give_up(name)

    def _ask_claimed(self, provider: Gateway, questions: "list[_Question]") -> None:
        """Answer what is asked: a provider may give fewer answers than it was asked for."""
        while questions:
            inquiry = questions[0].inquiry
            self._cache.refuse_without_room()
            requests = Requests(inquiry, self._sending)
            self._requests.add(requests)
            try:
                answers = provider.ask_for_several(
                    inquiry.request, len(questions), inquiry.unit, requests.record, requests
                )
            finally:
                self._requests.discard(requests)
            for question, answer in zip(questions, answers, strict=False):
                self._record(provider, question.inquiry, answer)
            for question, answer in zip(questions, answers, strict=False):
                question.answer.set_result(answer)
            questions = questions[len(answers) :]

    def _claim(self, provider: Gateway, inquiry: Inquiry) -> None:
        """Wait until nobody else asks the same, but for no longer than anybody can ask."""
        until = self._clock.now() + provider.longest
        model = provider.config_of("").model
        while not self._claims.claim(inquiry.name) and self._clock.now() < until:
            self._account.allow_wait(inquiry.unit, _PAUSE, model)
            self._clock.sleep(_PAUSE)
            if self._clock.stopped:
                return  # the provider says so

    def _found(self, question: "_Question") -> bool:
        """Answer a question that was answered in the meantime; return whether it was."""
        answer = self._cache.get(question.inquiry.name)
        if answer is None or question.inquiry.found is None:
            return False
        question.inquiry.found()
        question.answer.set_result(answer)
        return True

    def _record(self, provider: Gateway, inquiry: Inquiry, answer: Answer) -> None:
        by_another = provider.config_of(answer.provider) != provider.config_of("")
        self._cache.put(inquiry.name, answer if by_another else replace(answer, provider=""))

    def _named(self, names: tuple[str, ...]) -> list[Member]:
        configs = (self._config.provider(name) for name in names)
        return [self._member(config) for config in configs if config is not None]

    def _member(self, config: ProviderConfig) -> Member:
        if config not in self._members:
            self._members[config] = Member(config, open_provider(config, self._root), self._account, self._clock)
        return self._members[config]
