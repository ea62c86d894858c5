"""OpenTelemetry spans and metrics of a run: docs/telemetry.md tells them."""
