"""One question after the other about a draft, and telling what each costs and what comes of it, as a run tells it."""

from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from types import TracebackType
from typing import Protocol, Self

from hatch_vibesafe.gates.verdict import Finding
from hatch_vibesafe.generate.asking import Asking
from hatch_vibesafe.generate.events import Answered, Event, Refused, Requested, Started
from hatch_vibesafe.generate.gateway.tries import Try
from hatch_vibesafe.generate.inquiry import Inquiry, Sending
from hatch_vibesafe.generate.providers.protocol import Request
from hatch_vibesafe.identity import Digest, UnitId
from hatch_vibesafe.project import Project
from hatch_vibesafe.provider_config import ProviderConfig
from hatch_vibesafe.store.records import Answer

_DRAFT = "draft"


class Record(Sending, Protocol):
    """Is told what happens while something is drafted."""

    def show(self, event: Event) -> None:
        """Take note of an event."""
        ...

    def drafted(self, unit: UnitId, name: Digest | None) -> None:
        """Take note that drafting has ended, with the answer to the question `name`, or with none."""
        ...


@contextmanager
def asking_alone(project: Project, record: Record | None) -> Iterator[Asking]:
    """Yield what asks one question at a time; what is on its way is waited for in the end, for it is paid."""
    asking = Asking(project, 1, record)
    try:
        yield asking
    finally:
        asking.close(wait=True)


class Telling:
    """What is told of one draft: its questions, their requests and answers. Entered around what asks them."""

    def __init__(self, unit: UnitId, provider: ProviderConfig, record: Record | None) -> None:
        self._unit = unit
        self._provider = provider
        self._record = record
        self._tries: list[Try] = []
        self._open: tuple[Request, Digest, Future[Answer]] | None = None
        self._passed: Digest | None = None

    def __enter__(self) -> Self:
        """Begin."""
        self._tell(Started((), (self._unit,)))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """End, and tell what came when nobody waited for it any more."""
        self._tell_open()
        if self._record is not None:
            self._record.drafted(self._unit, self._passed)

    def answer(self, asking: Asking, request: Request, name: Digest) -> Answer:
        """Return the answer to a question, the recorded one where there is one.

        Raises:
            VibesafeError: if there is none.
        """
        recorded = asking.recorded(name)
        if recorded is not None:
            self._answered(request, name, recorded, None)
            return recorded
        self._tries = []
        inquiry = Inquiry(self._unit, request, name, self._tries.append)
        future = asking.ask(asking.provider(self._provider), inquiry)
        self._open = request, name, future
        try:
            return future.result()
        finally:
            if future.done():
                self._tell_open()

    def passed(self, name: Digest) -> None:
        """Tell that the answer to a question is a stub."""
        self._passed = name

    def refused(self, name: Digest, faults: tuple[str, ...]) -> None:
        """Tell why the answer to a question is none."""
        self._tell(Refused(self._unit, tuple(Finding(_DRAFT, 0, fault) for fault in faults), repeated=False, name=name))

    def _tell_open(self) -> None:
        if self._open is None:
            return
        (request, name, future), self._open = self._open, None
        for number, attempt in enumerate(self._tries, start=1):
            self._tell(Requested(self._unit, name, attempt, number))
        if future.done() and not future.cancelled() and future.exception() is None:
            self._answered(request, name, future.result(), self._tries[-1] if self._tries else None)

    def _answered(self, request: Request, name: Digest, answer: Answer, paid: Try | None) -> None:
        self._tell(
            Answered(
                self._unit,
                answer.model,
                paid is None,
                answer.input_tokens,
                answer.output_tokens,
                name=name,
                provider=answer.provider or self._provider.name,
                request=request,
                answer=answer,
                cost=None if paid is None or paid.cost is None else float(paid.cost),
                seconds=None if paid is None else paid.seconds,
            )
        )

    def _tell(self, event: Event) -> None:
        if self._record is not None:
            self._record.show(event)
