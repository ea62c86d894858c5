"""Sending spans and metrics over OTLP/HTTP, as the standard OTEL_* variables say. Needs the extra [otel].

Source: https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
"""

import logging
import os
from collections.abc import Mapping

from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

from hatch_vibesafe.generate.events import Event
from hatch_vibesafe.generate.telemetry.configured import SIGNALS, is_sent
from hatch_vibesafe.generate.telemetry.names import SCOPE
from hatch_vibesafe.generate.telemetry.spans import RunSpans
from hatch_vibesafe.problems import Problem

_PATIENCE = 3.0
"""Seconds that the end of a run waits for a collector, where OTEL_EXPORTER_OTLP_TIMEOUT says nothing."""


class _Complaints(logging.Handler):
    """Keeps what the library complains of, instead of the traceback that it would print."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.first = ""

    def emit(self, record: logging.LogRecord) -> None:
        self.first = self.first or " ".join(record.getMessage().split())


class Exporting:
    """Sends a run while it goes on, from threads of its own."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        """Send those signals that the environment names a receiver for."""
        self._complaints = _Complaints()
        self._logger = logging.getLogger("opentelemetry")
        self._propagated, self._logger.propagate = self._logger.propagate, False
        self._logger.addHandler(self._complaints)
        traces, metrics = (is_sent(environment, signal) for signal in SIGNALS)
        is_timed = any(name.startswith("OTEL_EXPORTER_OTLP_") and name.endswith("TIMEOUT") for name in environment)
        timeout = None if is_timed else _PATIENCE
        resource = _resource(environment)
        self._tracing = TracerProvider(resource=resource, shutdown_on_exit=False)
        if traces:
            self._tracing.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(timeout=timeout)))
        readers = [PeriodicExportingMetricReader(OTLPMetricExporter(timeout=timeout))] if metrics else []
        self._metering = MeterProvider(readers, resource, shutdown_on_exit=False)
        self._spans = RunSpans(self._tracing, self._metering)

    def show(self, event: Event, run: str) -> None:
        """Turn one event of a run into spans and metrics."""
        self._spans.show(event, run)

    def close(self) -> Problem | None:
        """Wait until everything is sent; return why something is not, for a warning."""
        self._spans.end()
        self._tracing.shutdown()
        self._metering.shutdown()
        self._logger.removeHandler(self._complaints)
        self._logger.propagate = self._propagated
        if not self._complaints.first:
            return None
        remedy = "see that the collector runs, or unset OTEL_EXPORTER_OTLP_ENDPOINT; the run is not touched by it"
        return Problem("OpenTelemetry", f"not everything was sent: {self._complaints.first}", remedy)


def open_exporting() -> Exporting:
    """Return what sends as the environment of this process says."""
    return Exporting(os.environ)


def _resource(environment: Mapping[str, str]) -> Resource:
    named = "OTEL_SERVICE_NAME" in environment or "service.name=" in environment.get("OTEL_RESOURCE_ATTRIBUTES", "")
    return Resource.create({} if named else {"service.name": SCOPE})
