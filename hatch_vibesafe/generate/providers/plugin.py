"""A provider of another package, held to the protocol: what it answers and raises is checked before it is read."""

import contextlib
from collections.abc import Callable, Iterable
from dataclasses import replace

from hatch_vibesafe.generate.providers.failures import Failure, ProviderUnusableError, RequestFailedError
from hatch_vibesafe.generate.providers.key import read_key
from hatch_vibesafe.generate.providers.protocol import Provider, Request, Sampling
from hatch_vibesafe.generate.providers.redact import Secret, one_line
from hatch_vibesafe.problems import Problem, VibesafeError, VibesafeProviderError
from hatch_vibesafe.provider_config import ProviderConfig
from hatch_vibesafe.store.records import Answer


class Plugin:
    """Asks the provider of another package, and believes it nothing."""

    def __init__(self, config: ProviderConfig, package: str, inner: Provider) -> None:
        """Ask `inner`, which `package` made for this configuration."""
        self._config = config
        self._package = package
        self._inner = inner
        self._continues = inner.continues

    @property
    def kind(self) -> str:
        """The configuration's word for this kind of provider."""
        return self._config.kind

    @property
    def continues(self) -> bool:
        """Whether it says that it continues a begun answer."""
        return self._continues

    def ask(self, request: Request) -> Answer:
        """Return the answer; raises as any provider does, whatever the plugin raises."""
        (answer,) = self._checked(lambda: (self._inner.ask(request),))
        return answer

    def ask_for_several(self, request: Request, count: int) -> tuple[Answer, ...]:
        """Return several answers where it can give them, else one; raises as `ask` does."""
        inner = self._inner
        if not isinstance(inner, Sampling):
            return (self.ask(request),)
        answers = self._checked(lambda: inner.ask_for_several(request, count))
        if not answers:
            raise self._failed("gave no answer where it was asked for several")
        return answers[:count]

    def _checked(self, ask: Callable[[], Iterable[object]]) -> tuple[Answer, ...]:
        secret = self._secret()
        outcome = self._outcome(ask, secret)
        if isinstance(outcome, VibesafeProviderError):
            raise outcome  # here, where no exception with the key in it stands behind it
        for answer in outcome:
            if not isinstance(answer, Answer) or not _is_whole(answer):
                raise self._failed(f"gave {type(answer).__name__} with wrong attributes where an Answer was asked for")
        return tuple(secret.redacted_answer(answer) for answer in outcome if isinstance(answer, Answer))

    def _outcome(
        self, ask: Callable[[], Iterable[object]], secret: Secret
    ) -> tuple[object, ...] | VibesafeProviderError:
        try:
            return tuple(ask())
        except VibesafeProviderError as error:
            if isinstance(error, RequestFailedError) and not _is_failure(error.failure):
                return self._failed("raised a RequestFailedError whose failure has wrong attributes")
            return _redacted(error, secret)
        except VibesafeError as error:
            return VibesafeProviderError(*_without_key(error.problems, secret))
        except BaseException as error:  # noqa: BLE001 - the code of others raises anything, also to end our process
            return self._failed(f"raised {secret.redacted(f'{type(error).__name__}: {error}')}")

    def _secret(self) -> Secret:
        """Return the key, if any: not every plugin needs one."""
        try:
            return read_key(self._config, needed=False)
        except ProviderUnusableError:
            return Secret("")

    def _failed(self, what: str) -> RequestFailedError:
        where = f"[provider.{self._config.name}] {self._config.kind} of {self._package}"
        failure = Failure(one_line(what), f"mend or upgrade {self._package}")
        return RequestFailedError(Problem(where, failure.what, failure.remedy), failure=failure)


class ClosingPlugin(Plugin):
    """A plugin that ends what is on its way."""

    def __init__(self, config: ProviderConfig, package: str, inner: Provider, close: Callable[[], object]) -> None:
        """Ask `inner`, as any plugin; `close` is its method."""
        super().__init__(config, package, inner)
        self._close = close

    def close(self) -> None:
        """End what is on its way."""
        with contextlib.suppress(Exception):  # nobody waits for it any more
            self._close()


def _is_whole(answer: Answer) -> bool:
    texts: tuple[object, ...] = (answer.text, answer.model, answer.finish, answer.provider)
    counts: tuple[object, ...] = (answer.input_tokens, answer.output_tokens)
    return all(isinstance(text, str) for text in texts) and all(
        isinstance(count, int) and not isinstance(count, bool) and count >= 0 for count in counts
    )


def _is_failure(failure: object) -> bool:
    if not isinstance(failure, Failure):
        return False
    texts: tuple[object, ...] = (failure.what, failure.remedy, failure.reason)
    wait: object = failure.wait
    is_time = wait is None or (isinstance(wait, int | float) and 0 <= wait < float("inf"))
    return is_time and all(isinstance(text, str) for text in texts)


def _redacted(error: VibesafeProviderError, secret: Secret) -> VibesafeProviderError:
    problems = _without_key(error.problems, secret)
    if isinstance(error, RequestFailedError):
        what, remedy = (one_line(secret.redacted(text)) for text in (error.failure.what, error.failure.remedy))
        return RequestFailedError(*problems, failure=replace(error.failure, what=what, remedy=remedy))
    return (ProviderUnusableError if isinstance(error, ProviderUnusableError) else VibesafeProviderError)(*problems)


def _without_key(problems: Iterable[Problem], secret: Secret) -> list[Problem]:
    return [
        Problem(secret.redacted(each.where), one_line(secret.redacted(each.what)), secret.redacted(each.remedy))
        for each in problems
    ]
