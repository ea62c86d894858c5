"""Whether the standard variables of OpenTelemetry name a receiver. Pure, and imports nothing of it."""

from collections.abc import Mapping

SIGNALS = ("TRACES", "METRICS")
_PROTOCOL = "http/protobuf"


def is_sent(environment: Mapping[str, str], signal: str) -> bool:
    """Return whether a signal, one of `SIGNALS`, is sent: an exporter or an address is named, and none is switched off.

    The exporter `otlp` is the only one that there is here; another one sends nothing.
    """
    if environment.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return False
    exporter = environment.get(f"OTEL_{signal}_EXPORTER", "").strip().lower()
    addresses = ("OTEL_EXPORTER_OTLP_ENDPOINT", f"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT")
    return exporter == "otlp" or (not exporter and any(environment.get(name, "").strip() for name in addresses))


def unusable_protocol(environment: Mapping[str, str], signal: str) -> str:
    """Return the protocol that is asked for and that we do not speak; empty where it is OTLP/HTTP."""
    general = environment.get("OTEL_EXPORTER_OTLP_PROTOCOL", "")
    asked = environment.get(f"OTEL_EXPORTER_OTLP_{signal}_PROTOCOL", general).strip()
    return "" if asked in {"", _PROTOCOL} else asked
