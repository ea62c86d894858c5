"""From the events of a run to spans and metrics. Needs the extra [otel]; no word of a prompt is in them."""

import time

from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, set_span_in_context
from opentelemetry.util.types import AttributeValue

from hatch_vibesafe import __version__
from hatch_vibesafe.generate.events import Event, Failed, Interrupted, Judged, Passed, Requested, Started
from hatch_vibesafe.generate.gateway.tries import Try
from hatch_vibesafe.generate.telemetry import names
from hatch_vibesafe.identity import UnitId


class RunSpans:
    """A run as a span, with one for each of its units in it, and in these one for each request."""

    def __init__(self, tracing: TracerProvider, metering: MeterProvider) -> None:
        """Send through providers that the caller has set up, and shuts down."""
        self._tracer = tracing.get_tracer(names.SCOPE, __version__)
        meter = metering.get_meter(names.SCOPE, __version__)
        self._units_done = meter.create_counter(names.UNITS, "{unit}", "Units that ended.")
        self._candidates = meter.create_counter(names.CANDIDATES, "{candidate}", "Candidates that were judged.")
        self._requests = meter.create_counter(names.REQUESTS, "{request}", "Requests that were sent.")
        self._seconds = meter.create_histogram(names.REQUEST_SECONDS, "s", "How long a request took.")
        self._tokens = meter.create_counter(names.TOKENS, "{token}", "Tokens, as the providers count them.")
        self._cost = meter.create_counter(names.COST, "USD", "What requests cost, where the price is known.")
        self._root: Span | None = None
        self._units: dict[UnitId, Span] = {}

    def show(self, event: Event, run: str) -> None:
        """Turn one event of a run into what it begins, ends and counts."""
        match event:
            case Started():
                self._begin(event, run)
            case Requested():
                self._requested(event.unit, event.attempt)
            case Judged():
                self._judged(event)
            case Passed():
                self._end(event.unit, "passed", {names.CHECKPOINT: str(event.checkpoint)})
            case Failed():
                self._end(event.unit, "failed", {})
            case Interrupted():
                for unit in sorted(self._units):
                    self._end(unit, "interrupted", {})
            case _:
                pass

    def end(self) -> None:
        """End what is open still."""
        for unit in sorted(self._units):
            self._end(unit, "unknown", {})
        if self._root is not None:
            self._root.end()

    def _begin(self, event: Started, run: str) -> None:
        counts = {names.UP_TO_DATE: len(event.up_to_date), names.TO_COMPILE: len(event.to_compile)}
        self._root = self._tracer.start_span(names.RUN_SPAN, attributes={names.RUN: run, **counts})
        context = set_span_in_context(self._root)
        for unit in event.to_compile:
            told = {names.UNIT: str(unit)}
            self._units[unit] = self._tracer.start_span(names.UNIT_SPAN, context, attributes=told)

    def _end(self, unit: UnitId, outcome: str, told: dict[str, AttributeValue]) -> None:
        self._units_done.add(1, {names.OUTCOME: outcome})
        span = self._units.pop(unit, None)
        if span is not None:
            span.set_attributes({names.OUTCOME: outcome, **told})
            span.set_status(Status(StatusCode.OK if outcome == "passed" else StatusCode.ERROR))
            span.end()

    def _judged(self, event: Judged) -> None:
        self._candidates.add(1, {names.PASSED: event.passed})
        span = self._units.get(event.unit)
        if span is not None:
            failed = [record.gate for record in event.gates if not record.passed]
            span.add_event(names.JUDGED, {names.PASSED: event.passed, names.FAILED_GATES: failed})

    def _requested(self, unit: UnitId, attempt: Try) -> None:
        told: dict[str, AttributeValue] = {names.PROVIDER: attempt.provider, names.OUTCOME: attempt.outcome}
        self._requests.add(1, told)
        self._seconds.record(attempt.seconds, told)
        of_model: dict[str, AttributeValue] = {names.PROVIDER: attempt.provider, names.MODEL: attempt.model}
        if attempt.input_tokens or attempt.output_tokens:
            self._tokens.add(attempt.input_tokens, {**of_model, names.TOKEN_TYPE: "input"})
            self._tokens.add(attempt.output_tokens, {**of_model, names.TOKEN_TYPE: "output"})
            told |= {names.INPUT_TOKENS: attempt.input_tokens, names.OUTPUT_TOKENS: attempt.output_tokens}
        if attempt.cost is not None:
            self._cost.add(float(attempt.cost), of_model)
            told[names.COST] = float(attempt.cost)
        told |= {names.OPERATION: "chat", names.PROVIDER_KIND: attempt.kind, names.MODEL: attempt.model}
        # It is told when it is over: it began as long ago as it took.
        ended = time.time_ns()
        began = ended - int(attempt.seconds * 1e9)
        parent = self._units.get(unit, self._root)  # a unit that was interrupted has ended before its last request
        context = None if parent is None else set_span_in_context(parent)
        span = self._tracer.start_span(names.REQUEST_SPAN, context, SpanKind.CLIENT, told, start_time=began)
        span.set_status(Status(StatusCode.OK if attempt.outcome == "answered" else StatusCode.ERROR))
        span.end(ended)
