"""OpenTelemetry: what a real collector receives of a run, and that without one nothing is imported."""

import os
import subprocess
import sys
import zlib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from hatch_vibesafe.generate.telemetry import names
from hatch_vibesafe.generate.telemetry.configured import is_sent
from tests.cli.conftest import CANARY, Command

pytest.importorskip("opentelemetry.sdk", reason="OpenTelemetry is not installed (the extra [otel])")

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

ROOT = Path(__file__).resolve().parents[2]
DOUBLE = ("compile", "--target", "app.math/double")
ADDRESS = "OTEL_EXPORTER_OTLP_ENDPOINT"


class Collector(ThreadingHTTPServer):
    """A real OTLP/HTTP receiver."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.received: list[tuple[str, bytes]] = []

    def of(self, path: str) -> list[bytes]:
        return [content for received, content in self.received if received == path]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Collector

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        pass

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers["Content-Length"]))
        is_compressed = self.headers.get("Content-Encoding") == "gzip"
        self.server.received.append((self.path, zlib.decompress(content, 31) if is_compressed else content))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    for name in [name for name in os.environ if name.startswith("OTEL_")]:
        monkeypatch.delenv(name)
    collecting = Collector()
    Thread(target=collecting.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield collecting
    collecting.shutdown()
    collecting.server_close()


def test_a_collector_receives_the_run_without_its_words(
    asking: Path, command: Command, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert asking.is_dir()
    monkeypatch.setenv(ADDRESS, f"http://127.0.0.1:{collector.server_port}")
    done = command(*DOUBLE)
    assert done.code == 0
    assert "OpenTelemetry" not in done.error
    requests = [ExportTraceServiceRequest.FromString(each) for each in collector.of("/v1/traces")]
    resources = [resource for request in requests for resource in request.resource_spans]
    told = {each.key: each.value.string_value for each in resources[0].resource.attributes}
    assert told["service.name"] == "vibesafe"
    spans = [span for resource in resources for scope in resource.scope_spans for span in scope.spans]
    assert sorted(span.name for span in spans) == [names.RUN_SPAN, *[names.REQUEST_SPAN] * 2, names.UNIT_SPAN]
    (root,) = [span for span in spans if span.name == names.RUN_SPAN]
    (unit,) = [span for span in spans if span.name == names.UNIT_SPAN]
    assert unit.parent_span_id == root.span_id
    assert all(span.parent_span_id == unit.span_id for span in spans if span.name == names.REQUEST_SPAN)
    assert all(root.trace_id == span.trace_id for span in spans)
    attributes = {each.key: each.value for each in unit.attributes}
    assert attributes[names.OUTCOME].string_value == "passed"
    assert [event.name for event in unit.events] == [names.JUDGED] * 2
    (request,) = [span for span in spans if span.name == names.REQUEST_SPAN][:1]
    attributes = {each.key: each.value for each in request.attributes}
    assert attributes[names.INPUT_TOKENS].int_value == 7
    assert names.COST not in attributes, "an unknown price is absent, not zero"
    metrics = [ExportMetricsServiceRequest.FromString(each) for each in collector.of("/v1/metrics")]
    found = {
        metric.name: metric
        for exported in metrics
        for resource in exported.resource_metrics
        for scope in resource.scope_metrics
        for metric in scope.metrics
    }
    assert sum(point.as_int for point in found[names.TOKENS].sum.data_points) == 24
    assert sum(point.as_int for point in found[names.UNITS].sum.data_points) == 1
    assert sum(point.count for point in found[names.REQUEST_SECONDS].histogram.data_points) == 2
    assert names.COST not in found
    sent = b"".join(content for _, content in collector.received)
    assert b"return" not in sent
    assert CANARY.encode() not in sent


def test_a_collector_that_is_not_there_is_one_warning(
    asking: Path, command: Command, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert asking.is_dir()
    assert collector.received == []
    monkeypatch.setenv(ADDRESS, "http://127.0.0.1:1")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "1")
    done = command(*DOUBLE)
    assert done.code == 0
    assert done.error.count("warning: OpenTelemetry: not everything was sent") == 1
    assert "Traceback" not in done.error


def test_another_protocol_is_a_warning_and_nothing_is_sent(
    asking: Path, command: Command, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert asking.is_dir()
    monkeypatch.setenv(ADDRESS, f"http://127.0.0.1:{collector.server_port}")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")
    done = command("compile", "--offline")
    assert "set it to http/protobuf" in done.error
    assert collector.received == []


def test_without_a_receiver_nothing_is_imported(asking: Path) -> None:
    program = (
        "import sys\nfrom hatch_vibesafe.cli.main import run\n"
        f"run({[*DOUBLE, '--offline']!r})\n"
        "sys.exit(any(name.startswith('opentelemetry') for name in sys.modules))"
    )
    variables = {name: value for name, value in os.environ.items() if not name.startswith("OTEL_")}
    for extra in ({}, {ADDRESS: "http://127.0.0.1:1", "OTEL_SDK_DISABLED": "true"}):
        environment = variables | extra | {"PYTHONPATH": str(ROOT)}
        ran = subprocess.run([sys.executable, "-c", program], check=False, cwd=asking, env=environment)
        assert ran.returncode == 0


@pytest.mark.parametrize(
    ("environment", "sent"),
    [
        ({}, (False, False)),
        ({ADDRESS: "http://c:4318"}, (True, True)),
        ({ADDRESS: "http://c:4318", "OTEL_METRICS_EXPORTER": "none"}, (True, False)),
        ({"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": "http://c:4318/m"}, (False, True)),
        ({"OTEL_TRACES_EXPORTER": "otlp"}, (True, False)),
        ({ADDRESS: "http://c:4318", "OTEL_SDK_DISABLED": "True"}, (False, False)),
    ],
)
def test_the_standard_variables_say_what_is_sent(environment: dict[str, str], sent: tuple[bool, bool]) -> None:
    assert (is_sent(environment, "TRACES"), is_sent(environment, "METRICS")) == sent


def test_every_name_is_documented() -> None:
    text = (ROOT / "docs" / "telemetry.md").read_text(encoding="utf-8")
    told = {value for name, value in vars(names).items() if name.isupper() and name != "SCOPE"}
    assert {value for value in told if f"`{value}`" not in text} == set()
