"""Sending a run to OpenTelemetry: only where the environment says so, and what cannot be sent is a warning."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module

from hatch_vibesafe.cli.output import print_warnings
from hatch_vibesafe.generate.events import Event
from hatch_vibesafe.generate.telemetry.configured import SIGNALS, is_sent, unusable_protocol
from hatch_vibesafe.problems import Problem


@contextmanager
def telemetry() -> Iterator[Callable[[Event, str], None]]:
    """Yield what is told each event and its run; nothing is imported or sent unless OTEL_* names a receiver."""
    sent = [signal for signal in SIGNALS if is_sent(os.environ, signal)]
    problem = _in_the_way(sent)
    if problem is not None:
        print_warnings((problem,))
    if not sent or problem is not None:
        yield _ignore
        return
    from hatch_vibesafe.generate.telemetry.exporting import open_exporting  # noqa: PLC0415 - needs the extra [otel]

    exporting = open_exporting()
    try:
        yield exporting.show
    finally:
        problem = exporting.close()
        if problem is not None:
            print_warnings((problem,))


def _in_the_way(sent: list[str]) -> Problem | None:
    protocols = [protocol for signal in sent if (protocol := unusable_protocol(os.environ, signal))]
    if protocols:
        remedy = "set it to http/protobuf, with the collector's port for it (4318)"
        return Problem("OTEL_EXPORTER_OTLP_PROTOCOL", f"is {protocols[0]}, which is not spoken here", remedy)
    try:
        for name in ("opentelemetry.sdk", "opentelemetry.exporter.otlp.proto.http") if sent else ():
            import_module(name)
    except ImportError:
        what = "OTEL_* asks for telemetry, and OpenTelemetry is not installed"
        return Problem("OpenTelemetry", what, "pip install 'hatch-vibesafe[otel]'")
    return None


def _ignore(event: Event, run: str) -> None:
    """Tell nobody."""
